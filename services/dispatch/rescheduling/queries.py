"""What has to be known before a stop changes."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.availability.queries import days_off, half_days
from services.dispatch.directory.queries import members_of
from services.dispatch.plans.domain.plan import Plan
from services.dispatch.plans.queries.rules import rules_of
from services.dispatch.policy import POLICY
from services.dispatch.rescheduling.domain import Calendar
from services.dispatch.stops.domain.stop import Stop
from services.dispatch.stops.queries.lookups import (
    booked_elsewhere,
    booths_ahead,
    count_assignments,
)
from shared.unit_of_work import UnitOfWork


async def calendar_of(
    session: AsyncSession, plan: Plan, stop: Stop, teams: Collection[str], first: date, last: date
) -> Calendar:
    """When these teams can come to the stop, from ``first`` to ``last``."""
    taken = await booked_elsewhere(session, stop.id, teams, first, last)
    off = await days_off(session, "team", teams, first, last)
    days = (first + timedelta(days=day) for day in range((last - first).days + 1))
    taken |= half_days(off, days)
    return Calendar(taken, await rules_of(session, plan.campaign_id))


@dataclass(frozen=True, slots=True)
class Clash:
    """A booth of the team that would go, on a half-day on which the other one is at another stop."""

    assignment_id: str
    stop_id: str
    township_code: str
    on: date
    part: str


@dataclass(frozen=True, slots=True)
class MergingPreview:
    """What merging a team into another one would mean for stops: how many booths the team ever had, how many it has
    ahead, and which of those would be offered to other teams."""

    assignments: int
    ahead: int
    clashes: Sequence[Clash]


async def preview_merging(uow: UnitOfWork, team_code: str, into: str) -> MergingPreview:
    uow.permit(POLICY, "preview_merging")
    async with uow.reading() as session:
        mine = await booths_ahead(session, team_code, uow.today())
        theirs = {
            (row.on, row.part): row.stop_id
            for row in await booths_ahead(session, into, uow.today())
        }
        return MergingPreview(
            assignments=await count_assignments(session, team_code),
            ahead=len(mine),
            clashes=[
                Clash(row.assignment_id, row.stop_id, row.township_code, row.on, row.part)
                for row in mine
                if theirs.get((row.on, row.part), row.stop_id) != row.stop_id
            ],
        )


async def is_overbooked(session: AsyncSession, team_code: str, today: date) -> bool:
    """Whether a team is expected at a stop with more volunteers than it has."""
    members = await members_of(session, team_code)
    if members is None:
        return False
    needed: Counter[str] = Counter()
    for row in await booths_ahead(session, team_code, today):
        needed[row.stop_id] += row.volunteers
    return any(volunteers > members for volunteers in needed.values())
