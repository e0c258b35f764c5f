"""Any order of registering, withdrawing, merging and changing the number of places keeps the rules of the queue."""

from datetime import UTC, date, datetime
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.catalog.activities.domain import Activity, SignUps
from shared.kernel.errors import Conflict

DAY = date(2014, 7, 1)
PEOPLE = st.sampled_from([f"V-{number:06}" for number in range(8)])


def activity(capacity: int | None) -> Activity:
    return Activity(
        id="a",
        name="仪式",
        name_en="Ceremony",
        activity_kind="ceremony",
        on=DAY,
        starts_at="09:00",
        ends_at="11:00",
        place="陵园",
        team_code=None,
        parts=[],
        capacity=capacity,
        register_until=DAY,
        state="announced",
    )


class Queue(RuleBasedStateMachine):
    """One activity and eight people. ``line`` is an independent model: those who are in, in the order they came."""

    def __init__(self) -> None:
        super().__init__()
        self.sign_ups = SignUps(activity(3), [])
        self.line: list[str] = []
        self._ids = count()

    @rule(people=st.lists(PEOPLE, min_size=1, max_size=4))
    def register(self, people: list[str]) -> None:
        signed, _ = self.sign_ups.enter(
            [(no, "health") for no in dict.fromkeys(people)],
            by="corps",
            at=datetime(2014, 6, 27, tzinfo=UTC),
            ids=(str(next(self._ids)) for _ in people),
        )
        new = [no for no in dict.fromkeys(people) if no not in self.line]
        assert [*signed.registered, *signed.waiting] == new
        self.line += new

    @rule(people=st.lists(PEOPLE, min_size=1, max_size=3))
    def withdraw(self, people: list[str]) -> None:
        waiting = [each.volunteer_no for each in self.sign_ups.waiting]
        signed = self.sign_ups.withdraw(people)
        self.line = [no for no in self.line if no not in people]
        still = [no for no in waiting if no not in people]
        assert signed.moved_up == still[: len(signed.moved_up)], "who waits longest comes first"

    @rule(no=PEOPLE, into=PEOPLE)
    def merge(self, no: str, into: str) -> None:
        if no == into:
            return
        self.sign_ups.merge(no, into)
        places = [self.line.index(each) for each in (no, into) if each in self.line]
        self.line = [each for each in self.line if each not in (no, into)]
        if places:
            self.line.insert(min(places), into)

    @rule(capacity=st.one_of(st.none(), st.integers(1, 6)))
    def change_places(self, capacity: int | None) -> None:
        before = self.sign_ups.activity.capacity
        try:
            self.sign_ups.require_room(capacity)
        except Conflict:
            assert capacity is not None
            assert capacity < len(self.sign_ups.registered)
            assert self.sign_ups.activity.capacity == before
            return
        self.sign_ups.activity.capacity = capacity
        self.sign_ups.move_up()

    @invariant()
    def no_more_are_registered_than_there_are_places(self) -> None:
        capacity = self.sign_ups.activity.capacity
        if capacity is not None:
            assert len(self.sign_ups.registered) <= capacity

    @invariant()
    def nobody_waits_while_a_place_is_free(self) -> None:
        capacity = self.sign_ups.activity.capacity
        if self.sign_ups.waiting:
            assert capacity is not None
            assert len(self.sign_ups.registered) == capacity

    @invariant()
    def nobody_is_in_twice_and_the_order_is_that_of_coming(self) -> None:
        found = self.sign_ups.all
        assert all(no == each.volunteer_no for no, each in found.items())
        registered = [each.volunteer_no for each in self.sign_ups.registered]
        waiting = [each.volunteer_no for each in self.sign_ups.waiting]
        assert [*registered, *waiting] == self.line


Queue.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestQueue = Queue.TestCase
