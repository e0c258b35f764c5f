"""Reading an order's files."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.attachments.domain.attachment import Attachment
from services.requests.attachments.tables import attachment
from services.requests.orders.domain.order import Order
from services.requests.policy import POLICY
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.storage.port import FileStore
from shared.unit_of_work import UnitOfWork


async def list_attachments(uow: UnitOfWork, order_id: str) -> list[Attachment]:
    """Returns what is attached to an order, the oldest first. :raises NotFound: see :func:`get_file`."""
    grant = uow.permit(POLICY, "read_orders")
    async with uow.reading() as session:
        await require_order(session, grant, order_id)
        query = select(Attachment).where(attachment.c.order_id == order_id)
        return list(await session.scalars(query.order_by(attachment.c.id)))


async def get_file(
    uow: UnitOfWork, files: FileStore, order_id: str, attachment_id: str
) -> tuple[Attachment, bytes]:
    """Returns a file of an order.

    :raises NotFound: there is no such order or file, or it is another township's.
    """
    grant = uow.permit(POLICY, "read_orders")
    async with uow.reading() as session:
        await require_order(session, grant, order_id)
        found = await session.get(Attachment, attachment_id)
    if found is None or found.order_id != order_id:
        raise NotFound(Attachment.kind, attachment_id)
    content = await files.get(found.file_key)
    if content is None:
        raise NotFound(Attachment.kind, attachment_id)
    return found, content


async def require_order(session: AsyncSession, grant: Grant, order_id: str) -> Order:
    """The order. :raises NotFound: there is none, or it is another township's."""
    order = await session.get(Order, order_id)
    if order is None:
        raise NotFound(Order.kind, order_id, states=Order.STEPS)
    grant.require(Order.kind, order_id, township=order.township_code, states=Order.STEPS)
    return order


async def count_of(session: AsyncSession, order_id: str) -> int:
    """How many files an order has."""
    query = select(func.count()).where(attachment.c.order_id == order_id)
    return int(await session.scalar(query) or 0)


async def known_of(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Those of these ids that are attachments'."""
    return set(await session.scalars(select(attachment.c.id).where(attachment.c.id.in_(ids))))
