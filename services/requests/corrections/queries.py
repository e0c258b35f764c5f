"""Reads the corrections of an order."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.corrections.domain import OrderCorrection
from services.requests.corrections.tables import order_correction
from services.requests.orders.queries.orders import get_order
from shared.unit_of_work import UnitOfWork


async def list_corrections(uow: UnitOfWork, order_id: str) -> Sequence[OrderCorrection]:
    """Those of an order, the latest first.

    :raises NotFound: there is no such order, or it is another township's now.
    """
    await get_order(uow, order_id)
    query = (
        select(OrderCorrection)
        .where(order_correction.c.order_id == order_id)
        .order_by(order_correction.c.number.desc())
    )
    async with uow.reading() as session:
        return (await session.scalars(query)).all()


async def last_number(session: AsyncSession, order_id: str) -> int:
    """How many corrections an order has had."""
    query = select(func.max(order_correction.c.number)).where(
        order_correction.c.order_id == order_id
    )
    return await session.scalar(query) or 0
