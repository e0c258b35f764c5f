"""Attaching files to orders, and taking them away again."""

import asyncio
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.attachments.domain.attachment import (
    CLOSED,
    FOLDER,
    MOST_OF_AN_ORDER,
    Attachment,
    key_of,
)
from services.requests.attachments.queries import count_of, known_of, require_order
from services.requests.orders.domain.order import Order
from services.requests.orders.use_cases.orders import role_of
from services.requests.policy import POLICY
from shared.db.engine import store_is_away
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.files.sent import checked, named
from shared.kernel.ids import new_id
from shared.storage.orphans import delete_orphans
from shared.storage.port import FileStore
from shared.unit_of_work import UnitOfWork


async def attach_file(
    uow: UnitOfWork, files: FileStore, order_id: str, name: str, data: bytes
) -> Attachment:
    """Keeps a file with an order.

    The file is stored before the row that names it, so a row always has its file; whoever is killed between the two
    leaves a file that nothing names, and :func:`remove_orphans` removes it.

    :raises NotFound: there is no such order, or it is another township's.
    :raises InvalidInput: the file, or its name, is not what may be attached.
    :raises Conflict: the order is over, or has as many files as an order may have.
    """
    grant = uow.permit(POLICY, "attach_file")
    async with uow.reading() as session:
        await _require_room(session, await require_order(session, grant, order_id))
    content = await asyncio.to_thread(checked, data)
    made = Attachment(
        id=new_id(),
        order_id=order_id,
        name=named(name, content.media_type),
        media_type=content.media_type,
        size=len(content.data),
        made_at=uow.business_now(),
        made_by=role_of(uow.actor),
    )
    await files.put(made.file_key, content.data)
    try:
        async with uow.transaction() as tx:
            await _require_room(tx.session, await tx.get(Order, order_id))
            tx.add(made)
    except Exception as error:
        if not store_is_away(error):  # else it may have been committed
            await files.delete(made.file_key)
        raise
    return made


async def remove_file(uow: UnitOfWork, files: FileStore, order_id: str, attachment_id: str) -> None:
    """Takes a file away from an order, and deletes it.

    :raises NotFound: there is no such order or file, or it is another township's. :raises Conflict: the order is over.
    """
    grant = uow.permit(POLICY, "attach_file")
    async with uow.transaction() as tx:
        order = await tx.get(Order, order_id)
        grant.require(Order.kind, order_id, township=order.township_code, states=Order.STEPS)
        found = await tx.find(Attachment, attachment_id)
        if found is None or found.order_id != order_id:
            raise NotFound(Attachment.kind, attachment_id)
        _require_open(order)
        await tx.session.delete(found)
    await files.delete(key_of(attachment_id))


async def remove_orphans(uow: UnitOfWork, files: FileStore) -> None:
    """Deletes the files that belong to no attachment (any more)."""

    async def known(ids: Sequence[str]) -> set[str]:
        async with uow.reading() as session:
            return await known_of(session, ids)

    await delete_orphans(files, FOLDER, known, uow.now())


def _require_open(order: Order) -> None:
    if order.state in CLOSED:
        raise Conflict("attachment_order_over", number=order.number)


async def _require_room(session: AsyncSession, order: Order) -> None:
    _require_open(order)
    if await count_of(session, order.id) >= MOST_OF_AN_ORDER:
        raise Conflict("attachment_too_many", most=MOST_OF_AN_ORDER)
