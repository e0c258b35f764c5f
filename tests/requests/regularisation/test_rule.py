"""The rule by itself: what counts, how much, how often, for how many."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.requests.regularisation.domain.evidence import (
    Evidence,
    Ordered,
    Queued,
    Ratings,
    Waiting,
    Wished,
)
from services.requests.regularisation.domain.proposal import Terms
from services.requests.regularisation.domain.rule import (
    Cadence,
    Thresholds,
    most_points,
    suggest,
    weigh,
)

TODAY = date(2015, 6, 26)
LIMITS = Thresholds()


def evidence(*days_ago: int, residents: int = 80, **more: Any) -> Evidence:
    ordered = [
        Ordered(
            line_id=f"l{ago}",
            order_id=f"o{ago}",
            on=TODAY - timedelta(days=ago),
            residents=residents,
            state="served",
        )
        for ago in sorted(days_ago, reverse=True)
    ]
    return Evidence(ordered=ordered, **more)


def queued(ago: int = 5, **figures: Any) -> Queued:
    said = {"arrived": 100, "served": 80, "longest": 40, "mean_wait_minutes": 50} | figures
    on = TODAY - timedelta(days=ago)
    return Queued(assignment_id=f"a{ago}", stop_id="s", on=on, **said)


WISH = Wished(wish_id="w", number=1, residents=90, on=TODAY - timedelta(days=9))


@pytest.mark.parametrize(
    ("period", "cadence"),
    [
        (7, "weekly"),
        (13, "fortnightly"),
        (29, "monthly"),
        (58, "two_monthly"),
        (90, "quarterly"),
    ],
)
def test_the_cadence_is_the_one_nearest_to_the_middle_gap(period: int, cadence: str) -> None:
    days = range(3, 365, period)
    found = suggest(evidence(*days), TODAY, LIMITS)
    assert found is not None
    assert found.cadence == cadence


def test_a_row_of_days_within_weeks_is_no_habit_nor_are_days_without_order() -> None:
    assert "spacing" not in weigh(evidence(2, 6, 10, 14, 18, 22), TODAY, LIMITS)
    assert "spacing" not in weigh(evidence(3, 9, 70, 75, 200, 330), TODAY, LIMITS)


def test_a_habit_that_has_ended_is_over() -> None:
    assert "spacing" in weigh(evidence(10, 40, 70, 100, 130), TODAY, LIMITS)
    assert "spacing" not in weigh(evidence(140, 170, 200, 230, 260), TODAY, LIMITS)
    ended = evidence(140, 170, wishes=[WISH, WISH], queues=[queued(140)])
    assert suggest(ended, TODAY, LIMITS) is not None, "a wish of last week keeps it alive"
    silent = evidence(140, 170, queues=[queued(140), queued(141), queued(142)])
    assert suggest(silent, TODAY, LIMITS) is None


def test_one_kind_of_evidence_does_not_suffice() -> None:
    low = Thresholds(from_points=20)
    assert suggest(evidence(queues=[queued()]), TODAY, low) is None
    assert suggest(evidence(queues=[queued()], wishes=[WISH]), TODAY, low) is not None


@pytest.mark.parametrize(
    ("figures", "is_long"),
    [
        ({"longest": 14, "mean_wait_minutes": 29, "arrived": 80}, False),
        ({"longest": 15, "mean_wait_minutes": 0, "arrived": 80}, True),
        ({"longest": 0, "mean_wait_minutes": 30, "arrived": 80}, True),
        ({"longest": 0, "mean_wait_minutes": 0, "arrived": 81}, True),
    ],
)
def test_a_queue_is_long_by_people_by_minutes_or_by_who_left(
    figures: dict[str, Any], is_long: bool
) -> None:
    points = weigh(evidence(5, queues=[queued(**figures)]), TODAY, LIMITS)
    assert ("queue" in points) is is_long


def test_one_order_that_waits_is_the_plans_matter_several_are_evidence() -> None:
    def waiting(*ago: int) -> list[Waiting]:
        return [
            Waiting(
                line_id=f"w{days}",
                order_id=f"w{days}",
                since=TODAY - timedelta(days=days),
                residents=40,
            )
            for days in ago
        ]

    assert "waiting" not in weigh(evidence(5, waiting=waiting(31)), TODAY, LIMITS)
    assert "waiting" not in weigh(evidence(5, waiting=waiting(29, 31)), TODAY, LIMITS)
    assert weigh(evidence(5, waiting=waiting(30, 60)), TODAY, LIMITS)["waiting"] == 10


def test_what_is_judged_poorly_is_mended_before_it_becomes_regular() -> None:
    good = evidence(5, 40, queues=[queued()], wishes=[WISH])
    assert suggest(good, TODAY, LIMITS) is not None
    poor = Evidence(**{**_parts(good), "ratings": Ratings(count=3, total=6)})
    assert suggest(poor, TODAY, LIMITS) is None


def test_the_size_is_the_middle_of_the_latest_or_who_came_to_the_queue() -> None:
    habit = evidence(*range(3, 300, 30), residents=64)
    found = suggest(habit, TODAY, LIMITS)
    assert found is not None
    assert found.residents == 70
    pressed = Evidence(**{**_parts(habit), "queues": [queued(arrived=131)]})
    found = suggest(pressed, TODAY, LIMITS)
    assert found is not None
    assert found.residents == 140


FACTS = st.builds(
    evidence,
    *(st.integers(0, 364) for _ in range(5)),
    queues=st.lists(st.builds(queued, st.integers(0, 364)), max_size=3),
    wishes=st.lists(st.just(WISH), max_size=3),
)


@given(FACTS)
def test_counts_never_say_less_than_the_facts(facts: Evidence) -> None:
    """So that no pair is left unread that the rule would propose."""
    at_most = most_points(
        lines=len(facts.ordered),
        queues=len(facts.queues),
        wishes=len(facts.wishes),
        waiting=len(facts.waiting),
    )
    assert sum(weigh(facts, TODAY, LIMITS).values()) <= at_most


@given(FACTS)
def test_evidence_is_kept_without_loss(facts: Evidence) -> None:
    kept = Evidence.from_json(facts.as_json())
    assert kept.as_json() == facts.as_json()
    assert kept.keys() == facts.keys()
    assert suggest(kept, TODAY, LIMITS) == suggest(facts, TODAY, LIMITS)
    assert weigh(facts.without(facts.keys()), TODAY, LIMITS) == {}


@pytest.mark.parametrize(
    ("cadence", "starts_on", "rule"),
    [
        ("weekly", date(2014, 8, 5), "FREQ=WEEKLY;BYDAY=TU"),
        ("fortnightly", date(2014, 8, 8), "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        ("monthly", date(2014, 8, 12), "FREQ=MONTHLY;BYDAY=2TU"),
        ("quarterly", date(2014, 8, 31), "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1SU"),
    ],
)
def test_it_repeats_on_the_weekday_of_the_first_day(
    cadence: Cadence, starts_on: date, rule: str
) -> None:
    terms = Terms(cadence=cadence, residents=80, starts_on=starts_on)
    assert terms.rrule() == rule


def _parts(facts: Evidence) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in ("ordered", "waiting", "wishes", "queues")}
