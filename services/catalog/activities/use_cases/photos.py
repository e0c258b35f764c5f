"""The group photo of an activity: given, marked with who is in it, and taken away."""

import asyncio
from collections.abc import Sequence

from services.catalog.activities.domain import FOLDER, Activity, Photo, file_key
from services.catalog.activities.queries.photos import (
    PhotoView,
    kept_among,
    photo_of,
    view_of_photo,
)
from services.catalog.activities.queries.registrations import known_numbers
from services.catalog.activities.use_cases.arranging import sign_ups_for
from services.catalog.pictures.domain import checked
from services.catalog.policy import POLICY
from shared.db.engine import store_is_away
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.storage.orphans import delete_orphans
from shared.storage.port import FileStore
from shared.unit_of_work import Transaction, UnitOfWork


async def give_photo(uow: UnitOfWork, files: FileStore, activity_id: str, data: bytes) -> PhotoView:
    """Keeps a group photo of an activity, in place of the one that it has. It is shown to nobody but the corps until it
    is said who is in it.

    The file is stored before the row that names it, and deleted after the row that named it; what a killed process
    leaves is deleted by :func:`remove_orphans`.

    :raises NotFound: there is no such activity. :raises Conflict: its day has not come, or it was called off.
    :raises InvalidInput: it is no picture that a page can show.
    """
    uow.permit(POLICY, "give_photo")
    content, width, height = await asyncio.to_thread(checked, data)
    made = Photo(
        id=new_id(),
        activity_id=activity_id,
        media_type=content.media_type,
        width=width,
        height=height,
        size=len(content.data),
        made_at=uow.now(),
    )
    await files.put(made.file_key, content.data)
    try:
        async with uow.transaction() as tx:
            found = await tx.get(Activity, activity_id)
            if found.state in ("draft", "called_off") or tx.today < found.on:
                raise Conflict("photo_too_early")
            before = await _drop(tx, activity_id)
            tx.add(made)
            view = await view_of_photo(tx.session, made)
    except Exception as error:
        if not store_is_away(error):  # else it may have been committed
            await files.delete(made.file_key)
        raise
    await _delete(files, before)
    return view


async def mark_people(uow: UnitOfWork, activity_id: str, numbers: Sequence[str]) -> PhotoView:
    """Says who can be recognised in the photo; nobody where there are no numbers. It is shown once, and as long as, all
    of them agree to that.

    :raises NotFound: there is no such activity, or it has no photo.
    :raises IllegalTransition: somebody in it was erased.
    :raises InvalidInput: somebody did not take part.
    """
    uow.permit(POLICY, "give_photo")
    async with uow.transaction() as tx:
        activity = await tx.get(Activity, activity_id)
        found = await _photo(tx, activity_id)
        there = {each.volunteer_no for each in (await sign_ups_for(tx, activity)).registered}
        unknown = set(numbers) - (there & await known_numbers(tx.session, numbers))
        if unknown:
            raise InvalidInput(
                "not_registered", field="volunteer_nos", numbers=", ".join(sorted(unknown))
            )
        found.mark(numbers)
        return await view_of_photo(tx.session, found)


async def take_photo_away(uow: UnitOfWork, files: FileStore, activity_id: str) -> None:
    """An activity has no photo any more; where it has none, nothing happens.

    :raises NotFound: there is no such activity.
    """
    uow.permit(POLICY, "give_photo")
    async with uow.transaction() as tx:
        await tx.get(Activity, activity_id)
        before = await _drop(tx, activity_id)
    await _delete(files, before)


async def remove_orphans(uow: UnitOfWork, files: FileStore) -> None:
    """Deletes the files of photos that are gone, or were withdrawn when a person in them was erased."""

    async def known(ids: Sequence[str]) -> set[str]:
        async with uow.reading() as session:
            return await kept_among(session, ids)

    await delete_orphans(files, FOLDER, known, uow.now())


async def _photo(tx: Transaction, activity_id: str) -> Photo:
    found = await photo_of(tx.session, activity_id)
    if found is None:
        raise NotFound(Photo.kind, activity_id, states=Photo.STEPS)
    return found


async def _drop(tx: Transaction, activity_id: str) -> str | None:
    """Deletes the row of the photo, before another one takes its place, and returns its id."""
    found = await photo_of(tx.session, activity_id)
    if found is None:
        return None
    await tx.session.delete(found)
    await tx.flush()
    return found.id


async def _delete(files: FileStore, photo_id: str | None) -> None:
    if photo_id is not None:
        await files.delete(file_key(photo_id))
