"""Reads of pins and bans."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.plans.domain.rule import PlanningRule
from services.dispatch.plans.tables import planning_rule
from services.dispatch.policy import POLICY
from shared.db.paging import page_of
from shared.unit_of_work import UnitOfWork


async def list_rules(
    uow: UnitOfWork, *, campaign_id: str | None, after: str | None, limit: int
) -> tuple[list[PlanningRule], str | None]:
    uow.permit(POLICY, "read_candidates")
    async with uow.reading() as session:
        query = select(PlanningRule)
        if campaign_id is not None:
            query = query.where(planning_rule.c.campaign_id == campaign_id)
        return await page_of(session, query, planning_rule.c.id, after=after, limit=limit)


async def rules_of(session: AsyncSession, campaign_id: str) -> list[PlanningRule]:
    """Its pins and bans, oldest first."""
    query = (
        select(PlanningRule)
        .where(planning_rule.c.campaign_id == campaign_id)
        .order_by(planning_rule.c.id)
    )
    return list(await session.scalars(query))
