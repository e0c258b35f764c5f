"""Reading group photos: shown only while everybody in them agrees."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.activities.domain import Activity, Photo, PhotoState, State
from services.catalog.activities.tables import activity, photo
from services.catalog.policy import POLICY
from services.catalog.volunteers.queries import volunteers_among
from shared.kernel.access import Role
from shared.kernel.errors import NotFound
from shared.storage.port import FileStore
from shared.unit_of_work import UnitOfWork

PUBLIC: tuple[State, ...] = ("announced", "called_off", "held")
"""What others than the corps see: all but drafts."""


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo as the corps sees it: who is in it, and who of them does not agree (any more) that it is shown."""

    photo: Photo
    is_shown: bool
    refusing: list[str]


async def require_public(session: AsyncSession, activity_id: str) -> Activity:
    """Returns an activity for anybody. :raises NotFound: there is none, or it is a draft."""
    found = await session.get(Activity, activity_id)
    if found is None or found.state not in PUBLIC:
        raise NotFound(Activity.kind, activity_id)
    return found


async def photos_seen(session: AsyncSession, ids: Collection[str]) -> dict[str, PhotoState]:
    """Returns how the photos of some activities stand, by activity; of those that have one."""
    query = select(Photo).where(photo.c.activity_id.in_(ids))
    found = list(await session.scalars(query))
    agreeing = await agreeing_among(session, {no for each in found for no in each.people or ()})
    return {each.activity_id: each.seen_as(agreeing) for each in found}


async def photo_of(session: AsyncSession, activity_id: str) -> Photo | None:
    """Returns the photo of an activity, if it has one."""
    query = select(Photo).where(photo.c.activity_id == activity_id)
    return (await session.scalars(query)).one_or_none()


async def agreeing_among(session: AsyncSession, numbers: Collection[str]) -> set[str]:
    """Returns those of some volunteers who agree to be in pictures that are shown."""
    people = await volunteers_among(session, numbers)
    return {no for no, person in people.items() if "pictures" in person.consents}


async def view_of_photo(session: AsyncSession, found: Photo) -> PhotoView:
    people = found.people or []
    agreeing = await agreeing_among(session, people)
    refusing = [no for no in people if no not in agreeing]
    return PhotoView(found, found.is_shown(agreeing), refusing)


async def get_photo_facts(uow: UnitOfWork, activity_id: str) -> PhotoView:
    """Returns what is known of an activity's photo. :raises NotFound: there is none."""
    uow.permit(POLICY, "give_photo")
    async with uow.reading() as session:
        found = await photo_of(session, activity_id)
        if found is None:
            raise NotFound(Photo.kind, activity_id, states=Photo.STEPS)
        return await view_of_photo(session, found)


async def read_photo(
    uow: UnitOfWork, files: FileStore, activity_id: str, *, in_public: bool
) -> tuple[Photo, bytes]:
    """Returns the photo of an activity for whoever may read about that. The corps sees one also before it is said who
    is in it, to say so.

    :raises NotFound: there is none that is shown.
    """
    uow.permit(POLICY, "show_activity" if in_public else "read_activities")
    async with uow.reading() as session:
        await require_public(session, activity_id)
        found = await photo_of(session, activity_id)
        view = None if found is None else await view_of_photo(session, found)
    marks = not in_public and _may_mark(uow)
    if found is not None and view is not None:
        is_new = found.state == "kept" and found.people is None
        content = await files.get(found.file_key) if view.is_shown or (marks and is_new) else None
        if content is not None:
            return found, content
    raise NotFound(Photo.kind, activity_id, states=Photo.STEPS)


async def get_public_view(uow: UnitOfWork, activity_id: str) -> tuple[Activity, PhotoView | None]:
    """Returns an activity and its photo, if that is shown, for anybody.

    :raises NotFound: there is none, or it is a draft.
    """
    uow.permit(POLICY, "show_activity")
    async with uow.reading() as session:
        found = await require_public(session, activity_id)
        kept = await photo_of(session, activity_id)
        view = None if kept is None else await view_of_photo(session, kept)
    return found, view if view is not None and view.is_shown else None


async def photos_to_replace(
    session: AsyncSession, chosen: ColumnElement[bool]
) -> list[tuple[str, str, str, date]]:
    """Returns the activities whose photo is hidden because somebody in it does not agree or was erased: id, both names
    and day."""
    query = (
        select(Photo, activity.c.id, activity.c.name, activity.c.name_en, activity.c.on)
        .join(activity, photo.c.activity_id == activity.c.id)
        .where(chosen)
        .order_by(activity.c.on, activity.c.id)
    )
    rows = (await session.execute(query)).all()
    numbers = {no for row in rows for no in row[0].people or ()}
    agreeing = await agreeing_among(session, numbers)
    hidden = [row for row in rows if row[0].seen_as(agreeing) == "hidden"]
    return [(row[1], row[2], row[3], row[4]) for row in hidden]


async def kept_among(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Returns those of these ids whose photos are kept."""
    query = select(photo.c.id).where(photo.c.id.in_(ids), photo.c.state == "kept")
    return set(await session.scalars(query))


async def photos_with(session: AsyncSession, volunteer_no: str) -> list[str]:
    """Returns the ids of the photos in which somebody is. They are few, and read one by one."""
    query = select(photo.c.id, photo.c.people).order_by(photo.c.id)
    return [row.id for row in await session.execute(query) if volunteer_no in (row.people or ())]


def _may_mark(uow: UnitOfWork) -> bool:
    return uow.actor.is_system or Role.COORDINATOR in uow.actor.roles
