"""How many volunteers a booth needs: against published figures, a simulation, and the queue of 2014."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.stops.domain.sizing import (
    Observed,
    mean_wait_minutes,
    measured_variability,
    volunteers_for,
    waiting_chance,
)
from shared.kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("volunteers", "load", "chance"), [(1, 0.5, 0.5), (2, 1.0, 1 / 3), (10, 8.0, 0.409)]
)
def test_erlang_c_is_as_published(volunteers: int, load: float, chance: float) -> None:
    assert waiting_chance(volunteers, load) == pytest.approx(chance, abs=5e-4)


def test_the_mean_wait_is_that_of_a_simulated_queue() -> None:
    dice = random.Random(27)
    free, waited, now = [0.0, 0.0, 0.0], 0.0, 0.0
    residents = 60_000
    for _ in range(residents):
        now += dice.expovariate(24 / 60)
        first = min(range(3), key=lambda n: free[n])
        start = max(now, free[first])
        waited += start - now
        free[first] = start + dice.expovariate(1 / 6)
    assert mean_wait_minutes(3, 24, 6) == pytest.approx(waited / residents, rel=0.1)


@given(st.integers(1, 400), st.floats(1, 8), st.floats(0.5, 30))
def test_one_less_would_be_too_few(attendance: int, hours: float, minutes: float) -> None:
    volunteers = volunteers_for(attendance, hours, minutes)
    assert mean_wait_minutes(volunteers, attendance / hours, minutes) <= 10
    assert volunteers == 1 or mean_wait_minutes(volunteers - 1, attendance / hours, minutes) > 10


def test_more_residents_or_longer_waits_ask_for_more_volunteers() -> None:
    needed = [volunteers_for(attendance, 3, 8) for attendance in (10, 40, 80, 160, 320)]
    assert all(a <= b for a, b in pairwise(needed))
    long_waits = [
        Observed(volunteers=6, waited_minutes=40.0, minutes_per_resident=8, arrivals_per_hour=40)
    ]
    assert measured_variability(long_waits) > 1
    assert volunteers_for(120, 3, 8, earlier=long_waits) > volunteers_for(120, 3, 8)


def test_the_health_booth_of_2014_would_have_needed_more_than_three() -> None:
    assert math.isinf(mean_wait_minutes(3, 80 / 3, 8))
    assert volunteers_for(80, 3, 8) == 5


def test_nonsense_is_refused_by_field() -> None:
    with pytest.raises(InvalidInput) as refused:
        volunteers_for(10, 0, 5)
    assert refused.value.field == "hours"
    with pytest.raises(InvalidInput) as refused:
        volunteers_for(10**6, 1, 60)
    assert refused.value.code == "sizing.too_many"
