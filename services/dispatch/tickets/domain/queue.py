"""A booth's queue on its half-day, and the tickets that are drawn for it.

Whatever changes a ticket holds its queue's row first, so that two stewards, a resident and a late repetition of a
request are one after another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, IllegalTransition, InvalidInput

LIVE = ("waiting", "called", "serving")
"""States in which a ticket's fate is open."""

AT_A_PLACE = ("called", "serving")

CALLED_AGAIN_AFTER = timedelta(minutes=5)
PRIORITY_IN_A_ROW = 2
"""So many of the old and the disabled are called one after another while others wait: where most are old, priority for
all of them would be none, and the others would wait for ever."""

BEHIND_RETURNED = 3
"""Whoever missed the call and comes back is called after so many others."""

MOST_PLACES = 50

Act = Literal["again", "begin", "miss", "park", "return"]
"""What a steward does with a ticket that was called, or missed."""

CameBy = Literal["page", "steward", "sheet"]
"""The resident drew it, a steward did for who has no telephone, or it was keyed from a sheet of paper afterwards."""


@dataclass(eq=False, kw_only=True)
class Ticket:
    """A resident's place in a booth's queue. It names nobody: ``token`` opens its page, ``device`` is a digest that
    tells a telephone from another at this booth, and of ``priority`` no reason is kept.

    ``rank`` orders the waiting; ``calls`` counts how often it was called out. ``first_called_at`` ends its wait.
    """

    kind: ClassVar[str] = "ticket"
    STEPS: ClassVar[Steps] = {
        "waiting": ("call", "leave", "miss"),
        "called": ("again", "begin", "serve", "miss", "park", "leave"),
        "serving": ("serve", "park"),
        "served": (),
        "missed": ("return",),
        "left": (),
        "unserved": (),
    }

    id: str
    assignment_id: str
    number: int
    token: str
    device: str | None
    came_by: CameBy
    priority: bool
    rank: float
    drawn_at: datetime
    state: str = "waiting"
    place: int | None = None
    calls: int = 0
    first_called_at: datetime | None = None
    called_at: datetime | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None

    def require(self, step: str) -> None:
        possible = self.STEPS[self.state]
        if step not in possible:
            raise IllegalTransition(
                self.kind, self.id, state=self.state, wanted=step, possible=possible
            )

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def service_minutes(self) -> float | None:
        """How long serving it took, from when the resident stood there, or was called."""
        began = self.began_at or self.called_at
        if self.state != "served" or began is None or self.ended_at is None:
            return None
        return (self.ended_at - began).total_seconds() / 60

    @property
    def calling(self) -> str:
        """This calling of the ticket, as the steward saw it: when it is called anew, it is another one."""
        return f"{self.id}.{self.calls}"

    def call(self, place: int, at: datetime) -> None:
        self.require("call")
        self.state, self.place, self.called_at = "called", place, at
        self.calls += 1
        if self.first_called_at is None:
            self.first_called_at = at

    def call_again(self, at: datetime) -> None:
        """:raises Conflict: it was called less than five minutes ago."""
        self.require("again")
        if at < (may := (self.called_at or at) + CALLED_AGAIN_AFTER):
            seconds = (may - at).total_seconds()
            raise Conflict("called_just_now", field="ticket_id", minutes=int(-(-seconds // 60)))
        self.call_out(at)

    def call_out(self, at: datetime) -> None:
        self.called_at = at
        self.calls += 1

    def begin(self, at: datetime) -> None:
        self.require("begin")
        self.state, self.began_at = "serving", at

    def serve(self, at: datetime) -> None:
        self.require("serve")
        self._end("served", at)

    def miss(self, at: datetime) -> None:
        """Nobody came when it was called; the resident may still come back."""
        self.require("miss")
        self._end("missed", at)

    def leave(self, at: datetime) -> None:
        """The resident waits no longer."""
        self.require("leave")
        self._end("left", at)

    def wait_again(self, step: str, rank: float) -> None:
        self.require(step)
        self.state, self.rank = "waiting", rank
        self.place = self.called_at = self.began_at = self.ended_at = None

    def give_up(self, at: datetime) -> None:
        """The booth packs up, and nobody served it."""
        self._end("unserved", at)

    def _end(self, fate: str, at: datetime) -> None:
        self.state, self.ended_at = fate, at


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A line of the paper on which a booth kept its queue. Who was not called, or not served, left unserved."""

    drawn_at: datetime
    called_at: datetime | None
    served_at: datetime | None
    priority: bool = False


@dataclass(eq=False, kw_only=True)
class BoothQueue(Aggregate):
    """The queue of one booth. ``places`` is how many residents are served at once, so many volunteers stand there.
    Until ``ends_at`` all are to be served; ``prior_minutes`` is how long a resident took at earlier stops, or takes by
    the menu. ``streak`` counts the priority tickets that were called last, one after another."""

    kind: ClassVar[str] = "booth_queue"
    STEPS: ClassVar[Steps] = {
        "open": ("draw", "call", "close", "end", "open"),
        "closed": ("call", "end", "open"),
        "ended": (),
    }

    assignment_id: str
    stop_id: str
    township_code: str
    item_code: str
    letter: str
    places: int
    prior_minutes: float
    opened_at: datetime
    ends_at: datetime
    voucher_seed: str | None = None
    """What its tickets' vouchers are made with; None for a queue of before there were any."""
    state: str = "open"
    last_number: int = 0
    last_rank: float = 0.0
    streak: int = 0
    ended_at: datetime | None = None
    arrived: int | None = None
    served: int | None = None
    longest: int | None = None
    mean_wait_minutes: float | None = None
    minutes_per_resident: float | None = None
    arrivals_per_hour: float | None = None

    @property
    def key(self) -> str:
        return self.assignment_id

    def name_of(self, ticket: Ticket) -> str:
        """As it is called and shown, e.g. A007."""
        return f"{self.letter}{ticket.number:03}"

    def open_again(self, places: int, ends_at: datetime) -> None:
        """Takes tickets again, or goes on with another number of places or until another time."""
        self.require("open", self.state)
        self.state, self.places, self.ends_at = "open", places, ends_at

    def close(self) -> None:
        """No more tickets are drawn; those that were are called."""
        if self.state != "closed":
            self.require("close", self.state)
            self.state = "closed"

    def draw(
        self,
        ticket_id: str,
        token: str,
        at: datetime,
        *,
        came_by: CameBy,
        priority: bool,
        device: str | None = None,
    ) -> Ticket:
        self.require("draw", self.state)
        self.last_number += 1
        self.last_rank += 1
        return Ticket(
            id=ticket_id,
            assignment_id=self.assignment_id,
            number=self.last_number,
            token=token,
            device=device,
            came_by=came_by,
            priority=priority,
            rank=self.last_rank,
            drawn_at=at,
        )

    def in_order(self, live: Iterable[Ticket]) -> list[Ticket]:
        """The waiting, as they will be called: the old and the disabled first, but two of them at most in a row."""
        waiting = sorted(
            (ticket for ticket in live if ticket.state == "waiting"),
            key=lambda ticket: (ticket.rank, ticket.number),
        )
        first = [ticket for ticket in waiting if ticket.priority]
        others = [ticket for ticket in waiting if not ticket.priority]
        order: list[Ticket] = []
        streak = self.streak
        while first or others:
            if first and (streak < PRIORITY_IN_A_ROW or not others):
                order.append(first.pop(0))
                streak += 1
            else:
                order.append(others.pop(0))
                streak = 0
        return order

    def call_next(
        self, place: int, finished: str | None, live: Sequence[Ticket], at: datetime
    ) -> Ticket | None:
        """Serves the ticket whose calling ``finished`` the steward saw at the place, and calls the next one there; None
        where nobody waits. Sent again, or by a second steward who saw the same, it changes nothing: then another
        calling is at the place, whose ticket is returned.

        :raises InvalidInput: the booth has no such place.
        """
        self.require("call", self.state)
        if not 1 <= place <= self.places:
            raise InvalidInput("no_such_place", field="place", place=place, places=self.places)
        there = next((t for t in live if t.state in AT_A_PLACE and t.place == place), None)
        if there is not None:
            if there.calling != finished:
                return there
            there.serve(at)
        order = self.in_order(live)
        if not order:
            return None
        ticket = order[0]
        ticket.call(place, at)
        self.streak = self.streak + 1 if ticket.priority else 0
        return ticket

    def park(self, ticket: Ticket) -> None:
        """The resident is called again after all who wait now."""
        self.last_rank += 1
        ticket.wait_again("park", self.last_rank)

    def bring_back(self, ticket: Ticket, live: Iterable[Ticket]) -> None:
        """A resident who missed the call is there: called after three others of the same kind, or sooner where fewer
        wait."""
        self.require("call", self.state)
        ranks = sorted(
            each.rank
            for each in live
            if each.state == "waiting" and each.priority == ticket.priority
        )
        if len(ranks) <= BEHIND_RETURNED:
            self.last_rank += 1
            rank = self.last_rank
        else:
            rank = (ranks[BEHIND_RETURNED - 1] + ranks[BEHIND_RETURNED]) / 2
        ticket.wait_again("return", rank)

    def key_in(self, number: int, ticket_id: str, token: str, row: SheetRow) -> Ticket:
        """A ticket as the ``number``-th line of the sheet tells it.

        :raises InvalidInput: its times are in the wrong order.
        """
        times = [at for at in (row.drawn_at, row.called_at, row.served_at) if at is not None]
        if times != sorted(times) or (row.served_at is not None and row.called_at is None):
            raise InvalidInput("sheet_times_wrong", field=f"rows[{number - 1}]", number=number)
        ticket = self.draw(ticket_id, token, row.drawn_at, came_by="sheet", priority=row.priority)
        if row.called_at is not None:
            ticket.call(1, row.called_at)
        if row.served_at is not None:
            ticket.serve(row.served_at)
        return ticket

    def end(self, live: Iterable[Ticket], at: datetime) -> None:
        """The booth packs up: who is being served was, and who still waits was not."""
        self.require("end", self.state)
        for ticket in live:
            if ticket.state == "serving":
                ticket.serve(at)
            else:
                ticket.give_up(at)
        self.state, self.ended_at = "ended", at
