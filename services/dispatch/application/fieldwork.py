"""What happens to a published plan: teams accept or decline, stops move, start and end."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import delete, func, insert, select, update

from services.dispatch.application import announce
from services.dispatch.application.planning import tell_unserved
from services.dispatch.application.policy import POLICY
from services.dispatch.application.queries import require_stop
from services.dispatch.application.runs import queue_repairs
from services.dispatch.domain.plan import Plan
from services.dispatch.domain.planning.problem import PARTS, HalfDay, working_days
from services.dispatch.domain.stop import LIVE, Assignment, Report, Stop
from services.dispatch.store.tables import assignment as assignment_table
from services.dispatch.store.tables import booking, demand_line, item, team
from services.dispatch.store.tables import stop as stop_table
from shared.contracts.dispatch import (
    AssignmentAccepted,
    AssignmentDeclined,
    BoothReported,
    StopCancelled,
    StopChanged,
    StopCompleted,
    StopStarted,
    TeamAssigned,
    TeamReleased,
)
from shared.db.unit_of_work import Transaction, UnitOfWork
from shared.kernel.access import Grant
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import new_id

LATEST_POSTPONEMENT_DAYS = 60
"""How far beyond a plan's last day a stop may be moved."""


async def accept_assignment(uow: UnitOfWork, assignment_id: str) -> Stop:
    grant = uow.permit(POLICY, "accept_assignment")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, await _stop_of(tx, assignment_id))
        _require_own(grant, stop, assignment_id)
        accepted = stop.accept(assignment_id)
        announce.of_assignment(tx, AssignmentAccepted, stop, accepted)
        return stop


async def decline_assignment(uow: UnitOfWork, assignment_id: str, reason: str) -> Stop:
    """Takes the refusal and asks another team: one that offers the item, has the volunteers, is free
    on that half-day and has not declined this line; the least recently asked first."""
    grant = uow.permit(POLICY, "decline_assignment")
    async with uow.transaction() as tx:
        plan, stop = await _plan_and_stop(tx, await _stop_of(tx, assignment_id))
        _require_own(grant, stop, assignment_id)
        declined = stop.decline(assignment_id, reason)
        announce.of_assignment(tx, AssignmentDeclined, stop, declined, reason=reason)
        await _free_if_idle(tx, stop, declined.team_code)
        plan.repair()
        assigned = await _replace(tx, plan, stop, declined)
        announce.of_plan(tx, plan, stops=0, assignments=assigned, unserved=1 - assigned)
        return stop


async def postpone_stop(uow: UnitOfWork, stop_id: str, reason: str, not_before: date | None) -> Stop:
    """Moves a stop to the next half-day on which most of its teams can come; asks them again, and
    finds others for those that can't.

    :raises Conflict: none is free (``no_free_half_day``).
    """
    uow.permit(POLICY, "postpone_stop")
    async with uow.transaction() as tx:
        plan, stop = await _plan_and_stop(tx, stop_id)
        stop.require("postpone", stop.state)
        await tx.session.execute(delete(booking).where(booking.c.stop_id == stop.id))
        teams = {assignment.team_code for assignment in stop.live}
        was, to = stop.half_day, await _next_half_day(tx, plan, stop, teams, not_before)
        busy = await _busy_teams(tx, to)
        asked = stop.postpone(to, reason, tx.now)
        revision = plan.repair()
        announce.of_stop(tx, StopChanged, stop, was_on=was[0], was_part=was[1], reason=reason, revision=revision)
        await _book(tx, stop, teams - busy)
        assigned = 0
        for assignment in asked:
            if assignment.team_code in busy:
                assignment.release("stop moved")
                announce.of_assignment(tx, TeamReleased, stop, assignment, reason="stop moved")
                assigned += await _replace(tx, plan, stop, assignment)
            else:
                announce.of_assignment(tx, TeamAssigned, stop, assignment, revision=revision)
                assigned += 1
        announce.of_plan(tx, plan, stops=1, assignments=assigned, unserved=len(asked) - assigned)
        return stop


async def cancel_stop(uow: UnitOfWork, stop_id: str, reason: str) -> Stop:
    """Calls a stop off; its lines are open demand again."""
    uow.permit(POLICY, "cancel_stop")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        released = stop.cancel(reason)
        await _set_lines(tx, released, "open")
        await _announce_cancelled(tx, stop, released, reason)
        return stop


