"""Changes to a published plan that are made at once: another team for a booth, another half-day for a stop, a stop
called off. What finds no place is open demand again, and a planning run is queued."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby

from services.dispatch.availability.use_cases import move_volunteers
from services.dispatch.demand.queries import days_ruled_out, lines_of_order
from services.dispatch.demand.use_cases import (
    amend_lines,
    cancel_lines,
    note_told_reasons,
    set_lines,
)
from services.dispatch.directory.queries import active_teams, is_retired, teams_offering
from services.dispatch.directory.use_cases import hold_teams, lock_teams, merge_teams
from services.dispatch.planning.problem.problem import PARTS, HalfDay, working_days
from services.dispatch.plans.domain.plan import NO_OTHER_TEAM, Plan
from services.dispatch.plans.queries.plans import campaigns_of_plans, published_plan
from services.dispatch.plans.use_cases.announcements import announce_plan, announce_unserved
from services.dispatch.plans.use_cases.drafts import unserved_entry
from services.dispatch.plans.use_cases.rules import ban_day, remove_pins_of, remove_pins_to
from services.dispatch.plans.use_cases.runs import queue_repairs
from services.dispatch.plans.use_cases.successions import (
    lock_plans_with,
    move_candidates,
    move_rules,
)
from services.dispatch.policy import POLICY
from services.dispatch.rescheduling.domain import Calendar
from services.dispatch.rescheduling.queries import calendar_of, is_overbooked
from services.dispatch.rosters.use_cases.following import follow_stop
from services.dispatch.stops.domain.stop import (
    ORDER_AMENDED,
    STOP_MOVED,
    TEAM_LEFT,
    TEAMS_MERGED,
    Assignment,
    StatedReason,
    Stop,
)
from services.dispatch.stops.queries.confirmation import deadlines_of
from services.dispatch.stops.queries.lookups import (
    declined,
    last_offered_at,
    lines_under_way,
    plan_of_stop,
    plans_with,
    stop_of_assignment,
    stops_ahead,
    stops_of_order,
)
from services.dispatch.stops.use_cases.acting import (
    announce_completed,
    require_ahead,
    require_own,
)
from services.dispatch.stops.use_cases.announcements import announce_assignment, announce_stop
from services.dispatch.stops.use_cases.bookings import book, free, free_if_idle
from services.dispatch.stops.use_cases.successions import move_booths
from shared.contracts.catalog import TeamMerged
from shared.contracts.dispatch import (
    AssignmentDeclined,
    OrderReplanned,
    StopCancelled,
    StopChanged,
    TeamAssigned,
    TeamReleased,
)
from shared.contracts.requests import OrderAmended
from shared.db.successors import note_successor
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

LATEST_POSTPONEMENT_DAYS = 60
"""How far beyond a plan's last day a stop may be moved."""


async def cancel_stop(
    uow: UnitOfWork, stop_id: str, reason: StatedReason, confirmed: Confirmations = ()
) -> Stop:
    """Calls a stop off. A planning run looks for places for its lines on other days."""
    uow.permit(POLICY, "cancel_stop")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        await _call_off(tx, stop, reason)
        Doubts(confirmed).settle()
        return stop


async def release_order(
    tx: Transaction, order_id: str, reason_code: str, line_ids: Collection[str] | None = None
) -> None:
    """Releases what is booked for an order, or for these of its lines, at stops that have not begun. A stop that has
    no booth left is cancelled. An order that was withdrawn while its stop began gives up the booths that have not
    reported."""
    for stop_id in await stops_of_order(tx.session, order_id):
        stop = await tx.get(Stop, stop_id)
        if stop.state == "under_way" and line_ids is None:
            await _drop_under_way(tx, stop, order_id, reason_code)
        if stop.state != "planned":
            continue
        released = [
            assignment
            for assignment in stop.live
            if assignment.order_id == order_id
            and (line_ids is None or assignment.line_id in line_ids)
        ]
        if not released:
            continue
        for assignment in released:
            assignment.release(reason_code)
        if stop.live:
            for assignment in released:
                announce_assignment(tx, TeamReleased, stop, assignment, reason_code=reason_code)
                await free_if_idle(tx, stop, assignment.team_code)
            follow_stop(tx, stop)
        else:
            stop.cancel(StatedReason(reason_code))
            await _announce_cancelled(tx, stop, released, reason_code)


