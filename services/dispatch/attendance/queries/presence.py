"""Reads of attendance: who is expected, there, gone or absent, and what phones need to go on without a connection."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.attendance.domain.attendance import Attendance
from services.dispatch.attendance.tables import attendance, scan
from services.dispatch.availability.queries import team_of
from services.dispatch.policy import POLICY
from services.dispatch.rosters.domain.roster import Roster
from services.dispatch.rosters.queries import rosters_of_stop
from services.dispatch.stops.domain.stop import Assignment, Stop
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

View = dict[str, Any]
MOST_SCANS = 200


def key_of(assignment_id: str, volunteer_no: str) -> str:
    return f"{assignment_id}:{volunteer_no}"


async def people_of(session: AsyncSession, stop: Stop) -> dict[str, list[str]]:
    """Who stands at which booth of a stop by the rosters of this moment, by assignment."""
    found: dict[str, list[str]] = {}
    for assignment_id in await rosters_of_stop(session, stop.id):
        kept = await session.get(Roster, assignment_id)
        if kept is not None:
            found[assignment_id] = list(kept.volunteers)
    return found


async def get_attendance(uow: UnitOfWork, stop_id: str) -> View:
    """Who is there, of those that concern whoever asks: a leader's own booths, a volunteer's own place; and what a
    phone needs when it is not connected.

    :raises NotFound: there is no such stop, or neither team nor anybody there concerns whoever asks.
    """
    grant = uow.permit(POLICY, "read_attendance")
    async with uow.reading() as session:
        stop = await session.get(Stop, stop_id)
        if stop is None:
            raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
        named = await people_of(session, stop)
        own = {await team_of(session, no) for no in grant.persons}
        found = await _attendances(session, stop_id)
        scans = await _refused(session, stop_id)
    people = [
        _person(entry, no, found.get(key_of(entry.id, no)), scans[no])
        for entry in stop.assignments
        if entry.is_live or entry.is_done
        for no in dict.fromkeys([*named.get(entry.id, []), *_marked(found, entry.id)])
        if grant.covers(teams=[entry.team_code], person=no)
    ]
    teams = {entry.team_code for entry in stop.assignments}
    if not people and not grant.covers(teams=teams) and own.isdisjoint(teams):
        raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
    return {
        "stop_id": stop.id,
        "state": stop.state,
        "on": stop.on,
        "part": stop.part,
        "place": stop.place,
        "lat": stop.lat,
        "lon": stop.lon,
        "is_today": stop.on == uow.today(),
        "people": people,
    }


def _marked(found: dict[str, Attendance], assignment_id: str) -> list[str]:
    """Whoever was there and stands on the roster no more."""
    return sorted(
        each.volunteer_no
        for each in found.values()
        if each.assignment_id == assignment_id and each.marks
    )


def _person(entry: Assignment, no: str, kept: Attendance | None, refused: list[Row[Any]]) -> View:
    return {
        "volunteer_no": no,
        "assignment_id": entry.id,
        "team_code": entry.team_code,
        "item_name": entry.item_name,
        "item_name_en": entry.item_name_en,
        "state": kept.state if kept else "expected",
        "came_at": kept.came_at if kept else None,
        "left_at": kept.left_at if kept else None,
        "minutes": kept.minutes if kept else 0,
        "inside_fence": kept.inside_fence if kept else None,
        "refused": [{"way": row.way, "at": row.at, "code": row.fault} for row in refused],
    }


async def _attendances(session: AsyncSession, stop_id: str) -> dict[str, Attendance]:
    rows = await session.scalars(select(Attendance).where(attendance.c.stop_id == stop_id))
    return {each.id: each for each in rows}


async def _refused(session: AsyncSession, stop_id: str) -> dict[str, list[Row[Any]]]:
    """The scans of a stop that were not taken, by volunteer."""
    query = (
        select(scan)
        .where(scan.c.stop_id == stop_id, scan.c.outcome == "refused")
        .order_by(scan.c.received_at)
        .limit(MOST_SCANS)
    )
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in await session.execute(query):
        found[row.volunteer_no].append(row)
    return found
