"""Reads of stops and assignments: lists for people, and what the other capabilities ask about them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from services.dispatch.demand.queries import lines_by_id
from services.dispatch.directory.queries import names_of_teams, names_of_townships
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import LIVE, Assignment, Stop
from services.dispatch.stops.tables import assignment, booking, stop
from shared.db.paging import first_and_count, page_of
from shared.db.reach import within
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

View = dict[str, Any]

AT_ONCE = 10_000
"""Ids in one query: drivers take some ten thousand parameters."""


async def list_stops(
    uow: UnitOfWork,
    *,
    plan_id: str | None,
    township_code: str | None,
    state: str | None,
    after: str | None,
    limit: int,
) -> tuple[list[View], str | None]:
    grant = uow.permit(POLICY, "read_stops")
    async with uow.reading() as session:
        query = select(Stop).where(_own_stops(grant))
        for column, value in (
            (stop.c.plan_id, plan_id),
            (stop.c.township_code, township_code),
            (stop.c.state, state),
        ):
            if value is not None:
                query = query.where(column == value)
        found, next_after = await page_of(session, query, stop.c.id, after=after, limit=limit)
        return await _stop_views(session, grant, found, uow.today()), next_after


async def get_stop(uow: UnitOfWork, stop_id: str) -> View:
    """:raises NotFound: there is none, or it does not concern whoever asks."""
    grant = uow.permit(POLICY, "read_stops")
    async with uow.reading() as session:
        found = await session.get(Stop, stop_id)
        if found is None:
            raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
        require_stop(grant, found)
        return await view_stop(session, grant, found, uow.today())


async def view_stops_of_plan(
    session: AsyncSession, grant: Grant, plan_id: str, today: date
) -> list[View]:
    """The plan's stops in the order of travel: for the corps all, for others those that concern them."""
    query = select(Stop).where(stop.c.plan_id == plan_id, _own_stops(grant))
    stops = await session.scalars(query.order_by(stop.c.on, stop.c.part.desc(), stop.c.position))
    return await _stop_views(session, grant, stops.all(), today)


async def view_stop(session: AsyncSession, grant: Grant, found: Stop, today: date) -> View:
    return (await _stop_views(session, grant, [found], today))[0]


def require_stop(grant: Grant, found: Stop) -> None:
    """:raises NotFound: the stop is neither the actor's township's, nor was its team ever asked for it."""
    grant.require(
        Stop.kind,
        found.id,
        township=found.township_code,
        teams={entry.team_code for entry in found.assignments},
        states=Stop.STEPS,
    )


def _own_stops(grant: Grant) -> ColumnElement[bool]:
    teams = select(assignment.c.stop_id).where(within(grant, team=assignment.c.team_code))
    return or_(within(grant, township=stop.c.township_code), stop.c.id.in_(teams))


