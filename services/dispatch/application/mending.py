"""What is mended at once: another team for the same booth, another half-day for the same stop. What that does not mend
is open demand again, and a planning run looks for more."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import delete, func, select

from services.dispatch.application import announce
from services.dispatch.application.bookings import book, free, free_if_idle, set_lines
from services.dispatch.application.fieldwork import call_off, require_ahead, require_own, stop_of
from services.dispatch.application.planning import tell_unserved
from services.dispatch.application.policy import POLICY
from services.dispatch.application.rules import keep_off
from services.dispatch.application.runs import queue_repairs
from services.dispatch.application.tasks import rules_of
from services.dispatch.domain.plan import NO_OTHER_TEAM, Plan
from services.dispatch.domain.planning.problem import PARTS, HalfDay, working_days
from services.dispatch.domain.rule import PlanningRule
from services.dispatch.domain.stop import LIVE, STOP_MOVED, TEAM_LEFT, Assignment, Reason, Stop
from services.dispatch.store.tables import (
    assignment,
    booking,
    demand_line,
    item,
    planning_rule,
    stop,
    team,
)
from shared.contracts.dispatch import AssignmentDeclined, StopChanged, TeamAssigned, TeamReleased
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

LATEST_POSTPONEMENT_DAYS = 60
"""How far beyond a plan's last day a stop may be moved."""


async def decline_assignment(
    uow: UnitOfWork, assignment_id: str, reason: Reason, confirmed: Confirmations = ()
) -> Stop:
    """Takes the refusal and asks another team: one that offers the item, has the volunteers, is free
    on that half-day and has not declined this line; the least recently asked first."""
    grant = uow.permit(POLICY, "decline_assignment")
    async with uow.transaction() as tx:
        plan, found = await _plan_and_stop(tx, await stop_of(tx, assignment_id))
        require_own(grant, found, assignment_id)
        doubts = Doubts(confirmed)
        require_ahead(grant, found, uow.today(), doubts)
        declined = found.decline(assignment_id, reason)
        doubts.settle()
        announce.of_assignment(tx, AssignmentDeclined, found, declined, reason_code=reason.code)
        await free_if_idle(tx, found, declined.team_code)
        plan.repair()
        assigned = await _replace(tx, plan, found, declined)
        announce.of_plan(tx, plan, stops=0, assignments=assigned, unserved=1 - assigned)
        return found


async def free_team(tx: Transaction, team_code: str, today: date) -> None:
    """A team has left the corps: every booth that it still has ahead is offered to another, as after a decline. What
    lies behind stays for whoever closes those stops."""
    # A pin to it could not be kept by any plan.
    await tx.session.execute(
        delete(planning_rule).where(planning_rule.c.team_code == team_code, planning_rule.c.does == "pin")
    )
    theirs = assignment.join(stop, stop.c.id == assignment.c.stop_id)
    query = select(stop.c.plan_id, stop.c.id).select_from(theirs)
    query = query.where(
        assignment.c.team_code == team_code,
        assignment.c.state.in_(LIVE),
        stop.c.state == "planned",
        stop.c.on >= today,
    )
    ids = (await tx.session.execute(query.distinct().order_by(stop.c.plan_id, stop.c.id))).all()
    for plan_id, group in groupby(ids, key=lambda row: str(row.plan_id)):
        plan = await tx.get(Plan, plan_id)
        plan.repair()
        lost = assigned = 0
        for row in group:
            found = await tx.get(Stop, row.id)
            for entry in [entry for entry in found.live if entry.team_code == team_code]:
                entry.release(TEAM_LEFT)
                announce.of_assignment(tx, TeamReleased, found, entry, reason_code=TEAM_LEFT)
                await free_if_idle(tx, found, team_code)
                lost += 1
                assigned += await _replace(tx, plan, found, entry)
        announce.of_plan(tx, plan, stops=0, assignments=assigned, unserved=lost - assigned)


async def postpone_stop(
    uow: UnitOfWork, stop_id: str, reason: Reason, not_before: date | None, confirmed: Confirmations = ()
) -> Stop:
    """Moves a stop to the next half-day on which most of its teams can come; asks them again, and finds others for
    those that can't. Where there is no such half-day, it is called off, and its lines find places one by one. Either
    way they stay off the day on which it was to be."""
    uow.permit(POLICY, "postpone_stop")
    async with uow.transaction() as tx:
        plan, found = await _plan_and_stop(tx, stop_id)
        found.require("postpone", found.state)
        first = max(not_before or found.on, found.on + timedelta(days=1))
        doubts = Doubts(confirmed)
        if first < (today := uow.today()):
            doubts.add("moved_to_the_past", "not_before", first=first, today=today)
        doubts.settle()
        last = max(plan.ends_on, first) + timedelta(days=LATEST_POSTPONEMENT_DAYS)
        calendar = await _calendar(tx, plan, found, found.teams, first, last)
        to = _best(calendar, found, await _possible(tx, plan, found, first, last))
        if to is None:
            await call_off(tx, found, reason)
        else:
            await _move(tx, plan, found, to, reason, calendar)
        return found


