"""What has to be known before a stop changes."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.plans.domain.plan import Plan
from services.dispatch.plans.queries.rules import rules_of
from services.dispatch.rescheduling.domain import Calendar
from services.dispatch.stops.domain.stop import Stop
from services.dispatch.stops.queries.lookups import booked_elsewhere


async def calendar_of(
    session: AsyncSession, plan: Plan, stop: Stop, teams: Collection[str], first: date, last: date
) -> Calendar:
    """When these teams can come to the stop, from ``first`` to ``last``."""
    taken = await booked_elsewhere(session, stop.id, teams, first, last)
    return Calendar(taken, await rules_of(session, plan.campaign_id))
