"""Reads of hours and claims: of a volunteer, of a stop, and those that wait for somebody."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import CompoundSelect, Row, Table, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from services.dispatch.attendance.domain.hours import HoursClaim, ServiceHours, Span, totals_of
from services.dispatch.attendance.tables import hours_claim, service_hours
from services.dispatch.availability.queries import volunteers_by_no
from services.dispatch.directory.queries import names_of_townships
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import Stop
from services.dispatch.stops.queries.first import first_stops
from services.dispatch.stops.queries.lookups import booth_rows
from shared.db.paging import SortedBy, page_of
from shared.db.reach import within
from shared.kernel.access import Grant
from shared.tasks.kinds import Chosen, everything
from shared.unit_of_work import UnitOfWork

View = dict[str, Any]
OPEN = ("waiting", "disputed")
SHARED = (
    "id",
    "assignment_id",
    "stop_id",
    "team_code",
    "volunteer_no",
    "starts_at",
    "ends_at",
    "state",
)
HOURS = ("on", "part", "minutes", "evidence", "anomalies", "settled", "reason", "revision")
CLAIM = ("side", "words", "asked_at", "answer", "answered_at", "decision", "decided_at")


async def list_hours(
    uow: UnitOfWork,
    *,
    volunteer_no: str | None,
    team_code: str | None,
    state: str | None,
    after: str | None,
    limit: int,
) -> tuple[list[View], str | None]:
    """The hours within the actor's reach, the latest first."""
    grant = uow.permit(POLICY, "read_hours")
    query = select(ServiceHours).where(_own(grant, service_hours))
    if volunteer_no is not None:
        query = query.where(service_hours.c.volunteer_no == volunteer_no)
    if team_code is not None:
        query = query.where(service_hours.c.team_code == team_code)
    if state is not None:
        query = query.where(service_hours.c.state == state)
    by = SortedBy(service_hours.c.ends_at, descending=True)
    async with uow.reading() as session:
        found, next_after = await page_of(
            session, query, service_hours.c.id, after=after, limit=limit, by=by
        )
        return await _views(session, found), next_after


async def get_totals(uow: UnitOfWork) -> View:
    """The actor's own minutes by class, and how many entries a person has still to look at; no sum of all."""
    uow.permit(POLICY, "read_hours")
    own = service_hours.c.volunteer_no == (uow.actor.volunteer_no or "")
    async with uow.reading() as session:
        found = list(await session.scalars(select(ServiceHours).where(own)))
    totals: View = {**totals_of(found)}
    return totals | {"held": sum(each.state == "held" for each in found)}


