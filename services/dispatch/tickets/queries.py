"""Reads of queues and tickets: for stewards, for residents, and for the display on the wall."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean
from typing import Any

from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.demand.queries import lines_by_id
from services.dispatch.directory.queries import members_of, names_of_teams, names_of_townships
from services.dispatch.plans.queries.candidates import (
    first_candidates_to_publish,
    gives_volunteers,
)
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import LIVE as EXPECTED
from services.dispatch.stops.domain.stop import STANDING
from services.dispatch.stops.queries.lookups import booths, lines_of_booths, volunteers_at
from services.dispatch.tickets.domain.forecast import Pace, Wait, forecast, pace_of
from services.dispatch.tickets.domain.lease import QueueLease
from services.dispatch.tickets.domain.queue import AT_A_PLACE, LIVE, BoothQueue, Ticket
from services.dispatch.tickets.domain.sizing import LEAST_SERVED
from services.dispatch.tickets.tables import booth_queue, queue_lease, staffing, ticket, turned_away
from shared.kernel.errors import NotFound
from shared.tasks.kinds import Chosen, everything
from shared.unit_of_work import UnitOfWork

View = dict[str, Any]
BoothRow = Row[Any]
"""A booth with where and when it is."""

PACE_OF_LAST = 30
"""The pace is that of the residents who were served last."""

MISSED_SHOWN = 50
QUEUES_OF_AN_ITEM = 10
"""So many of the last queues for an item say how many come and how long each takes."""


async def live_tickets(session: AsyncSession, assignment_id: str) -> list[Ticket]:
    """The tickets of a queue whose fate is open, in the order of their numbers."""
    query = select(Ticket).where(ticket.c.assignment_id == assignment_id, ticket.c.state.in_(LIVE))
    return list(await session.scalars(query.order_by(ticket.c.number)))


async def all_tickets(session: AsyncSession, assignment_id: str) -> list[Ticket]:
    query = select(Ticket).where(ticket.c.assignment_id == assignment_id)
    return list(await session.scalars(query.order_by(ticket.c.number)))


async def lease_on(session: AsyncSession, assignment_id: str) -> QueueLease | None:
    """The lease of the telephone that alone calls at a booth."""
    query = select(QueueLease).where(
        queue_lease.c.assignment_id == assignment_id, queue_lease.c.ended_at.is_(None)
    )
    return (await session.scalars(query)).first()


async def last_given(session: AsyncSession, lease: QueueLease) -> int | None:
    """The last of a lease's numbers that somebody has."""
    query = select(func.max(ticket.c.number)).where(
        ticket.c.assignment_id == lease.assignment_id,
        ticket.c.number.between(lease.first_number, lease.last_number),
    )
    found: int | None = await session.scalar(query)
    return found


async def ticket_of_device(session: AsyncSession, assignment_id: str, device: str) -> Ticket | None:
    """The live ticket that a device has at a booth."""
    query = select(Ticket).where(
        ticket.c.assignment_id == assignment_id,
        ticket.c.device == device,
        ticket.c.state.in_(LIVE),
    )
    return (await session.scalars(query.limit(1))).first()


async def pace_at(session: AsyncSession, queue: BoothQueue) -> Pace:
    """How fast residents are served at a booth now."""
    query = (
        select(Ticket)
        .where(ticket.c.assignment_id == queue.assignment_id, ticket.c.state == "served")
        .order_by(ticket.c.ended_at.desc())
        .limit(PACE_OF_LAST)
    )
    times = [each.service_minutes for each in await session.scalars(query)]
    return pace_of(queue.prior_minutes, [each for each in times if each is not None])


