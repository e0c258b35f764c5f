"""Finds another team for a booth, at once. If there is none, the line is open demand again and a planning run is
queued."""

from datetime import date
from itertools import groupby

from services.dispatch.demand.use_cases import note_told_reasons, set_lines
from services.dispatch.directory.queries import active_teams, teams_offering
from services.dispatch.plans.domain.plan import NO_OTHER_TEAM, Plan
from services.dispatch.plans.use_cases.announcements import announce_plan, announce_unserved
from services.dispatch.plans.use_cases.drafts import unserved_entry
from services.dispatch.plans.use_cases.rules import remove_pins_to
from services.dispatch.plans.use_cases.runs import queue_repairs
from services.dispatch.policy import POLICY
from services.dispatch.rescheduling.queries import calendar_of
from services.dispatch.stops.domain.stop import TEAM_LEFT, Assignment, StatedReason, Stop
from services.dispatch.stops.queries import declined, last_offered_at, plan_of_stop, stop_of_assignment, stops_ahead
from services.dispatch.stops.use_cases.acting import require_ahead, require_own
from services.dispatch.stops.use_cases.announcements import announce_assignment
from services.dispatch.stops.use_cases.bookings import book, free_if_idle
from shared.contracts.dispatch import AssignmentDeclined, TeamAssigned, TeamReleased
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def decline_assignment(
    uow: UnitOfWork, assignment_id: str, reason: StatedReason, confirmed: Confirmations = ()
) -> Stop:
    """Takes a team's refusal and offers the booth to another: one that offers the item, has the volunteers, is free on
    that half-day and has not declined this line. The team that was asked least recently comes first."""
    grant = uow.permit(POLICY, "decline_assignment")
    async with uow.transaction() as tx:
        plan, found = await lock_plan_and_stop(tx, await stop_of_assignment(tx.session, assignment_id))
        require_own(grant, found, assignment_id)
        doubts = Doubts(confirmed)
        require_ahead(grant, found, uow.today(), doubts)
        refused = found.decline(assignment_id, reason)
        doubts.settle()
        announce_assignment(tx, AssignmentDeclined, found, refused, reason_code=reason.code)
        await free_if_idle(tx, found, refused.team_code)
        plan.open_revision()
        assigned = await replace_team(tx, plan, found, refused)
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
                lost += 1
                assigned += await replace_team(tx, plan, found, entry)
        announce_plan(tx, plan, stops=0, assignments=assigned, unserved=lost - assigned)


async def lock_plan_and_stop(tx: Transaction, stop_id: str) -> tuple[Plan, Stop]:
    """Locks both, the plan first. Every use case that needs both takes them in this order."""
    plan = await tx.get(Plan, await plan_of_stop(tx.session, stop_id))
    return plan, await tx.get(Stop, stop_id)


async def replace_team(tx: Transaction, plan: Plan, found: Stop, lost: Assignment) -> int:
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
    found.assign(successor, tx.now)
    announce_assignment(tx, TeamAssigned, found, successor, revision=plan.revision)
    return 1


async def _next_team(tx: Transaction, plan: Plan, found: Stop, lost: Assignment) -> str | None:
    offering = await teams_offering(tx.session, lost.item_code)
    calendar = await calendar_of(tx.session, plan, found, offering, found.on, found.on)
    said_no = {team for _, team in await declined(tx.session, [lost.line_id])}
    asked = await last_offered_at(tx.session, offering)
    teams = await active_teams(tx.session, offering)
    never = [row for row in teams if row.code not in asked]
    for row in [*never, *sorted((row for row in teams if row.code in asked), key=lambda row: asked[row.code])]:
        free_members = row.members - sum(entry.volunteers for entry in found.live if entry.team_code == row.code)
        possible = row.code not in said_no and calendar.allows(lost.line_id, row.code, found.half_day)
        if possible and free_members >= lost.volunteers:
            return str(row.code)
    return None
