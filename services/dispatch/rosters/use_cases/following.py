"""Rosters follow their stops and their people."""

from sqlalchemy import update

from services.dispatch.availability.queries import volunteers_by_no
from services.dispatch.rosters.domain.roster import Cause, Roster
from services.dispatch.rosters.queries import (
    asked_of,
    booths_of_volunteer,
    check_people,
    rosters_of_stop,
)
from services.dispatch.rosters.tables import offer
from services.dispatch.rosters.use_cases.naming import (
    announce_roster,
    free_duties,
    hold_duties,
    put,
)
from services.dispatch.rosters.use_cases.settling import settle
from services.dispatch.stops.domain.stop import Assignment, Stop
from services.dispatch.stops.queries.lookups import stop_of_assignment
from shared.unit_of_work import Transaction


def follow_stop(tx: Transaction, stop: Stop) -> None:
    """At the end of the transaction, once all else about the stop is said, its rosters are brought up to it: those of
    booths that no team holds any more are empty. Where the stop is on another half-day, whoever may stands there then;
    the others are told that they don't."""
    tx.at_end(_follow, stop.id)


async def _follow(tx: Transaction, stop_id: str) -> None:
    stop = await tx.get(Stop, stop_id)
    for assignment_id in await rosters_of_stop(tx.session, stop_id):
        kept = await tx.get(Roster, assignment_id)
        entry = stop.assignment(assignment_id)
        kept.team_code = entry.team_code  # two teams may have been merged
        if stop.state == "cancelled" or entry.state in ("declined", "released"):
            await put(tx, stop, entry, kept, (), "booth_released")
        elif stop.half_day != kept.half_day:
            await _move(tx, stop, entry, kept)
        await settle(tx, stop, entry, kept)


async def _move(tx: Transaction, stop: Stop, entry: Assignment, kept: Roster) -> None:
    before, (was_on, was_part) = list(kept.volunteers), kept.half_day
    await free_duties(tx, kept)
    await tx.flush()
    asked = await asked_of(tx.session, stop, entry)
    people = await volunteers_by_no(tx.session, before, lock=True)
    against = await check_people(tx.session, asked, {no: people.get(no) for no in before})
    kept.move(stop.half_day)
    kept.volunteers = [no for no in before if not against[no]]
    await hold_duties(tx, kept)
    if before:
        announce_roster(
            tx, stop, entry, kept, before, "stop_moved", was_on=was_on, was_part=was_part
        )


async def drop_volunteer(tx: Transaction, no: str, cause: Cause, by: str | None = None) -> None:
    """A volunteer stands nowhere from today on: has left or is erased; or ``by`` is the same person's other number,
    who stands there instead where that is possible, and is not asked once more. What waits for an answer is over."""
    mine = offer.c.volunteer_no == no, offer.c.state == "waiting"
    await tx.session.execute(update(offer).where(*mine).values(state="over"))
    for assignment_id in await booths_of_volunteer(tx.session, no, tx.today):
        stop = await tx.get(Stop, await stop_of_assignment(tx.session, assignment_id))
        kept = await tx.get(Roster, assignment_id)
        entry = stop.assignment(assignment_id)
        if stop.state != "planned":
            continue
        rest = [each for each in kept.volunteers if each != no]
        if by is not None and by not in rest and not await _is_elsewhere(tx, by, kept):
            rest = [by if each == no else each for each in kept.volunteers]
        await put(tx, stop, entry, kept, rest, cause)


async def _is_elsewhere(tx: Transaction, no: str, kept: Roster) -> bool:
    for assignment_id in await booths_of_volunteer(tx.session, no, kept.on):
        other = await tx.get(Roster, assignment_id)
        if other.half_day == kept.half_day:
            return True
    return False
