"""Stewards and residents press in any order: no ticket is called twice without being called again, and none is lost."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.dispatch.tickets.domain.measures import measure
from services.dispatch.tickets.domain.queue import (
    CALLED_AGAIN_AFTER,
    LIVE,
    PRIORITY_IN_A_ROW,
    BoothQueue,
    Ticket,
)
from shared.kernel.errors import Conflict

BEGAN = datetime(2014, 6, 27, 0, tzinfo=UTC)
PLACES = 3
FATES = {"served", "missed", "left", "unserved"}


class Booth(RuleBasedStateMachine):
    """One booth; two stewards who may both press late, and see what is no more."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGAN
        self.queue = BoothQueue(
            assignment_id="a",
            stop_id="s",
            township_code="330381125000",
            item_code="health-clinic",
            letter="A",
            places=PLACES,
            prior_minutes=8,
            opened_at=BEGAN,
            ends_at=BEGAN + timedelta(hours=3),
        )
        self.tickets: list[Ticket] = []
        self.callings: Counter[str] = Counter()
        """How often each may have been called out: by its first call, calls again, and after it was put back."""

    @property
    def live(self) -> list[Ticket]:
        return [each for each in self.tickets if each.is_live]

    @rule(seconds=st.integers(0, 400))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(priority=st.booleans())
    def draw(self, priority: bool) -> None:
        no = len(self.tickets)
        try:
            drawn = self.queue.draw(
                f"t{no}", f"token{no}", self.now, came_by="page", priority=priority
            )
        except Conflict:
            assert self.queue.state != "open"
            return
        self.tickets.append(drawn)
        self.callings[drawn.id] = 1

    @rule(place=st.integers(1, PLACES), data=st.data())
    def call_next(self, place: int, data: Any) -> None:
        if self.queue.state == "ended":
            return
        seen = data.draw(st.sampled_from([None, *(each.calling for each in self.tickets)]))
        there = [t for t in self.tickets if t.place == place and t.state in ("called", "serving")]
        order = self.queue.in_order(self.live)
        called = self.queue.call_next(place, seen, self.live, self.now)
        if there and there[0].calling != seen:  # pressed late, or by the other steward
            assert called is there[0]
            return
        assert all(each.state == "served" for each in there)
        assert called is (order[0] if order else None)
        again = self.queue.call_next(place, seen, self.live, self.now)
        assert again is called, "pressed twice, another one was called"

    @precondition(lambda self: self.tickets)
    @rule(
        data=st.data(), act=st.sampled_from(["again", "begin", "miss", "park", "return", "leave"])
    )
    def act(self, data: Any, act: str) -> None:
        found = data.draw(st.sampled_from(self.tickets))
        before, calls = found.state, found.calls
        if self.queue.state == "ended":
            return
        try:
            if act == "again":
                since = found.called_at
                found.call_again(self.now)
                assert since is not None
                assert self.now - since >= CALLED_AGAIN_AFTER
                self.callings[found.id] += 1
            elif act == "park":
                self.queue.park(found)
                self.callings[found.id] += 1
                alike = [t for t in self.queue.in_order(self.live) if t.priority == found.priority]
                assert alike[-1] is found, "others who have priority as it has were before it"
            elif act == "return":
                self.queue.bring_back(found, self.live)
                self.callings[found.id] += 1
            else:
                getattr(found, act)(self.now)
        except Conflict:
            assert (found.state, found.calls) == (before, calls), "what was refused changed it"

    @rule()
    def close(self) -> None:
        if self.queue.state != "ended":
            self.queue.close()

    @rule(places=st.integers(PLACES, PLACES + 2))
    def open_again(self, places: int) -> None:
        if self.queue.state != "ended":
            self.queue.open_again(PLACES, self.now + timedelta(hours=1))

    @invariant()
    def one_ticket_at_a_place(self) -> None:
        at = Counter(t.place for t in self.tickets if t.state in ("called", "serving"))
        assert all(count == 1 for count in at.values())

    @invariant()
    def none_is_called_unasked(self) -> None:
        for each in self.tickets:
            assert each.calls <= self.callings[each.id]

    @invariant()
    def the_waiting_are_all_in_the_order(self) -> None:
        order = self.queue.in_order(self.live)
        assert sorted(t.id for t in order) == sorted(
            t.id for t in self.tickets if t.state == "waiting"
        )
        row = self.queue.streak
        for place, each in enumerate(order):
            if each.priority:
                row += 1
                others = [t for t in order[place:] if not t.priority]
                assert row <= PRIORITY_IN_A_ROW or not others
            else:
                row = 0

    def teardown(self) -> None:
        if self.queue.state != "ended":
            self.queue.end(self.live, self.now)
        assert not [each for each in self.tickets if each.state in LIVE]
        fates = Counter(each.state for each in self.tickets)
        assert set(fates) <= FATES
        assert fates.total() == self.queue.last_number == len({t.number for t in self.tickets})
        measured = measure(self.tickets)
        assert measured.arrived == len(self.tickets) - fates["left"]
        assert measured.served == fates["served"]
        assert measured.longest <= len(self.tickets)


TestBooth = Booth.TestCase
TestBooth.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