async def start_stop(uow: UnitOfWork, stop_id: str) -> Stop:
    grant = uow.permit(POLICY, "start_stop")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        require_stop(grant, stop)
        stop.start()
        announce.of_stop(tx, StopStarted, stop)
        return stop


async def complete_stop(uow: UnitOfWork, stop_id: str, reports: Mapping[str, Report]) -> Stop:
    """Ends a stop; ``reports`` by assignment id. :raises InvalidInput: they don't match the booths."""
    grant = uow.permit(POLICY, "complete_stop")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        require_stop(grant, stop)
        done = stop.complete(reports)
        await _set_lines(tx, done, "served")
        for assignment in done:
            report = reports[assignment.id]
            announce.of_assignment(
                tx,
                BoothReported,
                stop,
                assignment,
                served=report.served,
                leaflets=report.leaflets,
                follow_ups=report.follow_ups,
            )
        announce.of_stop(
            tx,
            StopCompleted,
            stop,
            booths=len(done),
            served=sum(report.served for report in reports.values()),
            leaflets=sum(report.leaflets for report in reports.values()),
            follow_ups=sum(report.follow_ups for report in reports.values()),
        )
        return stop


async def release_order(tx: Transaction, order_id: str, reason: str) -> None:
    """Releases what is booked for an order at stops that have not begun; a stop that is left without
    any booth is cancelled."""
    stop_ids = await tx.session.scalars(
        select(assignment_table.c.stop_id)
        .where(assignment_table.c.order_id == order_id, assignment_table.c.state.in_(LIVE))
        .distinct()
        .order_by(assignment_table.c.stop_id)
    )
    for stop_id in stop_ids.all():
        stop = await tx.get(Stop, stop_id)
        if stop.state != "planned":
            continue
        released = [assignment for assignment in stop.live if assignment.order_id == order_id]
        for assignment in released:
            assignment.release(reason)
        if stop.live:
            for assignment in released:
                announce.of_assignment(tx, TeamReleased, stop, assignment, reason=reason)
                await _free_if_idle(tx, stop, assignment.team_code)
        else:
            stop.cancel(reason)
            await _announce_cancelled(tx, stop, released, reason)


async def _announce_cancelled(tx: Transaction, stop: Stop, released: Iterable[Assignment], reason: str) -> None:
    await tx.session.execute(delete(booking).where(booking.c.stop_id == stop.id))
    for assignment in released:
        announce.of_assignment(tx, TeamReleased, stop, assignment, reason=reason)
    announce.of_stop(tx, StopCancelled, stop, reason=reason)


def _require_own(grant: Grant, stop: Stop, assignment_id: str) -> None:
    """:raises NotFound: the assignment is another team's."""
    teams = [entry.team_code for entry in stop.assignments if entry.id == assignment_id]
    grant.require("assignment", assignment_id, teams=teams)


async def _stop_of(tx: Transaction, assignment_id: str) -> str:
    query = select(assignment_table.c.stop_id).where(assignment_table.c.id == assignment_id)
    stop_id = await tx.session.scalar(query)
    if stop_id is None:
        raise NotFound(Assignment.kind, assignment_id, states=Assignment.STEPS)
    return str(stop_id)


async def _plan_and_stop(tx: Transaction, stop_id: str) -> tuple[Plan, Stop]:
    """Both locked, the plan first: all who need both take them in this order."""
    plan_id = await tx.session.scalar(select(stop_table.c.plan_id).where(stop_table.c.id == stop_id))
    if plan_id is None:
        raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
    plan = await tx.get(Plan, str(plan_id))
    return plan, await tx.get(Stop, stop_id)


async def _replace(tx: Transaction, plan: Plan, stop: Stop, lost: Assignment) -> int:
    """Offers the booth of ``lost`` to another team; 1 when there is one, else 0: the line is unserved, and a repair
    looks for more than another team."""
    code = await _next_team(tx, stop, lost)
    if code is None:
        line = {
            "order_id": lost.order_id,
            "line_id": lost.line_id,
            "township_code": stop.township_code,
            "item_code": lost.item_code,
            "item_name": lost.item_name,
            "item_name_en": lost.item_name_en,
            "reason": "unserved.no_free_team",
        }
        plan.leave_unserved(line)
        await _set_lines(tx, [lost], "open")
        await tell_unserved(tx, [line])
        announce.of_unserved(tx, plan, line)
        await queue_repairs(tx, [plan.campaign])
        return 0
    replacement = Assignment(
        id=new_id(),
        order_id=lost.order_id,
        line_id=lost.line_id,
        item_code=lost.item_code,
        item_name=lost.item_name,
        item_name_en=lost.item_name_en,
        team_code=code,
        volunteers=lost.volunteers,
    )
    if code not in {assignment.team_code for assignment in stop.live}:
        await _book(tx, stop, {code})
    stop.assign(replacement, tx.now)
    announce.of_assignment(tx, TeamAssigned, stop, replacement, revision=plan.revision)
    return 1


