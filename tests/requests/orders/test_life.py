"""An order's whole life in any order of steps and of what dispatch says: no state that is not meant, and each line that
was accepted has one fate."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.requests.menu.domain import Dish, Edition
from services.requests.orders.domain.line import Booking, Line
from services.requests.orders.domain.order import Draft, Order, WantedItem
from shared.kernel.errors import Conflict, IllegalTransition, InvalidInput

FIRST = date(2014, 6, 20)
NOON = datetime(2014, 6, 20, 4, tzinfo=UTC)
CODES = ("clinic", "law-advice", "appliances")
EDITION = Edition(
    id="summer-2014",
    title="2014年夏季菜单",
    effective_on=date(2014, 6, 1),
    retires_on=date(2014, 8, 31),
    items=[
        Dish(item_code=code, name=code, name_en=code, category_code="x", volunteers_needed=4)
        for code in CODES
    ],
)
COUNTS = st.dictionaries(st.sampled_from(CODES), st.integers(1, 3), min_size=1)
LINES = st.integers(0, 5)
SELDOM, SELDOM_VALUE = st.integers(0, 4), 3
"""What ends an order is done seldom, so that it has a life."""

STOPS = st.sampled_from(["s1", "s2"])
OVER = ("served", "cancelled")
FOLLOWING = ("accepted", "scheduled", "served", "rated")


class Life(RuleBasedStateMachine):
    """One order, days that pass, plans that change, and amendments."""

    def __init__(self) -> None:
        super().__init__()
        self.today = FIRST
        self.made = 0
        self.revision = 0
        self.asked_for: dict[str, int] = {}
        self.proposal: dict[str, int] | None = None
        self.over: dict[str, tuple[str, int]] = {}
        self.accepted: set[str] = set()

    def _draft(self, counts: dict[str, int]) -> Draft:
        return Draft(
            township_code="330381125000",
            edition_id=EDITION.id,
            campaign_id="july",
            place="高楼",
            point=None,
            items=tuple(
                WantedItem(item_code=code, expected_attendance=counts[code], remark=None)
                for code in sorted(counts)
            ),
            wished_on=(),
            ruled_out_on=(),
            priority=3,
        )

    def _lines(self, draft: Draft) -> list[Line]:
        return draft.lines_from(EDITION, self._new_id)

    def _new_id(self) -> str:
        self.made += 1
        return f"line-{self.made:03}"

    @initialize(counts=COUNTS, is_accepted=st.booleans())
    def drafted(self, counts: dict[str, int], is_accepted: bool) -> None:
        draft = self._draft(counts)
        self.order = Order.drafted("order-1", "2014-0001", draft, self._lines(draft), NOON)
        self.asked_for = counts
        if is_accepted:
            self.order.submit(NOON, self.today)
            self.order.accept()

    def _step(self, name: str, step: str, *arguments: Any) -> bool:
        """Takes a step if the table has it; else it must be refused, and change nothing."""
        state, is_possible = self.order.state, name in Order.STEPS[self.order.state]
        try:
            getattr(self.order, step)(*arguments)
        except IllegalTransition:
            assert not is_possible or name == "rate"
        except (Conflict, InvalidInput):
            assert is_possible
        else:
            assert is_possible
            return True
        assert self.order.state == state
        return False

    @rule(days=st.integers(1, 5))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule()
    def submit(self) -> None:
        self._step("submit", "submit", NOON, self.today)

    @rule()
    def accept(self) -> None:
        self._step("accept", "accept")

    @rule()
    def give_back(self) -> None:
        self._step("return", "hand_back", "other", None)

    @rule(now=SELDOM)
    def cancel(self, now: int) -> None:
        if now == SELDOM_VALUE:
            self._step("cancel", "cancel", "other", None)

    @rule()
    def close(self) -> None:
        self._step("close", "close")

    @rule(counts=COUNTS)
    def redraft(self, counts: dict[str, int]) -> None:
        draft = self._draft(counts)
        if self._step("redraft", "redraft", draft, self._lines(draft)):
            self.asked_for = counts

    @rule(counts=COUNTS)
    def amend(self, counts: dict[str, int]) -> None:
        """As the use case does it: at once while nobody is booked, else it waits for the corps."""
        draft = self._draft(counts)
        if not self._step("amend", "require_amendable", draft, self.today):
            return
        number = self.order.number_amendment()
        if self.order.is_planned:
            self.order.propose(number)
            self.proposal = counts
            return
        self.order.amend(draft, self._lines(draft), self.today)
        self.asked_for = counts

    @rule(accepts=st.booleans())
    def decide(self, accepts: bool) -> None:
        number = self.order.proposed_amendment
        if number is None or self.proposal is None:
            return
        draft = self._draft(self.proposal)
        was_planned = self.order.is_planned
        if accepts:
            if not self._step("amend", "amend", draft, self._lines(draft), self.today):
                return
            self.asked_for = self.proposal
            if was_planned and self.order.state in ("accepted", "scheduled"):
                self.order.await_plan(number)
        self.order.settle_amendment()

    @rule(back=st.integers(0, 2))
    def replan(self, back: int) -> None:
        self.order.note_replanned(self.order.amendments - back)

    def _line(self, index: int) -> Line:
        return self.order.lines[index % len(self.order.lines)]

    @rule(index=LINES, stop=STOPS, ahead=st.integers(1, 6), back=st.integers(0, 2))
    def assign(self, index: int, stop: str, ahead: int, back: int) -> None:
        self.revision += 1
        booking = Booking(
            plan_id="p1",
            revision=max(1, self.revision - back),
            stop_id=stop,
            assignment_id=f"a{self.revision:03}",
            team_code="health",
            on=self.today + timedelta(days=ahead),
            part="morning",
        )
        self.order.schedule_line(self._line(index).id, booking)

    @rule(index=LINES)
    def release(self, index: int) -> None:
        line = self._line(index)
        self.order.release_line(line.id, line.assignment_id or "a000")

    @rule(index=LINES)
    def leave_unserved(self, index: int) -> None:
        self.revision += 1
        self.order.leave_line_unserved(
            self._line(index).id, "p1", self.revision, "unserved.too_far"
        )

    @rule(stop=STOPS)
    def cancel_stop(self, stop: str) -> None:
        self.order.cancel_stop(stop)

    @rule(stop=STOPS, served=st.integers(0, 9), now=SELDOM)
    def complete_stop(self, stop: str, served: int, now: int) -> None:
        if now != SELDOM_VALUE:
            return
        for line in self.order.lines:
            if line.stop_id == stop:
                self.order.report_booth(line.id, line.assignment_id or "", served)
        self.order.complete_stop(stop)

    @rule(index=LINES, score=st.integers(1, 5))
    def rate(self, index: int, score: int) -> None:
        self._step("rate", "rate", self._line(index).id, score, None)

    @invariant()
    def the_state_follows_the_lines(self) -> None:
        order = self.order
        states = [line.state for line in order.lines]
        assert set(states) <= {"waiting", "scheduled", "unserved", "served", "cancelled"}
        if order.state == "cancelled":
            assert set(states) <= {"cancelled", "served"}
        if order.state == "scheduled":
            assert "scheduled" in states
        if order.state in ("served", "rated"):
            assert "scheduled" not in states
            assert "served" in states
        if order.state not in (*FOLLOWING, "closed", "cancelled"):
            assert set(states) == {"waiting"}

    @invariant()
    def each_line_has_one_fate(self) -> None:
        """What is booked is with one team, and what was served or taken out stays so."""
        for line in self.order.lines:
            is_booked = line.state in ("scheduled", "served")
            assert (line.assignment_id is not None) == is_booked
            assert (line.unserved_reason is not None) == (line.state == "unserved")
        now = {line.id: (line.state, line.expected_attendance) for line in self.order.lines}
        assert self.accepted <= now.keys()
        for line_id, fate in self.over.items():
            assert now[line_id] == fate
        if self.order.state in (*FOLLOWING, "closed", "cancelled"):
            self.accepted = set(now)
            self.over = {line: fate for line, fate in now.items() if fate[0] in OVER}

    @invariant()
    def it_asks_for_what_it_was_amended_to(self) -> None:
        if self.order.state != "cancelled":
            asked = {line.item_code: line.expected_attendance for line in self.order.asked_for}
            assert asked == self.asked_for
            assert len(self.order.asked_for) == len(self.asked_for)

    @invariant()
    def a_change_pends_only_while_something_can_change(self) -> None:
        order = self.order
        if order.state not in ("accepted", "scheduled"):
            assert order.change_pending is None
        assert (order.proposed_amendment or 0) <= order.amendments


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_life = Life.TestCase
