"""How long one waits: against simulated queues, whose waits must lie between the bounds that were told."""

import random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.tickets.domain.forecast import forecast, pace_of

LEAST_INSIDE = 0.8
"""Of the waits, that lie between what was told; issue 23 asks for it."""


def service(dice: random.Random, minutes: float, shape: float) -> float:
    return dice.gammavariate(shape, minutes / shape)


def waits(
    dice: random.Random, ahead: int, places: int, minutes: float, shape: float, times: int
) -> list[float]:
    """What somebody waits who comes while all places are busy, again and again; service is gamma distributed."""
    found = []
    for _ in range(times):
        # Who is there now has been so for a while: the rest of a service that was met at a random moment.
        free = []
        for _ in range(places):
            met = max(
                (service(dice, minutes, shape) for _ in range(6)),
                key=lambda each: each * dice.random(),
            )
            free.append(met * dice.random())
        for _ in range(ahead):
            first = min(range(places), key=free.__getitem__)
            free[first] += service(dice, minutes, shape)
        found.append(min(free))
    return found


@pytest.mark.parametrize("shape", [1.0, 4.0])
@pytest.mark.parametrize(("ahead", "places"), [(0, 1), (4, 1), (3, 3), (12, 3), (25, 2), (40, 5)])
def test_waits_lie_between_the_bounds_that_were_told(ahead: int, places: int, shape: float) -> None:
    dice = random.Random(27)
    known = [dice.gammavariate(shape, 8 / shape) for _ in range(30)]
    told = forecast(ahead, places, places, pace_of(8, known))
    real = waits(dice, ahead, places, 8, shape, 2000)
    inside = sum(told.early <= each <= told.late for each in real) / len(real)
    assert inside >= LEAST_INSIDE
    assert told.expected == pytest.approx(fmean(real), rel=0.3, abs=1)


@given(
    st.integers(0, 200),
    st.integers(1, 20),
    st.integers(1, 20),
    st.floats(0.5, 60),
    st.lists(st.floats(0.1, 120), max_size=40),
)
def test_more_before_me_is_no_shorter_and_more_places_no_longer(
    ahead: int, busy: int, places: int, prior: float, times: list[float]
) -> None:
    pace = pace_of(prior, times)
    busy = min(busy, places)
    told = forecast(ahead, busy, places, pace)
    assert 0 <= told.early <= told.expected <= told.late
    more = forecast(ahead + 1, busy, places, pace)
    assert more.expected >= told.expected
    assert more.late >= told.late
    if busy == places:
        assert forecast(ahead, busy, places + 1, pace).expected <= told.expected


def test_nobody_waits_where_a_place_is_free() -> None:
    assert forecast(0, 1, 2, pace_of(8, [])).late == 0
    assert forecast(1, 1, 3, pace_of(8, [])).late == 0


def test_what_is_measured_counts_more_and_more() -> None:
    assert pace_of(5, []).minutes == 5
    assert pace_of(5, [15] * 5).minutes == 10
    assert pace_of(5, [15] * 95).minutes == pytest.approx(14.5)
    few, many = forecast(9, 1, 1, pace_of(8, [8.0] * 2)), forecast(9, 1, 1, pace_of(8, [8.0] * 30))
    assert many.late - many.early < few.late - few.early