async def _drop_under_way(tx: Transaction, stop: Stop, order_id: str, reason_code: str) -> None:
    released = stop.drop(order_id, reason_code)
    if not released:
        return
    if stop.state == "cancelled":
        await _announce_cancelled(tx, stop, released, reason_code)
        return
    follow_stop(tx, stop)
    for assignment in released:
        announce_assignment(tx, TeamReleased, stop, assignment, reason_code=reason_code)
    if stop.state == "completed":
        announce_completed(tx, stop)


async def follow_amendment(tx: Transaction, order: OrderAmended) -> None:
    """The order's demand is what it says now. A line that was taken out gives its booth up, and so does one that is to
    be served elsewhere; what else no longer fits stays booked until a plan that does is published.

    An order that was not accepted yet is no demand; it is accepted as it is then.
    """
    plan = await published_plan(tx.session, order.campaign_id, lock=True)
    had = await lines_of_order(tx.session, order.order_id)
    if not had:
        return
    under_way = await lines_under_way(tx.session, order.order_id)
    kept = {line.line_id for line in order.lines}
    gone = {line_id for line_id in had if line_id not in kept | under_way}
    place = (
        order.place,
        *((order.point.lat, order.point.lon) if order.point else (None, None)),
    )
    elsewhere = {
        line_id
        for line_id, row in had.items()
        if line_id in kept - under_way
        and row.state == "planned"
        and (row.place, row.lat, row.lon) != place
    }
    await release_order(tx, order.order_id, ORDER_AMENDED, gone | elsewhere)
    await cancel_lines(tx, order.order_id, gone)
    await set_lines(tx, elsewhere, "open")
    await amend_lines(tx, order, had, under_way)
    if plan is None:
        return
    now = await lines_of_order(tx.session, order.order_id)
    if any(row.amended is not None for row in now.values()):
        queue_repairs(tx, [order.campaign_id])
    else:
        tx.record(
            plan,
            OrderReplanned(
                order_id=order.order_id,
                township_code=order.township_code,
                amendment=order.amendment,
            ),
        )


async def _call_off(tx: Transaction, stop: Stop, reason: StatedReason) -> None:
    """Cancels the stop and opens its lines again. No plan puts them back on that day."""
    (campaign_id,) = await campaigns_of_plans(tx.session, [stop.plan_id])
    released = stop.cancel(reason)
    line_ids = [entry.line_id for entry in released]
    await set_lines(tx, line_ids, "open")
    await ban_day(tx, campaign_id, line_ids, stop.on)
    await _announce_cancelled(tx, stop, released, reason.code)
    queue_repairs(tx, [campaign_id])


async def _announce_cancelled(
    tx: Transaction, stop: Stop, released: Iterable[Assignment], reason_code: str
) -> None:
    await free(tx, [stop])
    follow_stop(tx, stop)
    for assignment in released:
        announce_assignment(tx, TeamReleased, stop, assignment, reason_code=reason_code)
    announce_stop(tx, StopCancelled, stop, reason_code=reason_code)


async def decline_assignment(
    uow: UnitOfWork, assignment_id: str, reason: StatedReason, confirmed: Confirmations = ()
) -> Stop:
    """Takes a team's refusal and offers the booth to another: one that offers the item, has the volunteers, is free on
    that half-day and has not declined this line. The team that was asked least recently comes first."""
    grant = uow.permit(POLICY, "decline_assignment")
    async with uow.transaction() as tx:
        await hold_teams(tx)
        plan, found = await _lock_plan_and_stop(
            tx, await stop_of_assignment(tx.session, assignment_id)
        )
        require_own(grant, found, assignment_id)
        doubts = Doubts(confirmed)
        require_ahead(grant, found, uow.today(), doubts)
        refused = found.decline(assignment_id, reason)
        doubts.settle()
        announce_assignment(tx, AssignmentDeclined, found, refused, reason_code=reason.code)
        await free_if_idle(tx, found, refused.team_code)
        follow_stop(tx, found)
        plan.open_revision()
        assigned = await _replace_team(tx, plan, found, refused)
        announce_plan(tx, plan, stops=0, assignments=assigned, unserved=1 - assigned)
        return found