async def prior_minutes(session: AsyncSession, item_code: str, by_menu: int | None) -> float:
    """How long a resident takes for an item: as its last queue measured it, else as the menu says."""
    query = (
        select(booth_queue.c.minutes_per_resident)
        .where(
            booth_queue.c.item_code == item_code,
            booth_queue.c.ended_at.is_not(None),
            booth_queue.c.minutes_per_resident.is_not(None),
        )
        .order_by(booth_queue.c.ended_at.desc())
        .limit(1)
    )
    return float(await session.scalar(query) or by_menu or USUAL_MINUTES)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What the queues of the last year say of an item: the times of service, when residents came, in minutes after the
    queue was opened, how many came for each one expected, how many queues, and what one waited there in the mean."""

    service_minutes: Sequence[float]
    arrival_minutes: Sequence[float]
    came_per_expected: float
    queues: int
    mean_wait_minutes: float

    @property
    def minutes_per_resident(self) -> float:
        return fmean(self.service_minutes)

    def arrivals_for(self, expected_attendance: int | None) -> int:
        """How many are to be expected where a township expects so many; 0 where it said nothing."""
        return round((expected_attendance or 0) * self.came_per_expected)


async def measurements(
    session: AsyncSession, since: datetime, item_code: str | None = None
) -> dict[str, Measurement]:
    """By item, where enough was measured; of all items, or of one."""
    query = select(booth_queue).where(
        booth_queue.c.ended_at >= since, booth_queue.c.served >= LEAST_SERVED
    )
    if item_code is not None:
        query = query.where(booth_queue.c.item_code == item_code)
    by_item: dict[str, list[Row[Any]]] = {}
    for row in await session.execute(query.order_by(booth_queue.c.ended_at.desc())):
        of_item = by_item.setdefault(row.item_code, [])
        if len(of_item) < QUEUES_OF_AN_ITEM:
            of_item.append(row)
    ids = [row.assignment_id for rows in by_item.values() for row in rows]
    line_of = await lines_of_booths(session, ids)
    lines = await lines_by_id(session, line_of.values())
    found = {}
    for code, rows in by_item.items():
        times = await _service_minutes(session, [row.assignment_id for row in rows])
        expected = sum(
            lines[line_of[row.assignment_id]].expected_attendance or row.arrived for row in rows
        )
        if len(times) >= LEAST_SERVED:
            waits = [row.mean_wait_minutes or 0.0 for row in rows]
            came = sum(row.arrived for row in rows)
            found[code] = Measurement(
                times,
                await _arrival_minutes(session, rows),
                came / expected,
                len(rows),
                fmean(waits),
            )
    return found


async def _service_minutes(session: AsyncSession, assignment_ids: Sequence[str]) -> list[float]:
    query = select(Ticket).where(
        ticket.c.assignment_id.in_(assignment_ids), ticket.c.state == "served"
    )
    times = [each.service_minutes for each in await session.scalars(query.order_by(ticket.c.id))]
    return [each for each in times if each is not None and each > 0]


async def _arrival_minutes(session: AsyncSession, queues: Sequence[Row[Any]]) -> list[float]:
    """When residents came, in minutes after their queue was opened; those who could draw no ticket, too."""
    opened = {row.assignment_id: row.opened_at for row in queues}
    drawn = select(ticket.c.assignment_id, ticket.c.drawn_at.label("at")).where(
        ticket.c.assignment_id.in_(opened), ticket.c.state != "left"
    )
    came = [*await session.execute(drawn), *await session.execute(_without_ticket(opened))]
    return [max(0.0, (row.at - opened[row.assignment_id]).total_seconds() / 60) for row in came]


def _without_ticket(assignment_ids: Collection[str]) -> Select[Any]:
    """Telephones that were turned away from booths and drew no ticket there, before or afterwards."""
    drew = exists().where(
        ticket.c.assignment_id == turned_away.c.assignment_id,
        ticket.c.device == turned_away.c.device,
    )
    return select(turned_away.c.assignment_id, turned_away.c.at).where(
        turned_away.c.assignment_id.in_(assignment_ids), ~drew
    )


async def count_turned_away(session: AsyncSession, assignment_id: str) -> int:
    """How many came to a booth and could draw no ticket."""
    of_booth = _without_ticket([assignment_id]).subquery()
    return int(await session.scalar(select(func.count()).select_from(of_booth)) or 0)


async def spare_members(session: AsyncSession, booth: Row[Any]) -> int:
    """How many volunteers a team can send to a booth, beside its others at the same stop."""
    members = await members_of(session, booth.team_code) or 0
    there = await volunteers_at(session, booth.stop_id, booth.team_code)
    return members - (there - int(booth.volunteers))


async def first_staffing(
    session: AsyncSession,
    campaigns: Collection[str],
    today: date,
    *,
    chosen: Chosen = everything,
    limit: int,
) -> tuple[list[View], int]:
    """The first booths to come that are to have more volunteers than they are planned with, in the order of time, and
    how many there are; what was declined is left out."""
    query = select(staffing).where(
        staffing.c.state == "open",
        staffing.c.campaign_id.in_(campaigns),
        chosen(staffing.c.line_id),
    )
    views = await _staffing_views(session, list(await session.execute(query)), today)
    waiting = [view for view in views if view["planned"] < view["to_volunteers"]]
    return waiting[:limit], len(waiting)


async def _staffing_views(
    session: AsyncSession, rows: Sequence[Row[Any]], today: date
) -> list[View]:
    """With where and when the booths are, in the order of time; those that are no more are left out."""
    said = {row.line_id: dict(row._mapping) for row in rows}
    found = await booths(session, of_lines=said)
    names = await names_of_townships(session, {row.township_code for row in found})
    views = []
    for row in sorted(found, key=lambda each: (each.on, each.part == "afternoon", each.line_id)):
        if row.booth_state not in EXPECTED or row.stop_state != "planned" or row.on < today:
            continue
        township, township_en = names.get(row.township_code, (row.township_code, row.township_code))
        views.append(
            said[row.line_id]
            | dict(row._mapping)
            | {"planned": row.volunteers, "township": township, "township_en": township_en}
        )
    return views


async def get_staffing(uow: UnitOfWork, line_id: str) -> View:
    """With ``candidate_id``, the repaired plan in which the booth has as many volunteers, once it is there.

    :raises NotFound: nothing is proposed for this line, or its booth is no more.
    """
    uow.permit(POLICY, "read_staffing")
    async with uow.reading() as session:
        rows = list(await session.execute(select(staffing).where(staffing.c.line_id == line_id)))
        views = await _staffing_views(session, rows, uow.today())
        if not views:
            raise NotFound("staffing", line_id)
        (view,) = views
        (kept,) = (await first_candidates_to_publish(session, [view["campaign_id"]], limit=1)) or (
            None,
        )
        candidate_id = kept.id if kept is not None else None
        if kept is not None and not await gives_volunteers(
            session, kept.id, line_id, view["to_volunteers"]
        ):
            candidate_id = None
    return view | {"candidate_id": candidate_id}


USUAL_MINUTES = 5
"""How long a resident takes where neither the menu nor a queue says it."""


async def next_letter(session: AsyncSession, stop_id: str) -> str:
    """The letter before the numbers of a stop's next queue: A, B and so on, then A2."""
    query = select(func.count()).select_from(booth_queue).where(booth_queue.c.stop_id == stop_id)
    before = await session.scalar(query) or 0
    round_, letter = divmod(before, 26)
    return chr(ord("A") + letter) + (f"{round_ + 1}-" if round_ else "")


