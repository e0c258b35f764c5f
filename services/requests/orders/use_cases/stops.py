"""The orders that are served at a stop."""

from sqlalchemy import select

from services.requests.orders.domain.order import Order
from services.requests.orders.tables import order_line
from shared.unit_of_work import Transaction, UnitOfWork


async def begin_stop(uow: UnitOfWork, stop_id: str) -> None:
    """The teams are at a stop, and nobody withdraws any more what they are there for."""
    async with uow.transaction() as tx:
        for order in await orders_at(tx, stop_id):
            order.begin_stop(stop_id)


async def orders_at(tx: Transaction, stop_id: str) -> list[Order]:
    """The orders with lines at a stop, locked, always in the same order, so that two never wait for
    each other. No line can join them meanwhile: whatever adds one stands in the same stream."""
    await tx.lock_service()
    ids = await tx.session.scalars(
        select(order_line.c.order_id)
        .where(order_line.c.stop_id == stop_id)
        .distinct()
        .order_by(order_line.c.order_id)
    )
    return [await tx.get(Order, order_id) for order_id in ids]
