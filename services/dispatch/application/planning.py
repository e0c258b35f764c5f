"""Make a plan, and publish it."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import BaseModel
from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.application import announce
from services.dispatch.application.policy import POLICY
from services.dispatch.domain.plan import Plan
from services.dispatch.domain.planning.check import check_plan
from services.dispatch.domain.planning.circuit import Circuit, TourPlanner, stops_of, way_km
from services.dispatch.domain.planning.pacing import paced
from services.dispatch.domain.planning.problem import (
    PARTS,
    Line,
    Problem,
    Site,
    Slot,
    Team,
    Travel,
    Weights,
    working_days,
)
from services.dispatch.domain.stop import Assignment, Stop
from services.dispatch.store.tables import booking, demand_line, item, stop, team, township
from shared.contracts.dispatch import StopScheduled, TeamAssigned
from shared.db.idempotency import claim, claimed
from shared.db.unit_of_work import Transaction, UnitOfWork
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.ids import new_id

Lines = dict[str, Row[tuple[object, ...]]]
"""Rows of ``demand_line`` by line id."""

SERVICE_WEIGHTS = Weights(later_part=1)
"""The mornings first; days off the circuit's pace count for four at most."""


async def propose_plan(
    uow: UnitOfWork,
    planner: TourPlanner,
    request: BaseModel,
    idempotency_key: str | None,
    *,
    campaign: str,
    starts_on: date,
    ends_on: date,
    start_township_code: str,
    weekends: bool,
) -> Plan:
    """Computes a plan for the campaign's open demand and keeps it as a proposal; books nothing.

    :raises InvalidInput: the days are reversed or hold no working day, or the township is not known.
    :raises Conflict: the campaign has no open demand.
    """
    plan = Plan(
        id=new_id(),
        campaign=campaign,
        starts_on=starts_on,
        ends_on=ends_on,
        start_township_code=start_township_code,
        weekends=weekends,
    )
    uow.permit(POLICY, "propose_plan")
    async with uow.reading() as session:
        earlier = await claimed(session, idempotency_key, request)
        if earlier is not None and (found := await session.get(Plan, earlier)):
            return found
        lines = await _open_lines(session, campaign)
        problem = await _problem(session, plan, lines)
    # The planner may take its time: no transaction is open, and the event loop is free.
    circuit = (await asyncio.to_thread(planner.plan, problem)).circuit
    violations = check_plan(problem, circuit)
    if violations:
        raise RuntimeError(f"{type(planner).__name__} broke the rules: {violations[:5]}")
    async with uow.transaction() as tx:
        known = await claim(tx, idempotency_key, request, plan.id)
        if known != plan.id:
            return await tx.get(Plan, known)
        plan.distance_km = round(way_km(problem, stops_of(problem, circuit.booths)), 1)
        plan.unserved = [_unserved(lines[line.line], line.reason) for line in circuit.unserved]
        tx.add(plan)
        await tx.session.flush()
        for proposed in _stops(plan, circuit, lines, problem):
            tx.add(proposed)
        return plan


async def publish_plan(uow: UnitOfWork, plan_id: str) -> Plan:
    """Puts a proposal in force: books the teams, offers them their booths, announces the stops.

    :raises Conflict: meanwhile an order was cancelled or planned elsewhere, or a team was booked.
    """
    uow.permit(POLICY, "publish_plan")
    async with uow.transaction() as tx:
        plan = await tx.get(Plan, plan_id)
        plan.publish()
        stops = list(
            await tx.session.scalars(
                select(Stop).where(stop.c.plan_id == plan_id).order_by(stop.c.position).with_for_update()
            )
        )
        line_ids = [assignment.line_id for found in stops for assignment in found.assignments]
        still_open = await tx.session.execute(
            update(demand_line)
            .where(demand_line.c.line_id.in_(line_ids), demand_line.c.state == "open")
            .values(state="planned", told_reason=None)
            .returning(demand_line.c.line_id)
        )
        if len(still_open.all()) != len(line_ids):
            raise Conflict("plan_outdated", field="plan_id", id=plan_id)
        places = {
            (assignment.team_code, found.half_day): found.id for found in stops for assignment in found.assignments
        }
        if places:
            await tx.session.execute(
                insert(booking),
                [
                    {"team_code": code, "on": on, "part": part, "stop_id": stop_id}
                    for (code, (on, part)), stop_id in places.items()
                ],
            )
        offered = 0
        for found in stops:
            assignments = found.publish(tx.now)
            announce.of_stop(tx, StopScheduled, found, position=found.position, revision=plan.revision)
            for assignment in assignments:
                announce.of_assignment(tx, TeamAssigned, found, assignment, revision=plan.revision)
            offered += len(assignments)
        news = await tell_unserved(tx, plan.unserved)
        for line in news:
            announce.of_unserved(tx, plan, line)
        announce.of_plan(tx, plan, stops=len(stops), assignments=offered, unserved=len(news))
        return plan


