"""Keeps bookings up to date: which team is where on which half-day."""

from collections.abc import Iterable

from sqlalchemy import delete, insert

from services.dispatch.stops.domain.stop import Stop
from services.dispatch.stops.tables import booking
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


async def free_if_idle(tx: Transaction, stop: Stop, team_code: str) -> None:
    """Deletes a team's booking when it has no booth left at the stop."""
    if team_code not in stop.teams:
        await tx.session.execute(
            delete(booking).where(booking.c.stop_id == stop.id, booking.c.team_code == team_code)
        )
