"""Stops at which somebody has still to say whether the half-day suits, and those at which somebody asks for another."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Table, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from services.dispatch.stops.domain.confirmation import Deadlines
from services.dispatch.stops.queries.first import WHERE_AND_WHEN
from services.dispatch.stops.tables import IN_TIME, assignment, stop
from shared.db.paging import first_and_count
from shared.tasks.kinds import Chosen, everything

LONGEST_HOLIDAYS = timedelta(days=14)
"""No holidays are longer, with the weekends at both ends."""

DEADLINES = "deadlines of confirmation"
"""In a session's ``info``: the service's :class:`Deadlines`."""


def deadlines_of(session: AsyncSession) -> Deadlines:
    """What the settings say of confirmation."""
    found: Deadlines = session.info[DEADLINES]
    return found


async def unanswered(session: AsyncSession, today: date) -> list[str]:
    """The ids of the stops ahead at which a party may have to be reminded, or told that it is late. A party that was
    told so for its last day is none of these."""
    # A week has five business days.
    soon = today + LONGEST_HOLIDAYS + timedelta(days=2 * deadlines_of(session).reminder)
    township = and_(
        stop.c.township_answer.is_(None),
        stop.c.confirm_by <= soon,
        _was_not_told_late(stop, "confirm_by"),
    )
    teams = _offers(assignment.c.answer_by <= soon, _was_not_told_late(assignment, "answer_by"))
    query = select(stop.c.id).where(*_ahead(today), or_(township, teams))
    return list(await session.scalars(query.order_by(stop.c.id)))


async def first_to_confirm(
    session: AsyncSession, townships: Collection[str], today: date, *, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """The first stops that these townships have still to answer about, and how many there are."""
    query = select(*WHERE_AND_WHEN, stop.c.confirm_by.label("answer_by")).where(
        *_ahead(today),
        stop.c.township_code.in_(townships),
        stop.c.township_answer.is_(None),
        stop.c.confirm_by.is_not(None),
    )
    by_time = query.order_by(stop.c.confirm_by, *IN_TIME, stop.c.id)
    return await first_and_count(session, by_time, limit=limit)


async def first_asking(
    session: AsyncSession, today: date, *, chosen: Chosen = everything, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """The first stops at which a party asks for another day, and how many there are."""
    query = select(*WHERE_AND_WHEN).where(
        *_ahead(today), stop.c.other_days.is_not(None), chosen(stop.c.id)
    )
    return await first_and_count(session, query.order_by(*IN_TIME, stop.c.id), limit=limit)


async def first_overdue(
    session: AsyncSession, today: date, *, chosen: Chosen = everything, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """The first stops where a party is so late that the corps is told and nobody asks for another day; and how many."""
    until = deadlines_of(session).late_before(today)
    late = or_(
        and_(stop.c.township_answer.is_(None), stop.c.confirm_by < until),
        _offers(assignment.c.answer_by < until),
    )
    query = select(*WHERE_AND_WHEN).where(
        *_ahead(today), late, stop.c.other_days.is_(None), chosen(stop.c.id)
    )
    return await first_and_count(session, query.order_by(*IN_TIME, stop.c.id), limit=limit)


def _ahead(today: date) -> tuple[ColumnElement[bool], ...]:
    """The stop is announced and not over; there are some hundred of these, and an index on the state."""
    return stop.c.state == "planned", stop.c.on >= today


def _offers(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """A team has not answered about one of these booths of the stop."""
    return exists().where(
        assignment.c.stop_id == stop.c.id, assignment.c.state == "offered", *which
    )


def _was_not_told_late(asked: Table, until: str) -> ColumnElement[bool]:
    return or_(asked.c.overdue_for.is_(None), asked.c.overdue_for != asked.c[until])
