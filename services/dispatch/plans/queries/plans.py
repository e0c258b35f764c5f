"""Reads of plans."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.directory.queries import names_of_campaigns
from services.dispatch.plans.domain.plan import Plan
from services.dispatch.plans.tables import plan
from services.dispatch.policy import POLICY
from services.dispatch.stops.queries.views import view_stops_of_plan
from shared.db.paging import page_of
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

View = dict[str, Any]


async def list_plans(
    uow: UnitOfWork, *, campaign_id: str | None, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    """Plans without their stops, oldest first; only the corps sees those that are not in force."""
    grant = uow.permit(POLICY, "read_plans")
    async with uow.reading() as session:
        query = select(Plan)
        if not grant.everything:
            query = query.where(plan.c.state == "published")
        if campaign_id is not None:
            query = query.where(plan.c.campaign_id == campaign_id)
        found, next_after = await page_of(session, query, plan.c.id, after=after, limit=limit)
        named = await names_of_campaigns(session, {entry.campaign_id for entry in found})
    today = uow.today()
    return [_plan_view(grant, entry, [], named, today) for entry in found], next_after


async def get_plan(uow: UnitOfWork, plan_id: str) -> View:
    """A plan with its stops in the order of travel: for the corps all, for others those that concern them.

    :raises NotFound: there is none, or it is not in force and the reader is not of the corps.
    """
    grant = uow.permit(POLICY, "read_plans")
    async with uow.reading() as session:
        found = await session.get(Plan, plan_id)
        if found is None or not (grant.everything or found.state == "published"):
            raise NotFound(Plan.kind, plan_id, states=Plan.STEPS)
        stops = await view_stops_of_plan(session, grant, plan_id, uow.today())
        named = await names_of_campaigns(session, {found.campaign_id})
        return _plan_view(grant, found, stops, named, uow.today())


async def published_plan(
    session: AsyncSession, campaign_id: str, *, lock: bool = False
) -> Plan | None:
    """The campaign's plan in force; the latest, if there are several."""
    query = select(Plan).where(plan.c.campaign_id == campaign_id, plan.c.state == "published")
    query = query.order_by(plan.c.id.desc()).limit(1)
    return (await session.scalars(query.with_for_update() if lock else query)).first()


async def plans_of_campaign(session: AsyncSession, campaign_id: str) -> list[str]:
    """The ids of all plans that a campaign ever had."""
    return list(await session.scalars(select(plan.c.id).where(plan.c.campaign_id == campaign_id)))


async def campaigns_of_plans(session: AsyncSession, plan_ids: Collection[str]) -> list[str]:
    query = select(plan.c.campaign_id).where(plan.c.id.in_(plan_ids))
    return list(await session.scalars(query.distinct()))


def _plan_view(
    grant: Grant,
    found: Plan,
    stops: list[View],
    named: Mapping[str, tuple[str, str]],
    today: date,
) -> View:
    name, name_en = named.get(found.campaign_id, (found.campaign_id, found.campaign_id))
    return {
        "id": found.id,
        "campaign_id": found.campaign_id,
        "campaign_name": name,
        "campaign_name_en": name_en,
        "state": found.state,
        "revision": found.revision,
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
        "phase": _phase(found, today),
        "start_township_code": found.start_township_code,
        "distance_km": found.distance_km,
        "stops": stops,
        "unserved": [
            line for line in found.unserved if grant.covers(township=line["township_code"])
        ],
    }


def _phase(found: Plan, today: date) -> str:
    if today < found.starts_on:
        return "ahead"
    return "running" if today <= found.ends_on else "over"
