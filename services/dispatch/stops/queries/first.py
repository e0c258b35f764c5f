"""The first of the stops and booths that wait for something, and how many there are."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from services.dispatch.stops.tables import IN_TIME, assignment, stop
from shared.db.paging import first_and_count
from shared.tasks.kinds import Chosen, everything

WHERE_AND_WHEN = (
    stop.c.id.label("stop_id"),
    stop.c.township_code,
    stop.c.place,
    stop.c.on,
    stop.c.part,
)


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
            assignment.c.answer_by,
            *WHERE_AND_WHEN,
        )
        .join(stop, stop.c.id == assignment.c.stop_id)
        .where(
            assignment.c.team_code.in_(teams),
            assignment.c.state.in_(states),
            stop.c.state == stop_state,
            *_days(first, last),
        )
    )
    return await first_and_count(session, query.order_by(*IN_TIME, assignment.c.id), limit=limit)


async def first_booths_among(
    session: AsyncSession, ids: Select[tuple[str]], *, chosen: Chosen = everything, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """The first of these booths, at the chosen stops, in the order of time, and how many there are."""
    query = (
        select(
            assignment.c.id.label("assignment_id"),
            assignment.c.team_code,
            assignment.c.item_name,
            assignment.c.item_name_en,
            *WHERE_AND_WHEN,
        )
        .join(stop, stop.c.id == assignment.c.stop_id)
        .where(assignment.c.id.in_(ids), chosen(stop.c.id))
    )
    return await first_and_count(session, query.order_by(*IN_TIME, assignment.c.id), limit=limit)


async def first_doubted(
    session: AsyncSession, *, chosen: Chosen = everything, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """The first booths whose odd figures the corps has still to look at, and how many there are."""
    doubted = select(assignment.c.id).where(assignment.c.figures_state == "doubted")
    return await first_booths_among(session, doubted, chosen=chosen, limit=limit)


async def stops_with_doubted(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Those of these stops at which there are such booths."""
    query = select(assignment.c.stop_id).where(
        assignment.c.stop_id.in_(ids), assignment.c.figures_state == "doubted"
    )
    return set(await session.scalars(query))


async def first_stops(
    session: AsyncSession,
    *,
    states: Collection[str],
    teams: Collection[str] | None = None,
    first: date | None = None,
    last: date | None = None,
    chosen: Chosen = everything,
    limit: int,
) -> tuple[Sequence[Row[Any]], int]:
    """The first stops in one of ``states`` from ``first`` to ``last``, in the order of time, and how many there are.
    ``teams``: only stops at which one of them has taken a booth."""
    query = select(*WHERE_AND_WHEN).where(
        stop.c.state.in_(states), *_days(first, last), chosen(stop.c.id)
    )
    if teams is not None:
        taken = select(assignment.c.stop_id).where(
            assignment.c.team_code.in_(teams), assignment.c.state == "accepted"
        )
        query = query.where(stop.c.id.in_(taken))
    return await first_and_count(session, query.order_by(*IN_TIME, stop.c.id), limit=limit)


async def first_stops_among(
    session: AsyncSession, ids: Select[tuple[str]], *, chosen: Chosen = everything, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """The first of these stops, in the order of time, and how many there are."""
    query = select(*WHERE_AND_WHEN).where(stop.c.id.in_(ids), chosen(stop.c.id))
    return await first_and_count(session, query.order_by(*IN_TIME, stop.c.id), limit=limit)


async def first_overdue_stops(
    session: AsyncSession,
    today: date,
    reportable_from: date,
    *,
    chosen: Chosen = everything,
    limit: int,
) -> tuple[Sequence[Row[Any]], int]:
    """The first stops whose day has passed and that nobody started or called off, and those that are not reported and
    whose day is before ``reportable_from``; and how many there are."""
    late = or_(
        and_(stop.c.state == "planned", stop.c.on < today),
        and_(stop.c.state == "under_way", stop.c.on < reportable_from),
    )
    query = select(*WHERE_AND_WHEN).where(late, chosen(stop.c.id))
    return await first_and_count(session, query.order_by(*IN_TIME, stop.c.id), limit=limit)


def _days(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """The condition that a stop is on one of these days; None leaves that end open."""
    return [
        *([stop.c.on >= first] if first is not None else []),
        *([stop.c.on <= last] if last is not None else []),
    ]
