"""The pins and bans of a campaign."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.plans.domain.rule import PlanningRule
from services.dispatch.plans.tables import planning_rule


async def rules_of(session: AsyncSession, campaign_id: str) -> list[PlanningRule]:
    """Its pins and bans, oldest first."""
    query = (
        select(PlanningRule)
        .where(planning_rule.c.campaign_id == campaign_id)
        .order_by(planning_rule.c.id)
    )
    return list(await session.scalars(query))
