"""Stops follow their townships, and their booths follow the teams."""

from collections import defaultdict
from datetime import date

from sqlalchemy import delete, select, update

from services.dispatch.stops.domain.stop import LIVE, Assignment, Stop
from services.dispatch.stops.queries.lookups import stops_with
from services.dispatch.stops.tables import assignment, booking, stop
from services.dispatch.stops.use_cases.coverage import move_coverage
from shared.unit_of_work import Transaction


async def move_stops(tx: Transaction, township_code: str, new_code: str) -> None:
    """The township has another code now: all its stops are there, past ones too."""
    moved = update(stop).where(stop.c.township_code == township_code)
    await tx.session.execute(moved.values(township_code=new_code))
    booths = update(assignment).where(assignment.c.township_code == township_code)
    await tx.session.execute(booths.values(township_code=new_code))
    await move_coverage(tx, township_code, new_code)


async def move_booths(
    tx: Transaction, code: str, into: str, today: date
) -> list[tuple[Stop, Assignment]]:
    """The team is the same as another one, whose are all its booths now, past ones too.

    Returns the booths ahead that it can't keep, because the other one is at another stop on the same half-day; they
    are booked no more.
    """
    elsewhere = await _move_bookings(tx, code, into)
    clashing: list[tuple[Stop, Assignment]] = []
    for stop_id in await stops_with(tx.session, code, ("proposed", *LIVE)):
        found = await tx.get(Stop, stop_id)
        for entry in found.assignments:
            if entry.team_code != code:
                continue
            entry.team_code = into
            if (
                entry.is_live
                and found.state == "planned"
                and found.on >= today
                and found.id in elsewhere
            ):
                clashing.append((found, entry))
    await tx.flush()
    rest = update(assignment).where(assignment.c.team_code == code)
    await tx.session.execute(rest.values(team_code=into))
    return clashing


async def _move_bookings(tx: Transaction, code: str, into: str) -> set[str]:
    """Returns the stops for which the team is booked while the other one is booked for another."""
    booked: defaultdict[str, dict[tuple[date, str], str]] = defaultdict(dict)
    for row in await tx.session.execute(
        select(booking).where(booking.c.team_code.in_((code, into)))
    ):
        booked[row.team_code][row.on, row.part] = row.stop_id
    mine, theirs = booked[code], booked[into]
    for on, part in mine.keys() & theirs.keys():
        this = (booking.c.team_code == code, booking.c.on == on, booking.c.part == part)
        await tx.session.execute(delete(booking).where(*this))
    moved = update(booking).where(booking.c.team_code == code)
    await tx.session.execute(moved.values(team_code=into))
    return {stop_id for when, stop_id in mine.items() if theirs.get(when, stop_id) != stop_id}