async def free_team(tx: Transaction, team_code: str, today: date) -> None:
    """Offers every booth that a team has ahead to another, as after a decline: the team has left the corps. Booths of
    past days stay as they are."""
    await remove_pins_to(tx, team_code)
    ahead = await stops_ahead(tx.session, team_code, today)
    for plan_id, group in groupby(ahead, key=lambda row: str(row.plan_id)):
        plan = await tx.get(Plan, plan_id)
        plan.open_revision()
        lost = assigned = 0
        for row in group:
            found = await tx.get(Stop, row.id)
            for entry in [entry for entry in found.live if entry.team_code == team_code]:
                entry.release(TEAM_LEFT)
                announce_assignment(tx, TeamReleased, found, entry, reason_code=TEAM_LEFT)
                await free_if_idle(tx, found, team_code)
                follow_stop(tx, found)
                lost += 1
                assigned += await _replace_team(tx, plan, found, entry)
        announce_plan(tx, plan, stops=0, assignments=assigned, unserved=lost - assigned)


async def follow_merger(tx: Transaction, event: TeamMerged) -> str:
    """All that dispatch keeps of the team is the other one's from now on, whose code is returned, and nobody is asked
    again. Only where both have a booth on the same half-day at different stops, that of the team that went is offered
    to others."""
    await lock_teams(tx, (event.code, event.into_code))
    into = await note_successor(tx.session, "team", event.code, event.into_code)
    await lock_plans_with(tx, event.code)
    plans = await plans_with(tx.session, {event.code})
    does_less = await merge_teams(tx, event.code, into)
    await move_rules(tx, event.code, into)
    await move_candidates(tx, event.code, into)
    await move_volunteers(tx, event.code, into)
    clashing = await move_booths(tx, event.code, into, tx.today)
    await _settle_clashes(tx, clashing)
    if await is_retired(tx.session, into):
        await free_team(tx, into, tx.today)
    elif plans and (does_less or await is_overbooked(tx.session, into, tx.today)):
        queue_repairs(tx, await campaigns_of_plans(tx.session, plans))
    return into


async def _settle_clashes(tx: Transaction, clashing: Iterable[tuple[Stop, Assignment]]) -> None:
    """Offers booths to other teams, as after a decline: their team is the same as one that is elsewhere then."""
    clashing = list(clashing)
    await remove_pins_of(tx, [entry.line_id for _, entry in clashing])
    by_plan = sorted(clashing, key=lambda each: (each[0].plan_id, each[0].id, each[1].id))
    for plan_id, group in groupby(by_plan, key=lambda each: each[0].plan_id):
        plan = await tx.get(Plan, plan_id)
        plan.open_revision()
        lost = assigned = 0
        for found, entry in group:
            entry.release(TEAMS_MERGED)
            announce_assignment(tx, TeamReleased, found, entry, reason_code=TEAMS_MERGED)
            follow_stop(tx, found)
            lost += 1
            assigned += await _replace_team(tx, plan, found, entry)
        announce_plan(tx, plan, stops=0, assignments=assigned, unserved=lost - assigned)


async def _lock_plan_and_stop(tx: Transaction, stop_id: str) -> tuple[Plan, Stop]:
    """Locks both, the plan first. Every use case that needs both takes them in this order."""
    plan = await tx.get(Plan, await plan_of_stop(tx.session, stop_id))
    return plan, await tx.get(Stop, stop_id)


