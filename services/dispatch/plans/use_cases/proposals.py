"""Proposes, publishes and withdraws plans that are computed within the request."""

import asyncio
from collections.abc import Iterable
from datetime import date

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.demand.use_cases import change_lines, note_told_reasons
from services.dispatch.directory.queries import campaign_of
from services.dispatch.directory.use_cases import hold_teams, hold_townships
from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import (
    USUAL,
    Circuit,
    Effort,
    TourPlanner,
    stops_of,
    way_km,
)
from services.dispatch.plans.domain.plan import Plan
from services.dispatch.plans.queries.planning_input import PlanningInput, open_planning_input
from services.dispatch.plans.queries.wording import Names, broken_rules, names_of
from services.dispatch.plans.use_cases.announcements import announce_plan, announce_unserved
from services.dispatch.plans.use_cases.drafts import draft_assignment, draft_stop, unserved_entries
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import Stop
from services.dispatch.stops.queries.confirmation import deadlines_of
from services.dispatch.stops.queries.lookups import stops_of_plan
from services.dispatch.stops.use_cases.announcements import announce_assignment, announce_stop
from services.dispatch.stops.use_cases.bookings import book
from shared.contracts.dispatch import StopScheduled, TeamAssigned
from shared.db.idempotency import claim, claimed
from shared.db.successors import current_codes
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict
from shared.kernel.holidays import KNOWN_YEARS
from shared.kernel.ids import new_id
from shared.unit_of_work import UnitOfWork


async def propose_plan(
    uow: UnitOfWork,
    planner: TourPlanner,
    request: BaseModel,
    idempotency_key: str | None,
    *,
    campaign_id: str,
    starts_on: date,
    ends_on: date,
    start_township_code: str,
    weekends: bool,
    confirmed: Confirmations = (),
) -> Plan:
    """Computes a plan for the campaign's open demand and keeps it as a proposal; books nothing.

    :raises InvalidInput: the days are reversed or hold no working day, or the township is not known.
    :raises Conflict: the campaign has no open demand.
    """
    plan = Plan(
        id=new_id(),
        campaign_id=campaign_id,
        starts_on=starts_on,
        ends_on=ends_on,
        start_township_code=start_township_code,
        weekends=weekends,
    )
    uow.permit(POLICY, "propose_plan")
    async with uow.reading() as session:
        earlier = await claimed(session, uow.actor, idempotency_key, request)
        if earlier is not None and (found := await session.get(Plan, earlier)):
            return found
        inputs = await open_planning_input(session, plan)
        names = await names_of(session, inputs.lines)
        await ask_about_days(session, Doubts(confirmed), campaign_id, starts_on, ends_on)
    circuit = await first_circuit(planner, inputs, names)
    async with uow.transaction() as tx:
        known = await claim(tx, idempotency_key, request, plan.id)
        if known != plan.id:
            return await tx.get(Plan, known)
        plan.distance_km = round(
            way_km(inputs.problem, stops_of(inputs.problem, circuit.booths)), 1
        )
        plan.unserved = unserved_entries(inputs, circuit)
        tx.add(plan)
        await tx.session.flush()
        await hold_townships(tx)
        await hold_teams(tx)
        proposed = _stops(plan, circuit, inputs)
        named = {stop.township_code for stop in proposed}
        now = await current_codes(tx.session, "township", named)
        booths = [entry for stop in proposed for entry in stop.assignments]
        teams = await current_codes(tx.session, "team", {entry.team_code for entry in booths})
        for entry in booths:
            entry.team_code = teams[entry.team_code]  # as are the townships' codes
        for stop in proposed:
            stop.township_code = now[stop.township_code]  # which may be new since they were planned
            tx.add(stop)
        return plan


