"""What the other capabilities ask about stops, assignments and bookings."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.stops.domain.stop import LIVE, Assignment, Stop
from services.dispatch.stops.tables import assignment, booking, stop
from shared.kernel.errors import NotFound

AT_ONCE = 10_000
"""Ids in one query: drivers take some ten thousand parameters."""


async def stops_of_plan(session: AsyncSession, plan_id: str) -> list[Stop]:
    """The plan's stops, locked, in the order of their positions."""
    query = (
        select(Stop).where(stop.c.plan_id == plan_id).order_by(stop.c.position).with_for_update()
    )
    return list(await session.scalars(query))


async def planned_stops(
    session: AsyncSession, plan_id: str, first: date, last: date, *, lock: bool = False
) -> tuple[Stop, ...]:
    """The plan's stops from ``first`` to ``last`` that have not begun, by id; ``lock`` keeps them as they are until the
    transaction ends."""
    query = select(Stop).where(
        stop.c.plan_id == plan_id, stop.c.state == "planned", stop.c.on.between(first, last)
    )
    query = query.order_by(stop.c.id)
    return tuple(await session.scalars(query.with_for_update() if lock else query))


async def plan_of_stop(session: AsyncSession, stop_id: str) -> str:
    """:raises NotFound: there is no such stop."""
    plan_id = await session.scalar(select(stop.c.plan_id).where(stop.c.id == stop_id))
    if plan_id is None:
        raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
    return str(plan_id)


async def stop_of_assignment(session: AsyncSession, assignment_id: str) -> str:
    """:raises NotFound: there is no such assignment."""
    stop_id = await session.scalar(
        select(assignment.c.stop_id).where(assignment.c.id == assignment_id)
    )
    if stop_id is None:
        raise NotFound(Assignment.kind, assignment_id, states=Assignment.STEPS)
    return str(stop_id)


async def stops_of_order(session: AsyncSession, order_id: str) -> list[str]:
    """The ids of the stops at which a team is expected for the order, sorted."""
    query = select(assignment.c.stop_id).where(
        assignment.c.order_id == order_id, assignment.c.state.in_(LIVE)
    )
    return list(await session.scalars(query.distinct().order_by(assignment.c.stop_id)))


async def stops_ahead(session: AsyncSession, team_code: str, today: date) -> list[Row[Any]]:
    """Plan and id of the stops, from ``today`` on, at which the team is expected: ordered by both."""
    query = select(stop.c.plan_id, stop.c.id).join(assignment, assignment.c.stop_id == stop.c.id)
    query = query.where(
        assignment.c.team_code == team_code,
        assignment.c.state.in_(LIVE),
        stop.c.state == "planned",
        stop.c.on >= today,
    )
    return list(await session.execute(query.distinct().order_by(stop.c.plan_id, stop.c.id)))


async def plans_with(
    session: AsyncSession, teams: Collection[str], *, item_code: str | None = None
) -> list[str]:
    """The ids of the plans in which one of these teams is expected at a stop that has not begun, with this item."""
    query = select(stop.c.plan_id).join(assignment, assignment.c.stop_id == stop.c.id)
    query = query.where(
        assignment.c.team_code.in_(teams), assignment.c.state.in_(LIVE), stop.c.state == "planned"
    )
    if item_code is not None:
        query = query.where(assignment.c.item_code == item_code)
    return list(await session.scalars(query.distinct()))


async def bookings(session: AsyncSession, first: date, last: date) -> list[Row[Any]]:
    """Team, day, half-day and stop of every booking from ``first`` to ``last``."""
    return list(await session.execute(select(booking).where(booking.c.on.between(first, last))))


async def booked_elsewhere(
    session: AsyncSession, stop_id: str, teams: Collection[str], first: date, last: date
) -> frozenset[tuple[str, date, str]]:
    """When these teams are booked for other stops than this one: team, day and half-day."""
    query = select(booking.c.team_code, booking.c.on, booking.c.part).where(
        booking.c.on.between(first, last),
        booking.c.team_code.in_(teams),
        booking.c.stop_id != stop_id,
    )
    return frozenset((row.team_code, row.on, row.part) for row in await session.execute(query))


async def declined(session: AsyncSession, line_ids: Iterable[str]) -> list[tuple[str, str]]:
    """Line and team of every assignment for these lines that its team has declined, sorted."""
    found: set[tuple[str, str]] = set()
    ids = sorted(line_ids)
    for begin in range(0, len(ids), AT_ONCE):
        some = ids[begin : begin + AT_ONCE]
        query = select(assignment.c.line_id, assignment.c.team_code).where(
            assignment.c.line_id.in_(some), assignment.c.state == "declined"
        )
        found |= {(row.line_id, row.team_code) for row in await session.execute(query.distinct())}
    return sorted(found)


async def last_offered_at(session: AsyncSession, teams: Collection[str]) -> dict[str, datetime]:
    """When each of these teams was last offered a booth; those that never were are left out."""
    query = select(assignment.c.team_code, func.max(assignment.c.offered_at).label("at"))
    query = query.where(assignment.c.team_code.in_(teams), assignment.c.offered_at.is_not(None))
    return {
        row.team_code: row.at
        for row in await session.execute(query.group_by(assignment.c.team_code))
    }


async def days_booked(
    session: AsyncSession, item_codes: Collection[str], first: date, last: date
) -> list[Row[Any]]:
    """Item, day and stop of each booth for these items from ``first`` to ``last`` that is announced, or was held."""
    query = (
        select(assignment.c.item_code, stop.c.on, stop.c.id.label("stop_id"))
        .join(stop, stop.c.id == assignment.c.stop_id)
        .where(
            stop.c.on.between(first, last),
            assignment.c.item_code.in_(item_codes),
            assignment.c.state.in_((*LIVE, "done")),
        )
    )
    return list(await session.execute(query))
