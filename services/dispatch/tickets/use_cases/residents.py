"""What residents do without an account: they draw a ticket by the code on a booth's sign, and see how long it takes.

The code leads to a signed link of this service. A device has one live ticket at a booth; it is told by a cookie that
the page sets, where the browser keeps it, else by a number in the form, so that a form that is sent twice draws one
ticket. Whoever deletes the cookie, or has none, is held by how many tickets its address, and its kind of browser there,
draw in an hour.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select

from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import STANDING
from services.dispatch.stops.queries.lookups import booths
from services.dispatch.tickets.domain.forecast import NO_WAIT, Wait
from services.dispatch.tickets.domain.queue import BoothQueue, CameBy, Ticket
from services.dispatch.tickets.queries import (
    View,
    is_full,
    lease_on,
    live_tickets,
    pace_at,
    queues_of_stop,
    ticket_of_device,
    wait_of,
)
from services.dispatch.tickets.tables import ticket, turned_away
from shared.cache.port import Cache
from shared.db.bulk_insert import insert_missing
from shared.http.forwarding import limited_address
from shared.identity.links import LinkInvalid, Links
from shared.identity.vouchers import make_voucher
from shared.kernel.errors import Conflict, TooMany
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

PURPOSE = "queue"
SIGN_LIVES = timedelta(days=400)
"""A sign is printed before its stop, which may be put off."""
HOUR_SECONDS = 3600
MOST_OF_ADDRESS = 60
"""Tickets an hour: a whole village may share an address."""
MOST_OF_BROWSER = 10
"""Of one kind of browser at that address, at one booth: families draw for their old, and no more for one who deletes
the cookie."""


@dataclass(frozen=True, slots=True)
class Device:
    """What tells one telephone from another: ``mark`` is of the cookie, or of the form where there is none."""

    address: str
    browser: str
    mark: str

    def at(self, assignment_id: str) -> str:
        """Returns what is stored of it with a ticket. No two booths' can be told to be of one device."""
        return hashlib.sha256(f"{assignment_id} {self.mark}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Outlook:
    """A booth before a ticket is drawn. ``queue`` is None where it was not opened; ``mine`` is the live ticket that the
    device has."""

    booth: Row[Any]
    queue: BoothQueue | None
    ahead: int = 0
    wait: Wait = NO_WAIT
    is_full: bool = False
    mine: Ticket | None = None

    @property
    def turns_away(self) -> bool:
        """Whether residents come and can draw no ticket."""
        if self.queue is None or self.mine is not None:
            return False
        return self.queue.state == "closed" or (self.queue.state == "open" and self.is_full)


@dataclass(frozen=True, slots=True)
class TicketOutlook:
    """A ticket, and how many are called before it; ``name`` as it is called out."""

    booth: Row[Any]
    ticket: Ticket
    name: str
    ahead: int
    wait: Wait
    voucher: str | None = None
    """What lets it rate the booth, once it was served."""
    is_away: bool = False
    """The telephone that alone calls may be without a connection: what is called is heard at the booth only."""


def new_mark() -> str:
    return secrets.token_urlsafe(16)


def new_ticket(
    tx: Transaction,
    queue: BoothQueue,
    *,
    came_by: CameBy,
    priority: bool,
    device: str | None = None,
) -> Ticket:
    """Draws a ticket whose page opens under a random token."""
    drawn = queue.draw(
        new_id(),
        secrets.token_urlsafe(16),
        tx.now,
        came_by=came_by,
        priority=priority,
        device=device,
    )
    tx.session.add(drawn)
    return drawn


def link_to_queue(links: Links, assignment_id: str, uow: UnitOfWork) -> str:
    return links.make(PURPOSE, assignment_id, uow.now() + SIGN_LIVES).text


async def show_queue(uow: UnitOfWork, links: Links, link: str, device: Device) -> Outlook:
    """:raises LinkInvalid: :raises LinkExpired: it is no link of a sign, or the booth is no more."""
    uow.permit(POLICY, "draw_ticket")
    assignment_id = links.open(PURPOSE, link)
    async with uow.reading() as session:
        found = await booths(session, assignment_id=assignment_id)
        if not found or found[0].booth_state not in STANDING:
            raise LinkInvalid
        queue = await session.get(BoothQueue, assignment_id)
        if queue is None or queue.state == "ended":
            return Outlook(found[0], queue)
        live = await live_tickets(session, assignment_id)
        pace = await pace_at(session, queue)
        ahead, wait = wait_of(queue, live, pace)
        mine = await ticket_of_device(session, assignment_id, device.at(assignment_id))
        full = is_full(queue, live, pace, uow.now())
    return Outlook(found[0], queue, ahead, wait, full, mine)


async def note_turned_away(uow: UnitOfWork, outlook: Outlook, device: Device) -> None:
    """Counts a telephone on whose page no more tickets are drawn, once for a booth. Who comes when the booth packs up
    comes too late, and does not count."""
    uow.permit(POLICY, "draw_ticket")
    queue = outlook.queue
    if queue is None or not outlook.turns_away or uow.now() >= queue.ends_at:
        return
    async with uow.transaction() as tx:
        row = {
            "assignment_id": queue.assignment_id,
            "device": device.at(queue.assignment_id),
            "at": tx.now,
        }
        await tx.session.execute(insert_missing(tx.session, turned_away), [row])


async def limit_drawing(cache: Cache, links: Links, link: str, device: Device) -> None:
    """:raises TooMany: from this address, or this kind of browser there, too many were drawn this hour."""
    place, kind = limited_address(device.address), _kind(links, link, device)
    for key, limit in ((f"draw:{place}", MOST_OF_ADDRESS), (f"draw:{kind}", MOST_OF_BROWSER)):
        if wait := await cache.take(key, limit=limit, seconds=HOUR_SECONDS):
            raise TooMany(retry_after=wait)


async def is_believed(cache: Cache, links: Links, link: str, device: Device) -> bool:
    """Whether a page that sends no cookie yet counts as a telephone that came: as many of one kind of browser at an
    address as may draw tickets there."""
    key = f"come:{_kind(links, link, device)}"
    return not await cache.take(key, limit=MOST_OF_BROWSER, seconds=HOUR_SECONDS)


def _kind(links: Links, link: str, device: Device) -> str:
    """One kind of browser at an address, at one booth."""
    place, booth = limited_address(device.address), links.open(PURPOSE, link)
    return hashlib.sha256(f"{place} {device.browser} {booth}".encode()).hexdigest()[:32]


async def draw_ticket(
    uow: UnitOfWork, links: Links, link: str, device: Device, *, priority: bool
) -> Ticket:
    """Draws a device's ticket at a booth; sent again while that is live, it is the same.

    :raises LinkInvalid: :raises LinkExpired: as :func:`show_queue`.
    :raises Conflict: the queue takes no tickets, or whoever draws now might not be served.
    """
    uow.permit(POLICY, "draw_ticket")
    assignment_id = links.open(PURPOSE, link)
    async with uow.transaction() as tx:
        queue = await tx.find(BoothQueue, assignment_id)
        if queue is None:
            raise Conflict("queue_not_open", field="link")
        mark = device.at(assignment_id)
        mine = await ticket_of_device(tx.session, assignment_id, mark)
        if mine is not None:
            return mine
        if queue.state != "open":
            raise Conflict("queue_closed", field="link")
        live = await live_tickets(tx.session, assignment_id)
        if is_full(queue, live, await pace_at(tx.session, queue), tx.now):
            raise Conflict("queue_is_full", field="link", waiting=len(live))
        return new_ticket(tx, queue, came_by="page", priority=priority, device=mark)


async def show_ticket(uow: UnitOfWork, token: str) -> TicketOutlook:
    """:raises LinkInvalid: no ticket has this token."""
    uow.permit(POLICY, "draw_ticket")
    async with uow.reading() as session:
        found = (await session.scalars(select(Ticket).where(ticket.c.token == token))).first()
        if found is None:
            raise LinkInvalid
        (booth,) = await booths(session, assignment_id=found.assignment_id)
        queue = await session.get_one(BoothQueue, found.assignment_id)
        ahead, wait, is_away = 0, NO_WAIT, False
        if found.state == "waiting":
            lease = await lease_on(session, found.assignment_id)
            is_away = lease is not None and lease.is_away(uow.now())
            live = await live_tickets(session, found.assignment_id)
            ahead, wait = wait_of(queue, live, await pace_at(session, queue), found)
    voucher = None
    if found.state == "served" and queue.voucher_seed is not None:
        voucher = make_voucher(queue.voucher_seed, found.assignment_id, found.number)
    return TicketOutlook(booth, found, queue.name_of(found), ahead, wait, voucher, is_away)


async def leave_queue(uow: UnitOfWork, token: str) -> None:
    """The resident waits no longer. Sent again, or when the ticket's fate is known, it changes nothing.

    :raises LinkInvalid: no ticket has this token.
    """
    uow.permit(POLICY, "draw_ticket")
    async with uow.transaction() as tx:
        query = select(ticket.c.id, ticket.c.assignment_id).where(ticket.c.token == token)
        row = (await tx.session.execute(query)).first()
        if row is None:
            raise LinkInvalid
        await tx.get(BoothQueue, row.assignment_id)
        found = (await tx.session.scalars(select(Ticket).where(ticket.c.id == row.id))).one()
        if found.state in ("waiting", "called"):
            found.leave(tx.now)


async def show_calls(uow: UnitOfWork, stop_id: str) -> tuple[list[Row[Any]], dict[str, View]]:
    """The booths of a stop and their queues, as the display on the wall shows them."""
    uow.permit(POLICY, "show_stop")
    async with uow.reading() as session:
        rows = [
            row for row in await booths(session, at_stop=stop_id) if row.booth_state in STANDING
        ]
        return rows, await queues_of_stop(session, stop_id)