async def publish_plan(uow: UnitOfWork, plan_id: str, confirmed: Confirmations = ()) -> Plan:
    """Puts a proposal in force: books the teams, offers them their booths, announces the stops.

    :raises Conflict: meanwhile an order was cancelled or planned elsewhere, or a team was booked.
    """
    uow.permit(POLICY, "publish_plan")
    async with uow.transaction() as tx:
        plan = await tx.get(Plan, plan_id)
        plan.publish()
        stops = await stops_of_plan(tx.session, plan_id)
        line_ids = [assignment.line_id for found in stops for assignment in found.assignments]
        if not await change_lines(tx, line_ids, before="open", after="planned"):
            raise Conflict("plan_outdated", field="plan_id", id=plan_id)
        await book(
            tx, ((found, {entry.team_code for entry in found.assignments}) for found in stops)
        )
        offered = 0
        doubts = Doubts(confirmed)
        doubt_past_days(doubts, (found.on for found in stops), uow.today())
        doubts.settle()
        for found in stops:
            assignments = found.publish(tx.now, tx.today, deadlines_of(tx.session))
            announce_stop(
                tx,
                StopScheduled,
                found,
                position=found.position,
                revision=plan.revision,
                until_on=found.confirm_by,
            )
            for assignment in assignments:
                announce_assignment(
                    tx,
                    TeamAssigned,
                    found,
                    assignment,
                    revision=plan.revision,
                    until_on=assignment.answer_by,
                )
            offered += len(assignments)
        news = await note_told_reasons(tx, plan.unserved)
        for line in news:
            announce_unserved(tx, plan, line)
        announce_plan(tx, plan, stops=len(stops), assignments=offered, unserved=len(news))
        return plan


def doubt_past_days(doubts: Doubts, days: Iterable[date], today: date) -> None:
    """Doubts a plan that sends teams somewhere on a past day."""
    past = sorted({day for day in days if day < today})
    if past:
        doubts.add("plan_in_the_past", "starts_on", first=past[0], days=len(past), today=today)


async def ask_about_days(
    session: AsyncSession, doubts: Doubts, campaign_id: str, starts_on: date, ends_on: date
) -> None:
    """Doubts days in a year whose holidays are not known (only weekends are left out there), and days outside of the
    campaign.

    :raises ConfirmationNeeded: nobody has confirmed them.
    """
    unknown = [year for year in range(starts_on.year, ends_on.year + 1) if year not in KNOWN_YEARS]
    if unknown:
        doubts.add("holidays_unknown", "starts_on", years="、".join(map(str, unknown)))
    row = await campaign_of(session, campaign_id)
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if row is not None and not row.starts_on <= day <= row.ends_on:
            facts = {"campaign": row.name, "first": row.starts_on, "last": row.ends_on}
            doubts.add("plan_outside_campaign", field, day=day, **facts)
    doubts.settle()


async def withdraw_plan(uow: UnitOfWork, plan_id: str) -> Plan:
    """Withdraws a proposal and its stops."""
    uow.permit(POLICY, "withdraw_plan")
    async with uow.transaction() as tx:
        plan = await tx.get(Plan, plan_id)
        plan.withdraw()
        for proposed in await stops_of_plan(tx.session, plan_id):
            proposed.withdraw()
        return plan


async def first_circuit(planner: TourPlanner, inputs: PlanningInput, names: Names) -> Circuit:
    """The planner's first plan for these inputs, checked. The event loop is free meanwhile.

    :raises Conflict: something pinned by hand can't be kept.
    """
    require_pins_to_hold(inputs, names)
    published = inputs.problem.published
    effort = Effort(start=Circuit(published)) if published else USUAL
    circuit = (await asyncio.to_thread(planner.plan, inputs.problem, effort)).circuit
    violations = check_plan(inputs.problem, circuit)
    if violations:
        raise RuntimeError(f"{type(planner).__name__} broke the rules: {violations[:5]}")
    return circuit


def require_pins_to_hold(inputs: PlanningInput, names: Names) -> None:
    """:raises Conflict: something pinned by hand can't be kept (``pins_do_not_hold``); says which rules it breaks."""
    if broken := inputs.broken(fixed.booth for fixed in inputs.problem.fixed):
        raise broken_rules(Conflict("pins_do_not_hold", field="campaign_id"), inputs, names, broken)


def _stops(plan: Plan, circuit: Circuit, inputs: PlanningInput) -> list[Stop]:
    stops = []
    for position, planned in enumerate(stops_of(inputs.problem, circuit.booths), start=1):
        assignments = [
            draft_assignment(inputs.lines[booth.line], booth.team) for booth in planned.booths
        ]
        stops.append(draft_stop(plan, planned, inputs, position, assignments))
    return stops
