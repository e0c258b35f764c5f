"""One steward's telephone goes on without a connection: it holds the queue's lease, and tells later what it did.

While a telephone holds the lease, nobody else calls at that booth, so that no ticket is called twice: the service
cannot know whether the telephone calls just now. Residents draw tickets all the same. Another steward may take the
lease over; what the telephone called after that is void.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.dispatch.tickets.domain.queue import AT_A_PLACE, BoothQueue, Ticket

BLOCK = 30
"""So many numbers a telephone may give out by itself: more than residents without a telephone come in an hour."""

AWAY_AFTER = timedelta(seconds=45)
"""A telephone that is connected tells of itself every few seconds."""

Done = Literal["draw", "call", "again", "begin", "serve", "miss", "park", "return"]
Outcome = Literal["applied", "repeated", "void"]
_STATES: dict[Done, tuple[tuple[str, ...], str]] = {
    "again": (("called",), "called"),
    "begin": (("called",), "serving"),
    "serve": (AT_A_PLACE, "served"),
    "miss": (("called", "waiting"), "missed"),
    "park": (AT_A_PLACE, "waiting"),
    "return": (("missed",), "waiting"),
}
"""From which states a step leads, and to which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a telephone did, as the ``seq``-th thing since it has the lease.

    ``draw`` makes the ticket ``ticket_id`` with ``number``, ``call`` calls one to ``place``, ``serve`` ends its
    service, the others are as :data:`Act`. ``at`` is the telephone's time, put right by how far its clock is ahead.
    """

    seq: int
    do: Done
    ticket_id: str
    at: datetime
    number: int | None = None
    priority: bool = False
    place: int | None = None


@dataclass(eq=False, kw_only=True)
class QueueLease:
    """A telephone's right to be the only one that calls at a booth. The numbers from ``first_number`` to
    ``last_number`` are its own to give out. ``told`` is the last entry that it told of, ``seen_at`` when it was
    connected last; ``ended_at`` is when it gave the lease back or it was taken over."""

    id: str
    assignment_id: str
    first_number: int
    last_number: int
    held_at: datetime
    seen_at: datetime
    told: int = 0
    ended_at: datetime | None = None

    def is_away(self, now: datetime) -> bool:
        """Whether the telephone may be without a connection."""
        return now - self.seen_at > AWAY_AFTER

    def after(self, last: int | None) -> int | None:
        """The number that it may give out after ``last`` of its own; None where all are given out."""
        number = self.first_number if last is None else last + 1
        return number if number <= self.last_number else None

    def end(self, at: datetime) -> None:
        self.ended_at = self.ended_at or at


def reserve(queue: BoothQueue, lease_id: str, at: datetime) -> QueueLease:
    """A lease on the queue, with numbers that the queue itself does not give out."""
    queue.require("call", queue.state)
    first = queue.last_number + 1
    queue.last_number += BLOCK
    return QueueLease(
        id=lease_id,
        assignment_id=queue.assignment_id,
        first_number=first,
        last_number=queue.last_number,
        held_at=at,
        seen_at=at,
    )


def give_back(
    queue: BoothQueue, lease: QueueLease, tickets: Iterable[Ticket], at: datetime
) -> None:
    """Ends the lease. Numbers at its end that nobody has are given out by the queue, if no later ones were."""
    if lease.ended_at is None and queue.last_number == lease.last_number:
        queue.last_number = max((each.number for each in tickets), default=lease.first_number - 1)
    lease.end(at)


def replay(
    queue: BoothQueue,
    lease: QueueLease,
    entries: Sequence[Entry],
    tickets: dict[str, Ticket],
    now: datetime,
) -> tuple[list[tuple[Entry, Outcome]], list[Ticket]]:
    """Brings the queue to what the telephone did. ``tickets`` are all of the queue, by id.

    Returns what became of each entry, and the tickets that the telephone drew, whose tokens are still to be made. An
    entry that was told before changes nothing. A call is void after another steward has taken over, and so is what
    follows from it; an entry is void, too, if the ticket has another fate meanwhile. None is refused: a telephone could
    never get past it.
    """
    lease.seen_at = max(lease.seen_at, now)
    outcomes: list[tuple[Entry, Outcome]] = []
    drawn: list[Ticket] = []
    earliest, in_vain = lease.held_at, set[str]()
    for entry in sorted(entries, key=lambda each: each.seq):
        at = earliest = min(max(entry.at, earliest), now)
        if entry.seq <= lease.told:
            outcomes.append((entry, "repeated"))
            continue
        lease.told = entry.seq
        if entry.do == "call" and lease.ended_at is not None and at > lease.ended_at:
            in_vain.add(entry.ticket_id)
        if queue.state == "ended" or entry.ticket_id in in_vain:
            outcomes.append((entry, "void"))
            continue
        ticket = tickets.get(entry.ticket_id)
        if ticket is None and entry.do == "draw":
            ticket = _draw(queue, lease, entry, tickets.values(), at)
            if ticket is not None:
                tickets[ticket.id] = ticket
                drawn.append(ticket)
        done = ticket is not None and _happened(queue, ticket, entry, tickets.values(), at)
        outcomes.append((entry, "applied" if done else "void"))
    return outcomes, drawn


def _draw(
    queue: BoothQueue, lease: QueueLease, entry: Entry, tickets: Iterable[Ticket], at: datetime
) -> Ticket | None:
    number, taken = entry.number, {each.number for each in tickets}
    if number is None or not lease.first_number <= number <= lease.last_number or number in taken:
        return None
    return Ticket(
        id=entry.ticket_id,
        assignment_id=queue.assignment_id,
        number=number,
        token="",
        device=None,
        came_by="steward",
        priority=entry.priority,
        rank=_rank_at(queue, tickets, at),
        drawn_at=at,
    )


def _rank_at(queue: BoothQueue, tickets: Iterable[Ticket], at: datetime) -> float:
    """After everybody who had come by then, before whoever came later."""
    came = list(tickets)
    before = max((each.rank for each in came if each.drawn_at <= at), default=0.0)
    later = [each.rank for each in came if each.drawn_at > at and each.rank > before]
    if later:
        return (before + min(later)) / 2
    queue.last_rank = max(queue.last_rank, before) + 1
    return queue.last_rank


def _happened(
    queue: BoothQueue, ticket: Ticket, entry: Entry, tickets: Iterable[Ticket], at: datetime
) -> bool:
    """Whether the ticket is as the entry says now. What the service did with it meanwhile by a request whose answer was
    lost, or by a steward who took over, gives way to what happened before the steward's eyes."""
    if entry.do == "call":
        return _called(queue, ticket, entry.place, tickets, at)
    if entry.do == "draw":
        return True
    before, after = _STATES[entry.do]
    if ticket.state in before:
        steps: dict[Done, Callable[[], None]] = {
            "again": lambda: ticket.call_out(at),
            "begin": lambda: ticket.begin(at),
            "serve": lambda: ticket.serve(at),
            "miss": lambda: ticket.miss(at),
            "park": lambda: ticket.wait_again("park", _rank_at(queue, tickets, at)),
            "return": lambda: queue.bring_back(ticket, tickets),
        }
        steps[entry.do]()
    return ticket.state == after


def _called(
    queue: BoothQueue, ticket: Ticket, place: int | None, tickets: Iterable[Ticket], at: datetime
) -> bool:
    if place is None or ticket.state in ("served", "unserved"):
        return False
    for other in tickets:
        if other is ticket or other.place != place or other.state not in AT_A_PLACE:
            continue
        if other.called_at is not None and other.called_at <= at:
            if other.state == "serving":
                other.serve(at)
            else:  # called by a request whose answer was lost: nobody at the booth heard of it
                other.wait_again("park", other.rank)
    if ticket.state in AT_A_PLACE:
        ticket.place, ticket.called_at = place, min(ticket.called_at or at, at)
        ticket.first_called_at = min(ticket.first_called_at or at, at)
        return True
    ticket.state, ticket.ended_at = "waiting", None
    ticket.call(place, at)
    queue.streak = queue.streak + 1 if ticket.priority else 0
    return True