async def _next_team(tx: Transaction, stop: Stop, lost: Assignment) -> str | None:
    offering = await tx.session.scalar(select(item.c.teams).where(item.c.code == lost.item_code)) or []
    asked_before = {other.team_code for other in stop.assignments if other.line_id == lost.line_id}
    last_asked = func.max(assignment_table.c.offered_at)
    rows = await tx.session.execute(
        select(team.c.code, team.c.members)
        .outerjoin(assignment_table, assignment_table.c.team_code == team.c.code)
        .where(team.c.code.in_(offering))
        .group_by(team.c.code, team.c.members)
        .order_by(last_asked.is_not(None), last_asked, team.c.code)
    )
    elsewhere = await _busy_teams(tx, stop.half_day, except_at=stop)
    at_work = dict.fromkeys(offering, 0)
    for assignment in stop.live:
        at_work[assignment.team_code] = at_work.get(assignment.team_code, 0) + assignment.volunteers
    for row in rows:
        if row.code in asked_before or row.code in elsewhere:
            continue
        if row.members - at_work[row.code] >= lost.volunteers:
            return str(row.code)
    return None


async def _busy_teams(tx: Transaction, half_day: HalfDay, *, except_at: Stop | None = None) -> set[str]:
    query = select(booking.c.team_code).where(booking.c.on == half_day[0], booking.c.part == half_day[1])
    if except_at is not None:
        query = query.where(booking.c.stop_id != except_at.id)
    return set(await tx.session.scalars(query))


async def _next_half_day(tx: Transaction, plan: Plan, stop: Stop, teams: set[str], not_before: date | None) -> HalfDay:
    """The half-day after the present one on which most of ``teams`` are free; the earliest of those,
    inside the campaign when one there has them all."""
    first = max(not_before or stop.on, stop.on + timedelta(days=1))
    last = max(plan.ends_on, first) + timedelta(days=LATEST_POSTPONEMENT_DAYS)
    line_ids = [assignment.line_id for assignment in stop.live]
    ruled_out: set[str] = set()
    for days in await tx.session.scalars(select(demand_line.c.ruled_out_on).where(demand_line.c.line_id.in_(line_ids))):
        ruled_out |= set(days)
    taken: dict[HalfDay, set[str]] = {}
    for row in await tx.session.execute(
        select(booking).where(booking.c.on.between(first, last), booking.c.team_code.in_(teams))
    ):
        taken.setdefault((row.on, row.part), set()).add(row.team_code)
    best: HalfDay | None = None
    for day in working_days(first, last, weekends=plan.weekends):
        if day.isoformat() in ruled_out:
            continue
        for part in PARTS:
            missing = len(taken.get((day, part), ()))
            if missing == 0:
                return day, part
            if missing < len(teams) and (best is None or missing < len(taken[best])):
                best = day, part
    if best is None:
        raise Conflict("no_free_half_day", field="not_before", first=first, last=last)
    return best


async def _book(tx: Transaction, stop: Stop, teams: set[str]) -> None:
    if teams:
        await tx.session.execute(
            insert(booking),
            [{"team_code": code, "on": stop.on, "part": stop.part, "stop_id": stop.id} for code in sorted(teams)],
        )


async def _free_if_idle(tx: Transaction, stop: Stop, team_code: str) -> None:
    """Gives a team its half-day back when it has no booth left at the stop."""
    if team_code not in {assignment.team_code for assignment in stop.live}:
        await tx.session.execute(delete(booking).where(booking.c.stop_id == stop.id, booking.c.team_code == team_code))


async def _set_lines(tx: Transaction, assignments: Iterable[Assignment], state: str) -> None:
    await tx.session.execute(
        update(demand_line)
        .where(
            demand_line.c.line_id.in_([assignment.line_id for assignment in assignments]),
            demand_line.c.state != "cancelled",
        )
        .values(state=state)
    )
