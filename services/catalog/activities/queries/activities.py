"""Reading activities: what is planned and what was held, with how many take part."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.activities.domain import Activity, Entered, Kind, PhotoState, State
from services.catalog.activities.queries.photos import PUBLIC, photos_seen
from services.catalog.activities.tables import activity, registration
from services.catalog.policy import POLICY
from shared.db.paging import Listed, SortedBy, contains, counted_page_of, first_and_count
from shared.kernel.access import Role
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

Sort = Literal["on", "-on", "name"]
"""By what a list of activities can be ordered; ``-`` is the latest first."""

_SORTS = {
    "on": SortedBy(activity.c.on),
    "-on": SortedBy(activity.c.on, descending=True),
    "name": SortedBy(activity.c.name),
}
MOST_PUBLIC = 50


@dataclass(frozen=True, slots=True)
class ActivityView:
    """An activity with the numbers of those who are registered and who wait, of those of whom it is said that they were
    there, and of those of whom nothing is said; and what became of the reader's own registration, if any."""

    activity: Activity
    registered: int
    waiting: int
    present: int
    unsaid: int
    own: Entered | None
    photo: PhotoState
    """Whether there is one, so far as the reader sees it."""
    words: str | None
    """What was said about the reason, for those who may read it."""


async def list_activities(
    uow: UnitOfWork,
    *,
    q: str | None,
    sort: Sort,
    state: State | None,
    kind: Kind | None,
    first_on: date | None,
    last_on: date | None,
    after: str | None,
    limit: int,
) -> Listed[ActivityView]:
    """Returns a page of activities on some days. Drafts are the corps' alone."""
    uow.permit(POLICY, "read_activities")
    query = select(Activity).where(_visible(uow))
    if q is not None:
        found_in = (activity.c.name, activity.c.name_en, activity.c.place)
        query = query.where(contains(q, *found_in))
    if state is not None:
        query = query.where(activity.c.state == state)
    if kind is not None:
        query = query.where(activity.c.activity_kind == kind)
    if first_on is not None:
        query = query.where(activity.c.on >= first_on)
    if last_on is not None:
        query = query.where(activity.c.on <= last_on)
    async with uow.reading() as session:
        found = await counted_page_of(
            session, query, activity.c.id, after=after, limit=limit, by=_SORTS[sort]
        )
        views = await _views(uow, session, found.items)
    return Listed(views, found.next_after, found.total)


async def get_activity(uow: UnitOfWork, activity_id: str) -> ActivityView:
    """Returns an activity. :raises NotFound: there is none, or it is a draft, and the reader not of the corps."""
    uow.permit(POLICY, "read_activities")
    query = select(Activity).where(activity.c.id == activity_id, _visible(uow))
    async with uow.reading() as session:
        found = (await session.scalars(query)).all()
        if not found:
            raise NotFound(Activity.kind, activity_id, states=Activity.STEPS)
        (view,) = await _views(uow, session, found)
    return view


async def list_public(uow: UnitOfWork) -> list[Activity]:
    """Returns what anybody may read about: the latest days first."""
    uow.permit(POLICY, "show_activity")
    query = select(Activity).where(activity.c.state.in_(PUBLIC))
    query = query.order_by(activity.c.on.desc(), activity.c.id).limit(MOST_PUBLIC)
    async with uow.reading() as session:
        return list(await session.scalars(query))


def is_of_corps(uow: UnitOfWork) -> bool:
    """Whether the reader sees drafts, and the words to a reason."""
    return uow.actor.is_system or bool({Role.COORDINATOR, Role.AUDITOR} & set(uow.actor.roles))


def _visible(uow: UnitOfWork) -> ColumnElement[bool]:
    return true() if is_of_corps(uow) else activity.c.state != "draft"


async def _views(
    uow: UnitOfWork, session: AsyncSession, found: Sequence[Activity]
) -> list[ActivityView]:
    ids = [each.id for each in found]
    counts = await counts_of(session, ids)
    own: dict[str, Entered] = {}
    if uow.actor.volunteer_no is not None:
        mine = select(registration.c.activity_id, registration.c.state).where(
            registration.c.activity_id.in_(ids),
            registration.c.volunteer_no == uow.actor.volunteer_no,
        )
        own = {row.activity_id: row.state for row in await session.execute(mine)}
    photos = await photos_seen(session, ids)
    reads_all = is_of_corps(uow)
    views = []
    for each in found:
        of_this = counts.get(each.id, {})
        seen = photos.get(each.id, "none")
        views.append(
            ActivityView(
                activity=each,
                registered=sum(n for (state, _), n in of_this.items() if state == "registered"),
                waiting=sum(n for (state, _), n in of_this.items() if state == "waiting"),
                present=of_this.get(("registered", True), 0),
                unsaid=of_this.get(("registered", None), 0),
                own=own.get(each.id),
                photo=seen if reads_all or seen == "shown" else "none",
                words=each.reason if reads_all else None,
            )
        )
    return views


async def counts_of(
    session: AsyncSession, ids: Collection[str]
) -> dict[str, dict[tuple[str, bool | None], int]]:
    """Returns, for each of some activities, how many registrations it has by state and attendance."""
    columns = (registration.c.activity_id, registration.c.state, registration.c.attended)
    query = select(*columns, func.count().label("count"))
    query = query.where(registration.c.activity_id.in_(ids)).group_by(*columns)
    found: dict[str, dict[tuple[str, bool | None], int]] = {}
    for row in await session.execute(query):
        found.setdefault(row.activity_id, {})[row.state, row.attended] = row[-1]
    return found


def _to_confirm(today: date) -> Select[Any]:
    query: Select[Any] = select(activity.c.id, activity.c.name, activity.c.name_en, activity.c.on)
    query = query.where(activity.c.state == "announced", activity.c.on <= today)
    return query.order_by(activity.c.on, activity.c.id)


async def activities_to_confirm(
    session: AsyncSession, today: date, chosen: ColumnElement[bool], *, limit: int
) -> tuple[Sequence[Any], int]:
    """Returns the announced activities whose day has come, and how many there are."""
    return await first_and_count(session, _to_confirm(today).where(chosen), limit=limit)


async def activities_without_attendance(
    session: AsyncSession, today: date, teams: Collection[str], *, limit: int
) -> tuple[Sequence[Any], int]:
    """Returns the activities whose day has come, where nobody has said of some people of these teams whether they were
    there; and how many there are."""
    missing = select(registration.c.activity_id).where(
        registration.c.team_code.in_(teams),
        registration.c.state == "registered",
        registration.c.attended.is_(None),
    )
    query = _to_confirm(today).where(activity.c.id.in_(missing))
    return await first_and_count(session, query, limit=limit)


ACTIVITY_ID = activity.c.id
