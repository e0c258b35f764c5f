"""How much a township has ordered in a campaign, and how much it may."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.limits.queries import limit_of
from services.requests.orders.tables import order_line, service_order
from services.requests.policy import POLICY
from shared.unit_of_work import UnitOfWork

COUNTED = ("submitted", "accepted", "scheduled", "served", "rated", "closed")
"""The states of orders that use up what a township may order."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """``used`` are the items that a township ordered in a campaign, ``most`` how many it may; None: as many as it
    likes. ``takes_orders``: today is not after ``orders_until``."""

    orders_until: date | None
    takes_orders: bool
    most: int | None
    used: int


async def lines_used(session: AsyncSession, campaign_id: str, township_code: str) -> int:
    query = (
        select(func.count())
        .join_from(order_line, service_order, order_line.c.order_id == service_order.c.id)
        .where(
            service_order.c.campaign_id == campaign_id,
            service_order.c.township_code == township_code,
            service_order.c.state.in_(COUNTED),
            order_line.c.state != "cancelled",
        )
    )
    return int(await session.scalar(query) or 0)


async def get_allowance(uow: UnitOfWork, campaign_id: str, township_code: str) -> Allowance:
    """:raises Forbidden: it is another township's."""
    grant = uow.permit(POLICY, "read_orders")
    grant.require_for("township_code", township=township_code)
    async with uow.reading() as session:
        limit = await limit_of(session, campaign_id)
        used = await lines_used(session, campaign_id, township_code)
    if limit is None:
        return Allowance(None, True, None, used)
    today = uow.today()
    return Allowance(
        limit.orders_until, not limit.is_over(today), limit.most_for(township_code), used
    )
