"""Which team is where, and whether a line still waits: what every step of a stop keeps up to date."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, update

from services.dispatch.domain.stop import Assignment, Stop
from services.dispatch.store.tables import booking, demand_line
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
    """Gives all teams of these stops their half-day back."""
    await tx.session.execute(delete(booking).where(booking.c.stop_id.in_([stop.id for stop in stops])))


async def free_if_idle(tx: Transaction, stop: Stop, team_code: str) -> None:
    """Gives a team its half-day back when it has no booth left at the stop."""
    if team_code not in stop.teams:
        await tx.session.execute(delete(booking).where(booking.c.stop_id == stop.id, booking.c.team_code == team_code))


async def set_lines(tx: Transaction, assignments: Iterable[Assignment], state: str) -> None:
    """What becomes of their lines; one that was cancelled stays so."""
    await tx.session.execute(
        update(demand_line)
        .where(
            demand_line.c.line_id.in_([assignment.line_id for assignment in assignments]),
            demand_line.c.state != "cancelled",
        )
        .values(state=state)
    )
