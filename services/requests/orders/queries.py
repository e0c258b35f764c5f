"""What can be asked about orders."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.orders.domain.order import Order
from services.requests.orders.tables import service_order
from services.requests.policy import POLICY
from shared.db.paging import page_of
from shared.db.reach import within
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


async def list_orders(
    uow: UnitOfWork,
    *,
    township_code: str | None,
    state: str | None,
    campaign_id: str | None,
    after: str | None,
    limit: int,
) -> tuple[list[Any], str | None]:
    """Oldest first, with their lines; and the id to go on from."""
    grant = uow.permit(POLICY, "read_orders")
    query = select(Order).where(within(grant, township=service_order.c.township_code))
    if township_code is not None:
        query = query.where(service_order.c.township_code == township_code)
    if state is not None:
        query = query.where(service_order.c.state == state)
    if campaign_id is not None:
        query = query.where(service_order.c.campaign_id == campaign_id)
    async with uow.reading() as session:
        return await page_of(session, query, service_order.c.id, after=after, limit=limit)


async def get_order(uow: UnitOfWork, order_id: str) -> Order:
    """:raises NotFound: there is none with this id, or it is another township's."""
    grant = uow.permit(POLICY, "read_orders")
    async with uow.reading() as session:
        found = await session.get(Order, order_id)
    if found is None:
        raise NotFound(Order.kind, order_id, states=Order.STEPS)
    grant.require(Order.kind, order_id, township=found.township_code, states=Order.STEPS)
    return found


async def count_orders(uow: UnitOfWork, *, campaign_id: str | None) -> dict[str, int]:
    """How many orders are in each state that any is in."""
    grant = uow.permit(POLICY, "read_orders")
    own = within(grant, township=service_order.c.township_code)
    query = select(service_order.c.state, func.count().label("orders")).where(own).group_by(service_order.c.state)
    if campaign_id is not None:
        query = query.where(service_order.c.campaign_id == campaign_id)
    async with uow.reading() as session:
        return {row.state: row.orders for row in await session.execute(query)}


async def count_handed_in(session: AsyncSession, edition_id: str) -> int:
    """How many orders were ever handed in from an edition."""
    handed_in = select(func.count()).where(service_order.c.open_edition_id == edition_id)
    return int(await session.scalar(handed_in) or 0)