async def _replace_team(tx: Transaction, plan: Plan, found: Stop, lost: Assignment) -> int:
    """Offers the booth of ``lost`` to another team. Returns 1 if there is one. Otherwise it returns 0, the line is
    unserved, and a repair is queued, which may also move other lines."""
    code = await _next_team(tx, plan, found, lost)
    if code is None:
        line = unserved_entry(lost, found.township_code, NO_OTHER_TEAM)
        plan.leave_unserved(line)
        await set_lines(tx, [lost.line_id], "open")
        await note_told_reasons(tx, [line])
        announce_unserved(tx, plan, line)
        queue_repairs(tx, [plan.campaign_id])
        return 0
    if code not in found.teams:
        await book(tx, [(found, [code])])
    successor = lost.for_another(new_id(), code)
    found.assign(successor, tx.now, tx.today, deadlines_of(tx.session))
    announce_assignment(
        tx,
        TeamAssigned,
        found,
        successor,
        revision=plan.revision,
        until_on=successor.answer_by,
    )
    return 1


async def _next_team(tx: Transaction, plan: Plan, found: Stop, lost: Assignment) -> str | None:
    offering = await teams_offering(tx.session, lost.item_code)
    calendar = await calendar_of(tx.session, plan, found, offering, found.on, found.on)
    said_no = {team for _, team in await declined(tx.session, [lost.line_id])}
    asked = await last_offered_at(tx.session, offering)
    active = await active_teams(tx.session, offering)
    teams = [row for row in active if not row.area or found.township_code in row.area]
    never = [row for row in teams if row.code not in asked]
    for row in [
        *never,
        *sorted((row for row in teams if row.code in asked), key=lambda row: asked[row.code]),
    ]:
        free_members = row.members - sum(
            entry.volunteers for entry in found.live if entry.team_code == row.code
        )
        possible = row.code not in said_no and calendar.allows(
            lost.line_id, row.code, found.half_day
        )
        if possible and free_members >= lost.volunteers:
            return str(row.code)
    return None


async def postpone_stop(
    uow: UnitOfWork,
    stop_id: str,
    reason: StatedReason,
    not_before: date | None,
    confirmed: Confirmations = (),
) -> Stop:
    """Moves a stop to the next half-day on which most of its teams can come. It asks them again and finds others for
    those that can't. If there is no such half-day, the stop is called off, and a planning run places its lines one by
    one. Either way, no plan puts the lines back on the old day."""
    uow.permit(POLICY, "postpone_stop")
    async with uow.transaction() as tx:
        await hold_teams(tx)
        plan, found = await _lock_plan_and_stop(tx, stop_id)
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
            await _call_off(tx, found, reason)
        else:
            await _move(tx, plan, found, to, reason, calendar)
        return found


async def _move(
    tx: Transaction, plan: Plan, found: Stop, to: HalfDay, reason: StatedReason, calendar: Calendar
) -> None:
    was = found.half_day
    await ban_day(tx, plan.campaign_id, [entry.line_id for entry in found.live], found.on)
    await free(tx, [found])
    follow_stop(tx, found)
    asked = found.move(to, reason, tx.now, tx.today, deadlines_of(tx.session))
    revision = plan.open_revision()
    moved = {"was_on": was[0], "was_part": was[1], "reason_code": reason.code, "revision": revision}
    announce_stop(tx, StopChanged, found, **moved, until_on=found.confirm_by)
    lost = [entry for entry in asked if not calendar.allows(entry.line_id, entry.team_code, to)]
    for entry in lost:
        entry.release(STOP_MOVED)
        announce_assignment(tx, TeamReleased, found, entry, reason_code=STOP_MOVED)
    await book(tx, [(found, found.teams)])
    for entry in found.live:
        announce_assignment(
            tx, TeamAssigned, found, entry, revision=revision, until_on=entry.answer_by
        )
    replaced = sum([await _replace_team(tx, plan, found, entry) for entry in lost])
    kept = len(asked) - len(lost)
    announce_plan(tx, plan, stops=1, assignments=kept + replaced, unserved=len(lost) - replaced)


async def _possible(
    tx: Transaction, plan: Plan, found: Stop, first: date, last: date
) -> Iterator[HalfDay]:
    """The half-days in order of time, without the days that one of the stop's lines rules out."""
    ruled_out = await days_ruled_out(tx.session, [entry.line_id for entry in found.live])
    days = working_days(first, last, weekends=plan.weekends)
    return ((day, part) for day in days if day.isoformat() not in ruled_out for part in PARTS)
