"""What the other capabilities ask about stops, assignments and bookings."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.stops.domain.stop import LIVE, STANDING, Assignment, Stop
from services.dispatch.stops.tables import IN_TIME, assignment, booking, last_served, stop
from shared.kernel.errors import NotFound

ANNOUNCED = ("planned", "under_way", "completed")
"""States of a stop that people were told of and that was not called off."""

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


async def stops_between(
    session: AsyncSession, first: date, last: date, townships: Collection[str] | None = None
) -> list[Stop]:
    """The planned stops from ``first`` to ``last`` (None: of all townships), in the order of time."""
    query = select(Stop).where(stop.c.state == "planned", stop.c.on.between(first, last))
    if townships is not None:
        query = query.where(stop.c.township_code.in_(townships))
    return list(await session.scalars(query.order_by(*IN_TIME, stop.c.id)))


async def announced_since(
    session: AsyncSession,
    first: date,
    *,
    township: str | None = None,
    team: str | None = None,
    plans: Collection[str] | None = None,
    limit: int,
) -> list[Stop]:
    """The stops from ``first`` on that were announced and not called off, in the order of time, ``limit`` of them at
    most: of a township, of plans, or those at which a team has a booth."""
    query = select(Stop).where(stop.c.state.in_(ANNOUNCED), stop.c.on >= first)
    if township is not None:
        query = query.where(stop.c.township_code == township)
    if plans is not None:
        query = query.where(stop.c.plan_id.in_(plans))
    if team is not None:
        theirs = select(assignment.c.stop_id).where(
            assignment.c.team_code == team, assignment.c.state.in_(STANDING)
        )
        query = query.where(stop.c.id.in_(theirs))
    return list(await session.scalars(query.order_by(*IN_TIME, stop.c.id).limit(limit)))


async def announced_booths(
    session: AsyncSession, assignment_ids: Collection[str]
) -> list[tuple[Stop, Assignment]]:
    """Those of these booths whose stops were announced and not called off, in the order of time."""
    query = select(Stop, Assignment).join(Assignment, assignment.c.stop_id == stop.c.id)
    query = query.where(assignment.c.id.in_(assignment_ids), stop.c.state.in_(ANNOUNCED))
    rows = await session.execute(query.order_by(*IN_TIME, assignment.c.id))
    return [(row[0], row[1]) for row in rows]


async def plan_of_stop(session: AsyncSession, stop_id: str) -> str:
    """:raises NotFound: there is no such stop."""
    plan_id = await session.scalar(select(stop.c.plan_id).where(stop.c.id == stop_id))
    if plan_id is None:
        raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
    return str(plan_id)


async def stops_to_report(session: AsyncSession, today: date) -> list[str]:
    """The stops that have begun and whose day is over, but not their reports: some are late each day, few at once."""
    query = select(stop.c.id).where(stop.c.state == "under_way", stop.c.on < today)
    return list(await session.scalars(query.order_by(stop.c.id)))


async def stop_of_assignment(session: AsyncSession, assignment_id: str) -> str:
    """:raises NotFound: there is no such assignment."""
    stop_id = await session.scalar(
        select(assignment.c.stop_id).where(assignment.c.id == assignment_id)
    )
    if stop_id is None:
        raise NotFound(Assignment.kind, assignment_id, states=Assignment.STEPS)
    return str(stop_id)


async def booths(
    session: AsyncSession,
    *,
    at_stop: str | None = None,
    assignment_id: str | None = None,
    of_lines: Collection[str] | None = None,
) -> list[Row[Any]]:
    """Booths with where and when they are, by id: those of a stop, or of these lines, or the one of an assignment."""
    query = (
        select(
            assignment.c.id.label("assignment_id"),
            assignment.c.line_id,
            assignment.c.state.label("booth_state"),
            assignment.c.item_code,
            assignment.c.item_name,
            assignment.c.item_name_en,
            assignment.c.team_code,
            assignment.c.volunteers,
            stop.c.id.label("stop_id"),
            stop.c.state.label("stop_state"),
            stop.c.township_code,
            stop.c.place,
            stop.c.on,
            stop.c.part,
        )
        .join(stop, stop.c.id == assignment.c.stop_id)
        .order_by(assignment.c.id)
    )
    if at_stop is not None:
        query = query.where(stop.c.id == at_stop)
    if assignment_id is not None:
        query = query.where(assignment.c.id == assignment_id)
    if of_lines is not None:
        query = query.where(assignment.c.line_id.in_(of_lines))
    return list(await session.execute(query))


async def booths_to_come(
    session: AsyncSession, item_codes: Collection[str], today: date
) -> list[Row[Any]]:
    """The booths for these items at stops that are announced and have not begun, in the order of time."""
    query = (
        select(
            assignment.c.id.label("assignment_id"),
            assignment.c.line_id,
            assignment.c.item_code,
            assignment.c.team_code,
            assignment.c.volunteers,
            stop.c.id.label("stop_id"),
        )
        .join(stop, stop.c.id == assignment.c.stop_id)
        .where(
            assignment.c.item_code.in_(item_codes),
            assignment.c.state.in_(LIVE),
            stop.c.state == "planned",
            stop.c.on >= today,
        )
        .order_by(*IN_TIME, assignment.c.id)
    )
    return list(await session.execute(query))


async def lines_of_booths(session: AsyncSession, assignment_ids: Collection[str]) -> dict[str, str]:
    """The order line of each of these booths, by assignment id."""
    query = select(assignment.c.id, assignment.c.line_id)
    query = query.where(assignment.c.id.in_(assignment_ids))
    return {row.id: row.line_id for row in await session.execute(query)}


async def volunteers_at(session: AsyncSession, stop_id: str, team_code: str) -> int:
    """How many volunteers a team is expected to send to a stop, to all its booths."""
    query = select(func.coalesce(func.sum(assignment.c.volunteers), 0)).where(
        assignment.c.stop_id == stop_id,
        assignment.c.team_code == team_code,
        assignment.c.state.in_(LIVE),
    )
    return int(await session.scalar(query) or 0)


async def stops_of_order(session: AsyncSession, order_id: str) -> list[str]:
    """The ids of the stops at which a team is expected for the order, sorted."""
    query = select(assignment.c.stop_id).where(
        assignment.c.order_id == order_id, assignment.c.state.in_(LIVE)
    )
    return list(await session.scalars(query.distinct().order_by(assignment.c.stop_id)))


async def stops_standing_for(session: AsyncSession, order_id: str) -> list[str]:
    """The ids of the stops at which a team is expected, or was, for the order; sorted."""
    query = select(assignment.c.stop_id).where(
        assignment.c.order_id == order_id, assignment.c.state.in_(STANDING)
    )
    return list(await session.scalars(query.distinct().order_by(assignment.c.stop_id)))


async def lines_under_way(session: AsyncSession, order_id: str) -> set[str]:
    """The lines of an order for which a team is at a stop that has begun."""
    query = (
        select(assignment.c.line_id)
        .join(stop, stop.c.id == assignment.c.stop_id)
        .where(
            assignment.c.order_id == order_id,
            assignment.c.state.in_(LIVE),
            stop.c.state == "under_way",
        )
    )
    return set(await session.scalars(query))


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


async def stops_with(session: AsyncSession, team_code: str, states: Collection[str]) -> list[str]:
    """The ids of the stops at which a team has a booth in one of these states, sorted."""
    query = select(assignment.c.stop_id).where(
        assignment.c.team_code == team_code, assignment.c.state.in_(states)
    )
    return list(await session.scalars(query.distinct().order_by(assignment.c.stop_id)))


async def booths_ahead(session: AsyncSession, team_code: str, today: date) -> list[Row[Any]]:
    """The booths that a team has at planned stops from ``today`` on: assignment, stop, township, half-day and
    volunteers, in the order of time."""
    query = (
        select(
            assignment.c.id.label("assignment_id"),
            stop.c.id.label("stop_id"),
            stop.c.township_code,
            stop.c.on,
            stop.c.part,
            assignment.c.volunteers,
        )
        .join(stop, stop.c.id == assignment.c.stop_id)
        .where(
            assignment.c.team_code == team_code,
            assignment.c.state.in_(LIVE),
            stop.c.state == "planned",
            stop.c.on >= today,
        )
        .order_by(*IN_TIME, assignment.c.id)
    )
    return list(await session.execute(query))


async def planned_booths(
    session: AsyncSession,
    teams: Collection[str] | None,
    first: date,
    last: date,
    states: Collection[str],
    *,
    limit: int,
) -> list[tuple[Stop, Assignment]]:
    """The first booths of these teams (None: of all) in one of ``states``, at planned stops from ``first`` to ``last``,
    in the order of time."""
    query = select(Stop, Assignment).join(Assignment, assignment.c.stop_id == stop.c.id)
    query = query.where(
        stop.c.state == "planned", stop.c.on.between(first, last), assignment.c.state.in_(states)
    )
    if teams is not None:
        query = query.where(assignment.c.team_code.in_(teams))
    rows = await session.execute(query.order_by(*IN_TIME, assignment.c.id).limit(limit))
    return [(row[0], row[1]) for row in rows]


async def booth_rows(session: AsyncSession, assignment_ids: Collection[str]) -> dict[str, Row[Any]]:
    """Stop, township, place and item of these booths, by assignment."""
    query = (
        select(
            assignment.c.id,
            assignment.c.stop_id,
            assignment.c.item_name,
            assignment.c.item_name_en,
            stop.c.township_code,
            stop.c.place,
        )
        .join(stop, stop.c.id == assignment.c.stop_id)
        .where(assignment.c.id.in_(assignment_ids))
    )
    rows: Iterable[Row[Any]] = await session.execute(query)
    return {row.id: row for row in rows}


async def count_assignments(session: AsyncSession, team_code: str) -> int:
    """How many booths a team was ever given."""
    query = select(func.count()).select_from(assignment).where(assignment.c.team_code == team_code)
    return await session.scalar(query) or 0


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


async def bookings_of_team(
    session: AsyncSession, team_code: str, first: date, last: date
) -> list[Row[Any]]:
    """Day and half-day of a team's bookings from ``first`` to ``last``, in the order of time."""
    query = select(booking.c.on, booking.c.part).where(
        booking.c.team_code == team_code, booking.c.on.between(first, last)
    )
    return list(await session.execute(query.order_by(booking.c.on, booking.c.part.desc())))


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
            assignment.c.state.in_(STANDING),
        )
    )
    return list(await session.execute(query))


async def served_last(
    session: AsyncSession, townships: Collection[str]
) -> dict[tuple[str, str], date]:
    """When these townships last had each item, by township and item; what they never had is left out."""
    query = select(last_served).where(last_served.c.township_code.in_(townships))
    return {(row.township_code, row.item_code): row.on for row in await session.execute(query)}
