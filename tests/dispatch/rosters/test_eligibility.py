"""Why a volunteer may not stand at a booth, and who is suggested."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.rosters.domain.eligibility import (
    MOST_DAYS_OF_DUTY,
    REST_WINDOW_DAYS,
    Asked,
    Duty,
    Ranked,
    is_novice_alone,
    reasons_against,
    suggest,
)

ON = date(2014, 7, 1)
LICENCE = "执业医师证"


@dataclass(frozen=True)
class Person:
    no: str = "V-000001"
    team_code: str = "health"
    active: bool = True
    minor: bool = False
    novice: bool = False
    agreement_until: date | None = ON
    held: dict[str, date | None] = field(default_factory=lambda: {LICENCE: ON})


ASKED = Asked("a1", "health", (ON, "morning"), LICENCE, LICENCE, True, True)


def codes(person: Person, *duties: Duty, is_away: bool = False) -> set[str]:
    found = reasons_against(person, ASKED, duties, is_away, "volunteers[0]")
    return {each.code.removeprefix("unfit.") for each in found}


def duty(on: date, part: str = "morning", at: str = "other") -> Duty:
    return Duty(
        "V-000001", at, (on, "afternoon" if part == "afternoon" else "morning"), "广场", "义诊"
    )


def test_whoever_fulfils_all_may_also_on_the_last_day_of_each() -> None:
    assert codes(Person()) == set()
    assert codes(Person(held={LICENCE: None})) == set()
    assert codes(Person(), duty(ON, "afternoon")) == set()
    assert codes(Person(), duty(ON, at="a1")) == set()  # it is this very booth


def test_every_reason_is_told_at_once() -> None:
    yesterday = ON - timedelta(days=1)
    worst = Person(
        team_code="justice",
        active=False,
        minor=True,
        agreement_until=yesterday,
        held={LICENCE: yesterday},
    )
    days = [ON - timedelta(days=n) for n in range(1, 1 + MOST_DAYS_OF_DUTY)]
    found = codes(worst, duty(ON), *(duty(day) for day in days), is_away=True)
    assert found == {
        *("left", "other_team", "qualification_expired", "minor", "agreement_missing"),
        *("unavailable", "other_booth"),
    }
    found = codes(Person(held={}), *(duty(day) for day in days))
    assert found == {"qualification_missing", "rest"}
    assert [r.code for r in reasons_against(None, ASKED, [], False, "volunteers[2]")] == [
        "unfit.unknown"
    ]


@given(st.sets(st.integers(-8, 8), max_size=9))
def test_rest_is_needed_where_a_week_would_have_too_many_days(days: set[int]) -> None:
    found = codes(Person(), *(duty(ON + timedelta(days=n)) for n in days - {0}))
    worked = days | {0}
    weeks = [range(first, first + REST_WINDOW_DAYS) for first in range(1 - REST_WINDOW_DAYS, 1)]
    too_many = any(len(worked & set(week)) > MOST_DAYS_OF_DUTY for week in weeks)
    assert ("rest" in found) == too_many


def ranked(no: str, last: int | None = None, *, novice: bool = False) -> Ranked:
    on = None if last is None else ON - timedelta(days=last)
    return Ranked(Person(no=no, novice=novice), on, 0 if last is None else 1)


def test_whoever_has_waited_longest_comes_first_in_any_order() -> None:
    people = [ranked("V-3", 1), ranked("V-2", 9), ranked("V-1"), ranked("V-0", 3)]
    for order in permutations(people):
        assert [each.no for each in suggest([], order, 3)] == ["V-1", "V-2", "V-0"]
    assert suggest([Person(no="V-9")], people, 1) == []


def test_a_novice_never_stands_alone() -> None:
    novices = [ranked("V-1", novice=True), ranked("V-2", novice=True)]
    assert suggest([], novices, 2) == []
    chosen = suggest([], [*novices, ranked("V-3", 1)], 2)
    assert [each.no for each in chosen] == ["V-1", "V-3"]
    beside = suggest([Person(no="V-9")], novices, 2)
    assert [each.no for each in beside] == ["V-1"]
    alone = suggest([Person(no="V-9", novice=True)], [*novices, ranked("V-3", 1)], 2)
    assert [each.no for each in alone] == ["V-3"]


@given(
    st.lists(st.tuples(st.booleans(), st.none() | st.integers(1, 30)), max_size=8),
    st.integers(1, 5),
)
def test_what_is_suggested_fits(people: list[tuple[bool, int | None]], needed: int) -> None:
    candidates = [ranked(f"V-{n}", last, novice=new) for n, (new, last) in enumerate(people)]
    chosen = suggest([], candidates, needed)
    assert len({each.no for each in chosen}) == len(chosen) <= needed
    assert not is_novice_alone(chosen)
    if any(not each.person.novice for each in candidates):
        assert len(chosen) == min(needed, len(candidates))