async def list_assignments(
    uow: UnitOfWork, *, team_code: str | None, state: str | None, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    """Assignments with where and when they are."""
    grant = uow.permit(POLICY, "read_assignments")
    own = within(grant, township=stop.c.township_code, team=assignment.c.team_code)
    async with uow.reading() as session:
        query = (
            select(assignment, stop.c.township_code, stop.c.place, stop.c.on, stop.c.part)
            .join(stop, stop.c.id == assignment.c.stop_id)
            .where(own)
            .order_by(assignment.c.id)
            .limit(limit + 1)
        )
        for column, value in ((assignment.c.team_code, team_code), (assignment.c.state, state)):
            if value is not None:
                query = query.where(column == value)
        if after is not None:
            query = query.where(assignment.c.id > after)
        rows = [dict(row._mapping) for row in await session.execute(query)]
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None


async def first_booths(
    session: AsyncSession,
    teams: Collection[str],
    *,
    states: Collection[str],
    stop_state: str,
    first: date,
    last: date | None = None,
    limit: int,
) -> tuple[Sequence[Row[Any]], int]:
    """The first booths of these teams in one of ``states``, at stops in ``stop_state`` from ``first`` to ``last``, in
    the order of time; and how many there are."""
    query = (
        select(
            assignment.c.id.label("assignment_id"),
            assignment.c.item_name,
            assignment.c.item_name_en,
            *_WHERE_AND_WHEN,
        )
        .join(stop, stop.c.id == assignment.c.stop_id)
        .where(
            assignment.c.team_code.in_(teams),
            assignment.c.state.in_(states),
            stop.c.state == stop_state,
            *_days(first, last),
        )
    )
    return await first_and_count(session, query.order_by(*_IN_TIME, assignment.c.id), limit=limit)


async def first_stops(
    session: AsyncSession,
    *,
    states: Collection[str],
    teams: Collection[str] | None = None,
    first: date | None = None,
    last: date | None = None,
    limit: int,
) -> tuple[Sequence[Row[Any]], int]:
    """The first stops in one of ``states`` from ``first`` to ``last``, in the order of time, and how many there are.
    ``teams``: only stops at which one of them has taken a booth."""
    query = select(*_WHERE_AND_WHEN).where(stop.c.state.in_(states), *_days(first, last))
    if teams is not None:
        taken = select(assignment.c.stop_id).where(
            assignment.c.team_code.in_(teams), assignment.c.state == "accepted"
        )
        query = query.where(stop.c.id.in_(taken))
    return await first_and_count(session, query.order_by(*_IN_TIME, stop.c.id), limit=limit)


async def announced_stops(
    session: AsyncSession, grant: Grant, township_code: str, today: date, *, limit: int
) -> list[View]:
    """A township's next stops that were announced and are not over, in the order of time."""
    query = (
        select(Stop)
        .where(
            stop.c.township_code == township_code,
            or_(stop.c.state == "under_way", and_(stop.c.state == "planned", stop.c.on >= today)),
        )
        .order_by(*_IN_TIME, stop.c.id)
        .limit(limit)
    )
    return await _stop_views(session, grant, (await session.scalars(query)).all(), today)


async def last_completed_stop(
    session: AsyncSession, grant: Grant, township_code: str, today: date
) -> View | None:
    """The stop of a township that was completed last; None when none was."""
    query = (
        select(Stop)
        .where(stop.c.township_code == township_code, stop.c.state == "completed")
        .order_by(stop.c.on.desc(), stop.c.part, stop.c.id)
        .limit(1)
    )
    views = await _stop_views(session, grant, (await session.scalars(query)).all(), today)
    return views[0] if views else None


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


async def _stop_views(
    session: AsyncSession, grant: Grant, stops: Iterable[Stop], today: date
) -> list[View]:
    """Stops with the names of townships and teams. A code stands in for a name that is not known yet."""
    stops = list(stops)
    townships = await names_of_townships(session, {found.township_code for found in stops})
    teams = await names_of_teams(
        session, {entry.team_code for found in stops for entry in found.assignments}
    )
    lines = await lines_by_id(
        session, (entry.line_id for found in stops for entry in found.assignments)
    )
    views = []
    for found in stops:
        name, name_en = townships.get(
            found.township_code, (found.township_code, found.township_code)
        )
        view = {field: getattr(found, field) for field in _STOP_FIELDS}
        view |= {
            "township_name": name,
            "township_name_en": name_en,
            "point": {"lat": found.lat, "lon": found.lon},
            "days_ahead": (found.on - today).days,
        }
        view["assignments"] = []
        for entry in found.assignments:
            team_name, team_name_en = teams.get(entry.team_code, (entry.team_code, entry.team_code))
            entry_view = {field: getattr(entry, field) for field in _ASSIGNMENT_FIELDS}
            if not grant.covers(teams=[entry.team_code]):
                # Only the team and the corps may read why a team could not come.
                entry_view["reason_code"] = entry_view["reason"] = None
            line = lines.get(entry.line_id)
            view["assignments"].append(
                entry_view
                | {
                    "team_name": team_name,
                    "team_name_en": team_name_en,
                    "expected_attendance": line.expected_attendance if line else None,
                }
            )
        views.append(view)
    return views


_WHERE_AND_WHEN = (
    stop.c.id.label("stop_id"),
    stop.c.township_code,
    stop.c.place,
    stop.c.on,
    stop.c.part,
)
_IN_TIME = (stop.c.on, stop.c.part.desc())
"""Mornings come before afternoons."""


def _days(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """The condition that a stop is on one of these days; None leaves that end open."""
    return [
        *([stop.c.on >= first] if first is not None else []),
        *([stop.c.on <= last] if last is not None else []),
    ]


_STOP_FIELDS = (
    "id",
    "plan_id",
    "position",
    "township_code",
    "place",
    "on",
    "part",
    "state",
    "reason_code",
    "reason",
    "postponed_from",
    "off_day_reason",
)
_ASSIGNMENT_FIELDS = (
    "id",
    "order_id",
    "line_id",
    "item_code",
    "item_name",
    "item_name_en",
    "team_code",
    "volunteers",
    "state",
    "reason_code",
    "reason",
    "served",
    "leaflets",
    "follow_ups",
    "told_at",
    "told_problem",
)