async def tell_unserved(tx: Transaction, lines: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Those whose township has not been told this reason yet; notes that it is told now. Else every plan of a campaign
    would say again what has not changed, to everybody."""
    news: set[str] = set()
    for reason in sorted({line["reason"] for line in lines}):
        told = await tx.session.execute(
            update(demand_line)
            .where(
                demand_line.c.line_id.in_([line["line_id"] for line in lines if line["reason"] == reason]),
                demand_line.c.told_reason.is_distinct_from(reason),
            )
            .values(told_reason=reason)
            .returning(demand_line.c.line_id)
        )
        news.update(told.scalars())
    return [line for line in lines if line["line_id"] in news]


async def withdraw_plan(uow: UnitOfWork, plan_id: str) -> Plan:
    """Puts a proposal aside, and its stops with it."""
    uow.permit(POLICY, "withdraw_plan")
    async with uow.transaction() as tx:
        plan = await tx.get(Plan, plan_id)
        plan.withdraw()
        for proposed in await tx.session.scalars(select(Stop).where(stop.c.plan_id == plan_id).with_for_update()):
            proposed.withdraw("plan withdrawn")
        return plan


async def _open_lines(session: AsyncSession, campaign: str) -> Lines:
    rows = await session.execute(
        select(demand_line)
        .where(demand_line.c.campaign == campaign, demand_line.c.state == "open")
        .order_by(demand_line.c.line_id)
    )
    lines = {row.line_id: row for row in rows}
    if not lines:
        raise Conflict("no_open_demand", field="campaign", campaign=campaign)
    return lines


async def _problem(session: AsyncSession, plan: Plan, lines: Lines) -> Problem:
    """What is asked, in half-days from the plan's first day on, at the pace of an even circuit."""
    days = (plan.ends_on - plan.starts_on).days + 1
    working = {
        (day - plan.starts_on).days for day in working_days(plan.starts_on, plan.ends_on, weekends=plan.weekends)
    }
    if not working:
        raise InvalidInput("no_working_day", field="ends_on", first=plan.starts_on, last=plan.ends_on)
    places = {row.code: (row.lat, row.lon) for row in await session.execute(select(township))}
    if plan.start_township_code not in places:
        raise InvalidInput("unknown_township", field="start_township_code", township=plan.start_township_code)
    sites = {
        _site_id(row): Site(_site_id(row), row.township_code, places[row.township_code])
        for row in lines.values()
        if row.township_code in places
    }
    problem = Problem(
        sites=tuple(sites[key] for key in sorted(sites)),
        teams=await _teams(session, plan, days),
        lines=tuple(_line(row, plan, days) for row in lines.values()),
        days=days,
        parts=len(PARTS),
        travel=Travel(on="sphere"),
        weights=SERVICE_WEIGHTS,
        closed=frozenset(range(days)) - working,
        start_township=plan.start_township_code,
        first_on=plan.starts_on,
    )
    return paced(problem)


async def _teams(session: AsyncSession, plan: Plan, days: int) -> tuple[Team, ...]:
    offers: dict[str, set[str]] = {}
    for row in await session.execute(select(item.c.code, item.c.teams)):
        for code in row.teams:
            offers.setdefault(code, set()).add(row.code)
    busy: dict[str, set[Slot]] = {}
    within = booking.c.on.between(plan.starts_on, plan.ends_on)
    for row in await session.execute(select(booking).where(within)):
        busy.setdefault(row.team_code, set()).add(Slot((row.on - plan.starts_on).days, PARTS.index(row.part)))
    slots = frozenset(Slot(day, part) for day in range(days) for part in range(len(PARTS)))
    return tuple(
        Team(
            id=row.code,
            items=frozenset(offers.get(row.code, ())),
            members=row.members,
            free=slots - busy.get(row.code, set()),
            max_stops_per_day=len(PARTS),
        )
        for row in await session.execute(select(team).order_by(team.c.code))
    )


def _site_id(row: Row[tuple[object, ...]]) -> str:
    return f"{row.township_code}/{row.place}"


def _line(row: Row[tuple[object, ...]], plan: Plan, days: int) -> Line:
    return Line(
        id=row.line_id,
        site=_site_id(row),
        item=row.item_code,
        volunteers=row.volunteers,
        first_day=0,
        last_day=days - 1,
        priority=row.priority,
        preferred_days=tuple(_days(row.wished_on, plan)),
        ruled_out_days=frozenset(_days(row.ruled_out_on, plan)),
    )


def _days(dates: list[str], plan: Plan) -> list[int]:
    """The plan's days among these dates, counted from its first."""
    wanted = sorted((date.fromisoformat(day) - plan.starts_on).days for day in dates)
    return [day for day in wanted if 0 <= day <= (plan.ends_on - plan.starts_on).days]


def _stops(plan: Plan, circuit: Circuit, lines: Lines, problem: Problem) -> list[Stop]:
    stops = []
    for position, planned in enumerate(stops_of(problem, circuit.booths), start=1):
        first = lines[planned.booths[0].line]
        lat, lon = planned.site.point
        stops.append(
            Stop(
                id=new_id(),
                plan_id=plan.id,
                position=position,
                township_code=planned.site.township,
                place=first.place,
                on=plan.starts_on + timedelta(days=planned.slot.day),
                part=PARTS[planned.slot.part],
                lat=lat if first.lat is None else first.lat,
                lon=lon if first.lon is None else first.lon,
                assignments=[new_assignment(lines[booth.line], booth.team) for booth in planned.booths],
            )
        )
    return stops


def new_assignment(line: Row[tuple[object, ...]], team_code: str) -> Assignment:
    """An assignment for a row of ``demand_line``, not yet offered."""
    return Assignment(
        id=new_id(),
        order_id=line.order_id,
        line_id=line.line_id,
        item_code=line.item_code,
        item_name=line.item_name,
        item_name_en=line.item_name_en,
        team_code=team_code,
        volunteers=line.volunteers,
    )


def _unserved(line: Row[tuple[object, ...]], reason: str) -> dict[str, str]:
    return {
        "order_id": line.order_id,
        "line_id": line.line_id,
        "township_code": line.township_code,
        "item_code": line.item_code,
        "item_name": line.item_name,
        "item_name_en": line.item_name_en,
        "reason": reason,
    }