def wait_of(
    queue: BoothQueue, live: Sequence[Ticket], pace: Pace, mine: Ticket | None = None
) -> tuple[int, Wait]:
    """How many are called before ``mine``, or before whoever draws now, and how long that may take."""
    order = queue.in_order(live)
    ahead = order.index(mine) if mine is not None else len(order)
    busy = sum(each.state in AT_A_PLACE for each in live)
    return ahead, forecast(ahead, busy, queue.places, pace)


def is_full(queue: BoothQueue, live: Sequence[Ticket], pace: Pace, now: datetime) -> bool:
    """Whether one more, called after all who wait, might not be served by the end: in one of twenty cases."""
    _, wait = wait_of(queue, live, pace)
    left = (queue.ends_at - now).total_seconds() / 60
    return wait.late + pace.minutes > left


async def require_booth(session: AsyncSession, assignment_id: str) -> Row[Any]:
    """:raises NotFound: there is no such booth."""
    found = await booths(session, assignment_id=assignment_id)
    if not found:
        raise NotFound("assignment", assignment_id)
    return found[0]


async def get_queue(uow: UnitOfWork, assignment_id: str) -> View:
    """A booth's queue as its steward sees it; ``state`` is ``none`` before it is opened.

    :raises NotFound: the booth is another team's.
    """
    grant = uow.permit(POLICY, "read_booth_queues")
    async with uow.reading() as session:
        booth = await require_booth(session, assignment_id)
        grant.require(
            "assignment", assignment_id, township=booth.township_code, teams=[booth.team_code]
        )
        return await queue_view(session, booth, uow.now())


