"""Giving a service item a picture, and taking it away again."""

import asyncio
from collections.abc import Sequence

from services.catalog.editions.queries import is_on_menu
from services.catalog.items.domain import ServiceItem
from services.catalog.items.use_cases import announce_item
from services.catalog.pictures.domain import FOLDER, Picture, checked, key_of
from services.catalog.pictures.queries import known_among
from services.catalog.policy import POLICY
from shared.db.engine import store_is_away
from shared.kernel.ids import new_id
from shared.storage.orphans import delete_orphans
from shared.storage.port import FileStore
from shared.unit_of_work import Transaction, UnitOfWork


async def give_picture(uow: UnitOfWork, files: FileStore, code: str, data: bytes) -> ServiceItem:
    """Gives an item a picture in place of the one that it has.

    The file is stored before the row that names it, and deleted after the row that named it, so a row always has its
    file; what a killed process leaves is deleted by :func:`remove_orphans`.

    :raises NotFound: there is no such item. :raises InvalidInput: it is no picture that a menu can show.
    """
    uow.permit(POLICY, "enter_directory")
    content, width, height = await asyncio.to_thread(checked, data)
    made = Picture(
        id=new_id(),
        media_type=content.media_type,
        width=width,
        height=height,
        size=len(content.data),
        made_at=uow.now(),
    )
    await files.put(made.file_key, content.data)
    try:
        async with uow.transaction() as tx:
            item = await tx.get(ServiceItem, code)
            unused = await _drop_unless_shown(tx, item.picture)
            item.picture = made.id
            tx.add(made)
            announce_item(tx, item)
    except Exception as error:
        if not store_is_away(error):  # else it may have been committed
            await files.delete(made.file_key)
        raise
    await _delete(files, unused)
    return item


async def take_picture_away(uow: UnitOfWork, files: FileStore, code: str) -> None:
    """An item has no picture any more; where it has none, nothing happens. :raises NotFound: there is no such item."""
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        item = await tx.get(ServiceItem, code)
        unused = await _drop_unless_shown(tx, item.picture)
        if item.picture is not None:
            item.picture = None
            announce_item(tx, item)
    await _delete(files, unused)


async def remove_orphans(uow: UnitOfWork, files: FileStore) -> None:
    """Deletes the files that belong to no picture (any more)."""

    async def known(ids: Sequence[str]) -> set[str]:
        async with uow.reading() as session:
            return await known_among(session, ids)

    await delete_orphans(files, FOLDER, known, uow.now())


async def _drop_unless_shown(tx: Transaction, picture_id: str | None) -> str | None:
    """Deletes the row of a picture that no published menu shows, and returns its id. The item is locked, as it is
    while an edition is published, so no menu takes it over meanwhile."""
    if picture_id is None or await is_on_menu(tx.session, picture_id):
        return None
    found = await tx.find(Picture, picture_id)
    if found is not None:
        await tx.session.delete(found)
    return picture_id


async def _delete(files: FileStore, picture_id: str | None) -> None:
    if picture_id is not None:
        await files.delete(key_of(picture_id))
