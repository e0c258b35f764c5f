"""Keeps bookings up to date: which team is where on which half-day."""

from collections.abc import Iterable

from sqlalchemy import delete, insert

from services.dispatch.stops.domain.stop import Stop
from services.dispatch.stops.tables import booking
from shared.db.bulk_insert import insert_missing
from shared.unit_of_work import Transaction


async def book(tx: Transaction, teams_at: Iterable[tuple[Stop, Iterable[str]]]) -> None:
    rows = [
        {"team_code": code, "on": stop.on, "part": stop.part, "stop_id": stop.id}
        for stop, teams in teams_at
        for code in sorted(teams)
    ]
    if rows:
        await tx.session.execute(insert(booking), rows)


async def free(tx: Transaction, stops: Iterable[Stop]) -> None:
    """Deletes all bookings of these stops."""
    await tx.session.execute(
        delete(booking).where(booking.c.stop_id.in_([stop.id for stop in stops]))
    )


async def rebook(tx: Transaction, stop: Stop, was: str, now: str) -> None:
    """Another team was at a stop that was held. A team that is booked elsewhere on that half-day stays booked there: no
    rule asks of the past who was where."""
    await tx.flush()
    standing = {entry.team_code for entry in stop.assignments if entry.is_live or entry.is_done}
    if was not in standing:
        own = booking.c.team_code == was, booking.c.stop_id == stop.id
        await tx.session.execute(delete(booking).where(*own))
    row = {"team_code": now, "on": stop.on, "part": stop.part, "stop_id": stop.id}
    await tx.session.execute(insert_missing(tx.session, booking), [row])


async def free_if_idle(tx: Transaction, stop: Stop, team_code: str) -> None:
    """Deletes a team's booking, and what it asks for, when it has no booth left at the stop."""
    if team_code not in stop.teams:
        stop.forget_absent()
        await tx.session.execute(
            delete(booking).where(booking.c.stop_id == stop.id, booking.c.team_code == team_code)
        )
