"""Somebody drops out: a substitution never leaves two in one place, and never none that nobody sees to."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.dispatch.rosters.domain.eligibility import Ranked
from services.dispatch.rosters.domain.roster import Roster
from services.dispatch.rosters.domain.substitution import (
    ANSWER_WITHIN,
    MOST_AT_ONCE,
    Substitution,
    answer_until,
    superfluous,
    whom_to_ask,
)
from shared.kernel.errors import Conflict, IllegalTransition

ON = date(2014, 7, 1)
NOW = datetime(2014, 6, 27, tzinfo=UTC)
TEAM = [f"V-{n}" for n in range(7)]
PERSON = st.sampled_from(TEAM)


@dataclass(frozen=True)
class Person:
    no: str
    novice: bool = False
    team_code: str = "health"
    active: bool = True
    minor: bool = False
    agreement_until: date | None = None
    held: dict[str, date | None] = field(default_factory=dict)


def ranked(no: str, last: int | None = None, *, novice: bool = False) -> Ranked:
    on = None if last is None else ON - timedelta(days=last)
    return Ranked(Person(no, novice), on, 0 if last is None else 1)


def left_by(no: str, key: str = "s1") -> Substitution:
    return Substitution(
        id=key,
        assignment_id="a1",
        stop_id="stop",
        team_code="health",
        volunteer_no=no,
        on=ON,
        part="morning",
        made_at=NOW,
        until=NOW,
    )


def test_whoever_is_on_standby_is_asked_first_and_then_who_has_waited_longest() -> None:
    people = [ranked("V-1", 1), ranked("V-2", 9), ranked("V-3"), ranked("V-4", 3), ranked("V-5", 2)]
    assert whom_to_ask(people, standby=["V-1"], named=[], passed_over=()) == ["V-1", "V-3", "V-2"]
    asked = whom_to_ask(people, standby=[], named=[Person("V-3")], passed_over=["V-2"])
    assert asked == ["V-4", "V-5", "V-1"][:MOST_AT_ONCE]


def test_a_novice_is_not_asked_where_all_others_are_novices() -> None:
    people = [ranked("V-1", novice=True), ranked("V-2", 1)]
    alone = [Person("V-9", novice=True)]
    assert whom_to_ask(people, standby=["V-1"], named=alone, passed_over=()) == ["V-2"]
    beside = [Person("V-9")]
    assert whom_to_ask(people, standby=[], named=beside, passed_over=()) == ["V-1", "V-2"]


def test_who_is_asked_is_waited_for_at_most_until_the_evening_before() -> None:
    morning = datetime(2014, 6, 27, 1, tzinfo=UTC)
    assert answer_until(morning, (ON, "morning")) == morning + ANSWER_WITHIN
    eve = datetime(2014, 6, 30, 8, tzinfo=UTC)
    assert answer_until(eve, (ON, "morning")) == datetime(2014, 6, 30, 10, tzinfo=UTC)
    late = datetime(2014, 7, 1, 0, tzinfo=UTC)
    assert answer_until(late, (ON, "afternoon")) < late


def test_the_first_answer_counts_and_later_ones_are_told_so() -> None:
    place = left_by("V-0")
    assert place.offer(["V-1", "V-2", "V-1", "V-3"]) == ["V-1", "V-2", "V-3"]
    assert place.offer(["V-3"]) == []
    assert place.decline("V-1")
    assert not place.decline("V-1")
    assert place.accept("V-2") == ["V-3"]
    for late in (lambda: place.accept("V-3"), lambda: place.decline("V-3")):
        with pytest.raises(Conflict) as refused:
            late()
        assert refused.value.code == "substitution_over"
    with pytest.raises(IllegalTransition):
        place.hand_over()


class Booth(RuleBasedStateMachine):
    """A booth for three; whatever people do, in any order."""

    needed = 3

    def __init__(self) -> None:
        super().__init__()
        self.roster = Roster(
            assignment_id="a1", stop_id="stop", team_code="health", on=ON, part="morning"
        )
        self.places: list[Substitution] = []
        self.away: set[str] = set()
        self.at_first = 0
        self.numbers = count()

    @property
    def pending(self) -> list[Substitution]:
        return [each for each in self.places if each.is_pending]

    @initialize(people=st.sets(PERSON, min_size=1, max_size=4))
    def is_named(self, people: set[str]) -> None:
        self.put(sorted(people))
        self.at_first = len(people)

    def put(self, people: list[str]) -> None:
        self.roster.name(people)
        for each in superfluous(self.pending, self.needed - len(self.roster.volunteers)):
            each.end("filled")
        for each in self.pending:
            each.ask_no_more(self.roster.volunteers)
            if each.state == "open" and each.offers and not each.waiting:
                each.hand_over()

    @rule(no=PERSON)
    def drops_out(self, no: str) -> None:
        if no not in self.roster.volunteers:
            return
        self.away.add(no)
        self.put([each for each in self.roster.volunteers if each != no])
        if len(self.roster.volunteers) < self.needed:
            place = left_by(no, f"s{next(self.numbers)}")
            self.places.append(place)
            self.ask(place)

    def ask(self, place: Substitution) -> None:
        fit = [ranked(no) for no in TEAM if no not in self.away]
        waiting = {no for each in self.pending for no in each.waiting}
        named = [Person(no) for no in self.roster.volunteers]
        asked = {each.volunteer_no for each in place.offers}
        new = whom_to_ask(fit, standby=(), named=named, passed_over=waiting | asked)
        assert not {*new} & ({*self.roster.volunteers} | self.away)
        if not place.offer(new):
            place.hand_over()

    @rule(which=st.integers(0, 5), no=PERSON)
    def says_yes(self, which: int, no: str) -> None:
        for place in self.places[which : which + 1]:
            may = no not in self.roster.volunteers and no not in self.away and place.asks(no)
            if may and place.is_pending:
                place.accept(no)
                self.put([*self.roster.volunteers, no])

    @rule(which=st.integers(0, 5), no=PERSON)
    def says_no(self, which: int, no: str) -> None:
        for place in self.places[which : which + 1]:
            is_new = place.is_pending and place.decline(no)
            if is_new and place.state == "open" and not place.waiting:
                self.ask(place)

    @rule()
    def time_passes(self) -> None:
        for each in self.pending:
            if each.state == "open":
                each.hand_over()

    @rule(no=PERSON)
    def the_leader_names(self, no: str) -> None:
        if no not in self.roster.volunteers:
            self.put([*self.roster.volunteers, no])

    @invariant()
    def nobody_too_many(self) -> None:
        for place in self.places:
            assert sum(each.state == "accepted" for each in place.offers) == (
                place.state == "taken"
            )
        free = max(0, self.needed - len(self.roster.volunteers))
        assert len(self.pending) <= free

    @invariant()
    def nobody_silently_missing(self) -> None:
        for place in self.pending:
            assert place.state == "with_leader" or place.waiting
        # Nobody but those who drop out leaves: at least as many stand there or are looked for as in the beginning.
        seen_to = len(self.roster.volunteers) + len(self.pending)
        assert seen_to >= min(self.needed, self.at_first)


TestBooth = Booth.TestCase
TestBooth.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