async def list_claims(
    uow: UnitOfWork, *, is_open: bool, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    """What one side said of hours within the actor's reach, the latest first."""
    grant = uow.permit(POLICY, "read_hours")
    query = select(HoursClaim).where(_own(grant, hours_claim))
    if is_open:
        query = query.where(hours_claim.c.state.in_(OPEN))
    by = SortedBy(hours_claim.c.asked_at, descending=True)
    async with uow.reading() as session:
        found, next_after = await page_of(
            session, query, hours_claim.c.id, after=after, limit=limit, by=by
        )
        return await _views(session, found), next_after


async def spans_of(session: AsyncSession, volunteer_no: str, on: date) -> list[Span]:
    """Where a volunteer was on a day by the hours that count."""
    query = select(ServiceHours).where(
        service_hours.c.volunteer_no == volunteer_no,
        service_hours.c.on == on,
        service_hours.c.state == "recorded",
    )
    found = []
    for each in await session.scalars(query):
        stop = await session.get_one(Stop, each.stop_id)
        found.append(span_of(each, stop))
    return found


def span_of(hours: ServiceHours, stop: Stop) -> Span:
    return Span(
        hours.id, stop.id, hours.starts_at, hours.ends_at, hours.minutes, (stop.lat, stop.lon)
    )


async def others_at(
    session: AsyncSession, stop_id: str, assignment_id: str, but: str
) -> tuple[int, int]:
    """How many of a booth's volunteers have hours, and their minutes, without those of one entry."""
    query = select(func.count(), func.coalesce(func.sum(service_hours.c.minutes), 0)).where(
        service_hours.c.stop_id == stop_id,
        service_hours.c.assignment_id == assignment_id,
        service_hours.c.state != "withdrawn",
        service_hours.c.id != but,
    )
    people, minutes = (await session.execute(query)).one()
    return int(people), int(minutes)


async def knows_volunteer(session: AsyncSession, no: str, team_code: str) -> bool:
    person = (await volunteers_by_no(session, [no], lock=True)).get(no)
    return person is not None and person.team_code == team_code


async def first_to_decide(
    session: AsyncSession, *, chosen: Chosen = everything, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """The first stops with hours that are held, or that both sides say differently; and how many there are."""
    waiting = _to_decide()
    return await first_stops(
        session,
        states=("planned", "under_way", "completed"),
        chosen=lambda stop_id: and_(stop_id.in_(waiting), chosen(stop_id)),
        limit=limit,
    )


async def stops_to_decide(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Those of these stops about whose hours the corps has to decide."""
    waiting = _to_decide().subquery()
    return set(await session.scalars(select(waiting.c.stop_id).where(waiting.c.stop_id.in_(ids))))


async def first_claimed(
    session: AsyncSession, teams: frozenset[str], own: str | None, *, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """The first stops of whose hours a volunteer of these teams says something that the team has not answered, or the
    team something that ``own``, who is asked, has not answered."""
    by_volunteers = and_(
        hours_claim.c.team_code.in_(teams),
        hours_claim.c.side == "volunteer",
        hours_claim.c.volunteer_no != (own or ""),
    )
    by_team = and_(hours_claim.c.volunteer_no == (own or ""), hours_claim.c.side == "team")
    waiting = select(hours_claim.c.stop_id).where(
        hours_claim.c.state == "waiting", or_(by_volunteers, by_team)
    )
    return await first_stops(
        session,
        states=("planned", "under_way", "completed"),
        chosen=lambda stop_id: stop_id.in_(waiting),
        limit=limit,
    )


def _to_decide() -> CompoundSelect[Any]:
    held = select(service_hours.c.stop_id).where(service_hours.c.state == "held")
    disputed = select(hours_claim.c.stop_id).where(hours_claim.c.state == "disputed")
    return held.union(disputed)


def _own(grant: Grant, table: Table) -> ColumnElement[bool]:
    return within(grant, team=table.c.team_code, person=table.c.volunteer_no)


async def _views(
    session: AsyncSession, found: Sequence[ServiceHours] | Sequence[HoursClaim]
) -> list[View]:
    """Each with where and for what it was."""
    booths = await booth_rows(session, {each.assignment_id for each in found})
    names = await names_of_townships(session, {row.township_code for row in booths.values()})
    views = []
    for each in found:
        booth = booths[each.assignment_id]
        name, name_en = names.get(booth.township_code, (booth.township_code,) * 2)
        facts = {
            name: getattr(each, name)
            for name in (*SHARED, *(CLAIM if isinstance(each, HoursClaim) else HOURS))
        }
        views.append(
            facts
            | {
                "place": booth.place,
                "township_name": name,
                "township_name_en": name_en,
                "item_name": booth.item_name,
                "item_name_en": booth.item_name_en,
            }
        )
    return views


async def open_claim(session: AsyncSession, assignment_id: str, volunteer_no: str) -> bool:
    """Whether one side has said something of these hours that is not settled."""
    query = select(hours_claim.c.id).where(
        hours_claim.c.assignment_id == assignment_id,
        hours_claim.c.volunteer_no == volunteer_no,
        hours_claim.c.state.in_(OPEN),
    )
    return (await session.scalar(query)) is not None


async def stops_with_hours(session: AsyncSession, first: date, last: date) -> Sequence[str]:
    """The stops of these days of which there are hours, by id."""
    query = select(service_hours.c.stop_id).where(service_hours.c.on.between(first, last))
    return list(await session.scalars(query.distinct().order_by(service_hours.c.stop_id)))


async def hours_of_stop(session: AsyncSession, stop_id: str) -> Sequence[str]:
    """The ids of a stop's hours that were not withdrawn, in the order in which they are locked."""
    query = select(service_hours.c.id).where(
        service_hours.c.stop_id == stop_id, service_hours.c.state != "withdrawn"
    )
    return list(await session.scalars(query.order_by(service_hours.c.volunteer_no)))
