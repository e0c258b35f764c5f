"""Reads the corrections of an order, and which orders a township left by them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.corrections.domain import OrderCorrection
from services.requests.corrections.tables import order_correction
from services.requests.orders.domain.order import Order
from services.requests.orders.queries.orders import orders_by_id
from services.requests.policy import POLICY
from shared.db.reach import within
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

MOST_DEPARTED = 100


@dataclass(frozen=True, slots=True)
class Departed:
    """An order that is another township's by a correction. Of the order it has the number, and nothing else."""

    order_id: str
    order_number: str
    correction: OrderCorrection


async def list_corrections(uow: UnitOfWork, order_id: str) -> Sequence[OrderCorrection]:
    """Those of an order, the latest first. A township that the order left by some of them reads those.

    :raises NotFound: there is no such order, or it never was the township's.
    """
    grant = uow.permit(POLICY, "read_orders")
    query = (
        select(OrderCorrection)
        .where(order_correction.c.order_id == order_id)
        .order_by(order_correction.c.number.desc())
    )
    async with uow.reading() as session:
        order = await session.get(Order, order_id)
        found = (await session.scalars(query)).all() if order is not None else ()
    if order is not None and grant.covers(township=order.township_code):
        return found
    own = [each for each in found if grant.covers(township=each.township_code)]
    if not own:
        raise NotFound(Order.kind, order_id, states=Order.STEPS)
    return own


async def list_departed(uow: UnitOfWork) -> list[Departed]:
    """The orders that are another township's by a correction now, the latest first."""
    grant = uow.permit(POLICY, "read_orders")
    query = (
        select(OrderCorrection)
        .where(within(grant, township=order_correction.c.township_code))
        .order_by(order_correction.c.made_at.desc(), order_correction.c.id.desc())
        .limit(MOST_DEPARTED)
    )
    async with uow.reading() as session:
        found = (await session.scalars(query)).all()
        orders = await orders_by_id(session, {each.order_id for each in found})
    numbers = {order.id: (order.number, order.township_code) for order in orders}
    latest: dict[str, Departed] = {}
    for each in found:
        number, township_code = numbers[each.order_id]
        if township_code != each.township_code:
            latest.setdefault(each.order_id, Departed(each.order_id, number, each))
    return list(latest.values())


async def last_number(session: AsyncSession, order_id: str) -> int:
    """How many corrections an order has had."""
    query = select(func.max(order_correction.c.number)).where(
        order_correction.c.order_id == order_id
    )
    return await session.scalar(query) or 0
