"""Reads of limits."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.limits.domain import OrderLimit
from services.requests.limits.tables import order_limit
from services.requests.menu.domain import Campaign
from services.requests.policy import POLICY
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


async def limit_of(session: AsyncSession, campaign_id: str) -> OrderLimit | None:
    """What the corps set for a campaign; None where it set nothing."""
    query = select(OrderLimit).where(order_limit.c.campaign_id == campaign_id)
    return (await session.scalars(query)).one_or_none()


async def get_limit(uow: UnitOfWork, campaign_id: str) -> OrderLimit:
    """What the corps set for a campaign; without any limit where it set nothing.

    :raises NotFound: no such campaign is known here.
    """
    uow.permit(POLICY, "read_limits")
    async with uow.reading() as session:
        found = await limit_of(session, campaign_id)
        if found is None and await session.get(Campaign, campaign_id) is None:
            raise NotFound("campaign", campaign_id)
    return found or OrderLimit(campaign_id=campaign_id, townships=[])