async def _move(tx: Transaction, plan: Plan, found: Stop, to: HalfDay, reason: Reason, calendar: "_Calendar") -> None:
    was = found.half_day
    await keep_off(tx, plan.campaign_id, [entry.line_id for entry in found.live], found.on)
    await free(tx, [found])
    asked = found.move(to, reason, tx.now)
    revision = plan.repair()
    moved = {"was_on": was[0], "was_part": was[1], "reason_code": reason.code, "revision": revision}
    announce.of_stop(tx, StopChanged, found, **moved)
    lost = [entry for entry in asked if not calendar.allows(entry.line_id, entry.team_code, to)]
    for entry in lost:
        entry.release(STOP_MOVED)
        announce.of_assignment(tx, TeamReleased, found, entry, reason_code=STOP_MOVED)
    await book(tx, [(found, found.teams)])
    for entry in found.live:
        announce.of_assignment(tx, TeamAssigned, found, entry, revision=revision)
    replaced = sum([await _replace(tx, plan, found, entry) for entry in lost])
    kept = len(asked) - len(lost)
    announce.of_plan(tx, plan, stops=1, assignments=kept + replaced, unserved=len(lost) - replaced)


async def _plan_and_stop(tx: Transaction, stop_id: str) -> tuple[Plan, Stop]:
    """Both locked, the plan first: all who need both take them in this order."""
    plan_id = await tx.session.scalar(select(stop.c.plan_id).where(stop.c.id == stop_id))
    if plan_id is None:
        raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
    plan = await tx.get(Plan, str(plan_id))
    return plan, await tx.get(Stop, stop_id)


async def _replace(tx: Transaction, plan: Plan, found: Stop, lost: Assignment) -> int:
    """Offers the booth of ``lost`` to another team; 1 when there is one, else 0: the line is unserved, and a repair
    looks for more than another team."""
    code = await _next_team(tx, plan, found, lost)
    if code is None:
        line = {
            "order_id": lost.order_id,
            "line_id": lost.line_id,
            "township_code": found.township_code,
            "item_code": lost.item_code,
            "item_name": lost.item_name,
            "item_name_en": lost.item_name_en,
            "reason": NO_OTHER_TEAM,
        }
        plan.leave_unserved(line)
        await set_lines(tx, [lost], "open")
        await tell_unserved(tx, [line])
        announce.of_unserved(tx, plan, line)
        queue_repairs(tx, [plan.campaign_id])
        return 0
    if code not in found.teams:
        await book(tx, [(found, [code])])
    successor = lost.for_another(new_id(), code)
    found.assign(successor, tx.now)
    announce.of_assignment(tx, TeamAssigned, found, successor, revision=plan.revision)
    return 1


async def _next_team(tx: Transaction, plan: Plan, found: Stop, lost: Assignment) -> str | None:
    offering = await tx.session.scalar(select(item.c.teams).where(item.c.code == lost.item_code)) or []
    calendar = await _calendar(tx, plan, found, offering, found.on, found.on)
    declined = select(assignment.c.team_code).where(
        assignment.c.line_id == lost.line_id, assignment.c.state == "declined"
    )
    said_no = set(await tx.session.scalars(declined))
    last_asked = func.max(assignment.c.offered_at)
    rows = await tx.session.execute(
        select(team.c.code, team.c.members)
        .outerjoin(assignment, assignment.c.team_code == team.c.code)
        .where(team.c.code.in_(offering), team.c.state == "active")
        .group_by(team.c.code, team.c.members)
        .order_by(last_asked.is_not(None), last_asked, team.c.code)
    )
    for row in rows:
        free_members = row.members - sum(entry.volunteers for entry in found.live if entry.team_code == row.code)
        possible = row.code not in said_no and calendar.allows(lost.line_id, row.code, found.half_day)
        if possible and free_members >= lost.volunteers:
            return str(row.code)
    return None


@dataclass(frozen=True)
class _Calendar:
    """When a team can come to a stop: not where it is ``taken`` elsewhere, and not against pins and bans."""

    taken: frozenset[tuple[str, date, str]]
    rules: list[PlanningRule]

    def allows(self, line_id: str, team_code: str, half_day: HalfDay) -> bool:
        return (team_code, *half_day) not in self.taken and all(
            rule.allows(line_id, team_code, half_day) for rule in self.rules
        )


async def _calendar(
    tx: Transaction, plan: Plan, found: Stop, teams: Collection[str], first: date, last: date
) -> _Calendar:
    elsewhere = select(booking.c.team_code, booking.c.on, booking.c.part).where(
        booking.c.on.between(first, last), booking.c.team_code.in_(teams), booking.c.stop_id != found.id
    )
    taken = await tx.session.execute(elsewhere)
    return _Calendar(
        frozenset((row.team_code, row.on, row.part) for row in taken), await rules_of(tx.session, plan.campaign_id)
    )


def _best(calendar: _Calendar, found: Stop, possible: Iterable[HalfDay]) -> HalfDay | None:
    """The half-day on which most booths keep their team, the earliest of several; None where no booth would."""
    best: HalfDay | None = None
    most = 0
    for half_day in possible:
        kept = sum(calendar.allows(entry.line_id, entry.team_code, half_day) for entry in found.live)
        if kept == len(found.live):
            return half_day
        if kept > most:
            best, most = half_day, kept
    return best


async def _possible(tx: Transaction, plan: Plan, found: Stop, first: date, last: date) -> Iterator[HalfDay]:
    """In the order of time, without the days that one of the stop's lines rules out."""
    line_ids = [entry.line_id for entry in found.live]
    ruled_out: set[str] = set()
    for days in await tx.session.scalars(select(demand_line.c.ruled_out_on).where(demand_line.c.line_id.in_(line_ids))):
        ruled_out |= set(days)
    days = working_days(first, last, weekends=plan.weekends)
    return ((day, part) for day in days if day.isoformat() not in ruled_out for part in PARTS)
