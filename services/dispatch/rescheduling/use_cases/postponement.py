"""Finds another half-day for a stop, at once. If there is none, the stop is called off."""

from collections.abc import Iterator
from datetime import date, timedelta

from services.dispatch.demand.queries import days_ruled_out
from services.dispatch.planning.problem.problem import PARTS, HalfDay, working_days
from services.dispatch.plans.domain.plan import Plan
from services.dispatch.plans.use_cases.announcements import announce_plan
from services.dispatch.plans.use_cases.rules import ban_day
from services.dispatch.policy import POLICY
from services.dispatch.rescheduling.domain import Calendar
from services.dispatch.rescheduling.queries import calendar_of
from services.dispatch.rescheduling.use_cases.another_team import lock_plan_and_stop, replace_team
from services.dispatch.rescheduling.use_cases.calling_off import call_off
from services.dispatch.stops.domain.stop import STOP_MOVED, StatedReason, Stop
from services.dispatch.stops.use_cases.announcements import announce_assignment, announce_stop
from services.dispatch.stops.use_cases.bookings import book, free
from shared.contracts.dispatch import StopChanged, TeamAssigned, TeamReleased
from shared.kernel.doubts import Confirmations, Doubts
from shared.unit_of_work import Transaction, UnitOfWork

LATEST_POSTPONEMENT_DAYS = 60
"""How far beyond a plan's last day a stop may be moved."""


async def postpone_stop(
    uow: UnitOfWork, stop_id: str, reason: StatedReason, not_before: date | None, confirmed: Confirmations = ()
) -> Stop:
    """Moves a stop to the next half-day on which most of its teams can come. It asks them again and finds others for
    those that can't. If there is no such half-day, the stop is called off, and a planning run places its lines one by
    one. Either way, no plan puts the lines back on the old day."""
    uow.permit(POLICY, "postpone_stop")
    async with uow.transaction() as tx:
        plan, found = await lock_plan_and_stop(tx, stop_id)
        found.require("postpone", found.state)
        first = max(not_before or found.on, found.on + timedelta(days=1))
        doubts = Doubts(confirmed)
        if first < (today := uow.today()):
            doubts.add("moved_to_the_past", "not_before", first=first, today=today)
        doubts.settle()
        last = max(plan.ends_on, first) + timedelta(days=LATEST_POSTPONEMENT_DAYS)
        calendar = await calendar_of(tx.session, plan, found, found.teams, first, last)
        to = calendar.best(found.live, await _possible(tx, plan, found, first, last))
        if to is None:
            await call_off(tx, found, reason)
        else:
            await _move(tx, plan, found, to, reason, calendar)
        return found


async def _move(
    tx: Transaction, plan: Plan, found: Stop, to: HalfDay, reason: StatedReason, calendar: Calendar
) -> None:
    was = found.half_day
    await ban_day(tx, plan.campaign_id, [entry.line_id for entry in found.live], found.on)
    await free(tx, [found])
    asked = found.move(to, reason, tx.now)
    revision = plan.open_revision()
    moved = {"was_on": was[0], "was_part": was[1], "reason_code": reason.code, "revision": revision}
    announce_stop(tx, StopChanged, found, **moved)
    lost = [entry for entry in asked if not calendar.allows(entry.line_id, entry.team_code, to)]
    for entry in lost:
        entry.release(STOP_MOVED)
        announce_assignment(tx, TeamReleased, found, entry, reason_code=STOP_MOVED)
    await book(tx, [(found, found.teams)])
    for entry in found.live:
        announce_assignment(tx, TeamAssigned, found, entry, revision=revision)
    replaced = sum([await replace_team(tx, plan, found, entry) for entry in lost])
    kept = len(asked) - len(lost)
    announce_plan(tx, plan, stops=1, assignments=kept + replaced, unserved=len(lost) - replaced)


async def _possible(tx: Transaction, plan: Plan, found: Stop, first: date, last: date) -> Iterator[HalfDay]:
    """The half-days in order of time, without the days that one of the stop's lines rules out."""
    ruled_out = await days_ruled_out(tx.session, [entry.line_id for entry in found.live])
    days = working_days(first, last, weekends=plan.weekends)
    return ((day, part) for day in days if day.isoformat() not in ruled_out for part in PARTS)