async def queue_view(session: AsyncSession, booth: Row[Any], now: datetime) -> View:
    view = dict(booth._mapping)
    names = await names_of_teams(session, [booth.team_code])
    view["team_name"], view["team_name_en"] = names.get(
        booth.team_code, (booth.team_code, booth.team_code)
    )
    queue = await session.get(BoothQueue, booth.assignment_id)
    if queue is None:
        return view | {"state": "none", "places": booth.volunteers}
    live = await live_tickets(session, queue.assignment_id)
    pace = await pace_at(session, queue)
    ahead, wait = wait_of(queue, live, pace)
    counted = await _counts(session, queue.assignment_id)
    missed = select(Ticket).where(
        ticket.c.assignment_id == queue.assignment_id, ticket.c.state == "missed"
    )
    missed = missed.order_by(ticket.c.ended_at.desc()).limit(MISSED_SHOWN)
    shown = [*queue.in_order(live), *await session.scalars(missed)]
    lease = await lease_on(session, queue.assignment_id)
    return view | {
        "state": queue.state,
        "places": queue.places,
        "ends_at": queue.ends_at,
        "drawn": sum(counted.values()),
        "waiting": ahead,
        "served": counted.get("served", 0),
        "unserved": counted.get("unserved", 0),
        "minutes_per_resident": round(pace.minutes, 1),
        "wait": wait,
        "is_full": is_full(queue, live, pace, now),
        "letter": queue.letter,
        "streak": queue.streak,
        "leased_at": lease and lease.held_at,
        "is_away": lease is not None and lease.is_away(now),
        "at_places": [
            ticket_view(queue, each) for each in sorted(live, key=_by_place) if each.place
        ],
        "tickets": [ticket_view(queue, each) for each in shown],
    }


def _by_place(each: Ticket) -> int:
    return each.place or 0


def ticket_view(queue: BoothQueue, each: Ticket) -> View:
    fields = ("id", "state", "place", "priority", "came_by", "calls", "drawn_at", "called_at")
    return {name: getattr(each, name) for name in fields} | {
        "name": queue.name_of(each),
        "calling": each.calling,
    }


async def _counts(session: AsyncSession, assignment_id: str) -> dict[str, int]:
    query = select(ticket.c.state, func.count().label("tickets"))
    query = query.where(ticket.c.assignment_id == assignment_id).group_by(ticket.c.state)
    return {row.state: row.tickets for row in await session.execute(query)}


async def booths_of_stop(session: AsyncSession, stop_id: str) -> list[Row[Any]]:
    """The booths of a stop that are expected or were there."""
    return [row for row in await booths(session, at_stop=stop_id) if row.booth_state in STANDING]


async def queues_of_stop(session: AsyncSession, stop_id: str) -> dict[str, View]:
    """What the public may know of the queues at a stop, by booth: who is called where, how many wait, and how long."""
    found: dict[str, View] = {}
    query = select(BoothQueue).where(booth_queue.c.stop_id == stop_id)
    for queue in await session.scalars(query.order_by(booth_queue.c.letter)):
        live = await live_tickets(session, queue.assignment_id)
        ahead, wait = wait_of(queue, live, await pace_at(session, queue))
        called = [each for each in live if each.state in AT_A_PLACE]
        found[queue.assignment_id] = {
            "state": queue.state,
            "letter": queue.letter,
            "places": queue.places,
            "waiting": ahead,
            "wait": wait,
            "next": [queue.name_of(each) for each in queue.in_order(live)[:3]],
            "called": [
                (queue.name_of(each), each.place, each.calls)
                for each in sorted(called, key=_by_call, reverse=True)
            ],
        }
    return found


def _by_call(each: Ticket) -> datetime:
    return each.called_at or each.drawn_at


async def list_queues(uow: UnitOfWork, stop_id: str) -> list[tuple[Row[Any], View | None]]:
    """The booths of a stop that concern whoever asks, each with its queue where one was opened.

    :raises NotFound: none does.
    """
    grant = uow.permit(POLICY, "read_booth_queues")
    async with uow.reading() as session:
        rows = [
            row
            for row in await booths_of_stop(session, stop_id)
            if grant.covers(township=row.township_code, teams=[row.team_code])
        ]
        queues = await queues_of_stop(session, stop_id)
    if not rows:
        raise NotFound("stop", stop_id)
    return [(row, queues.get(row.assignment_id)) for row in rows]
