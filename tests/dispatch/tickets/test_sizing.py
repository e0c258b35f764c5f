"""How many volunteers a booth needs: against Erlang C where that holds, and the queue of 2014, where it does not."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.tickets.domain.sizing import TARGET_MINUTES, expected_wait, size


def erlang_c_wait(servers: int, load: float, minutes: float) -> float:
    """The mean wait of M/M/c (Erlang, 1917), by the recursion for Erlang B."""
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    waits = servers * blocked / (servers - load * (1 - blocked))
    return waits * minutes / (servers - load)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (3, 2.1), (5, 4.0)])
def test_a_long_half_day_is_erlang_c(servers: int, load: float) -> None:
    dice = random.Random(9)
    times = [dice.expovariate(1 / 6) for _ in range(3000)]
    mean = sum(times) / len(times)
    minutes = 20_000.0
    arrivals = round(load * minutes / mean)
    expected = erlang_c_wait(servers, load, mean)
    assert expected_wait(servers, arrivals, times, (0, minutes)) == pytest.approx(
        expected, rel=0.15
    )


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 120),
    st.integers(1, 6),
    st.lists(st.floats(0.5, 30), min_size=10, max_size=30),
    st.integers(0, 30),
)
def test_one_more_never_waits_longer_and_fewer_never_suffice(
    arrivals: int, planned: int, times: list[float], more: int
) -> None:
    before = expected_wait(planned, arrivals, times)
    assert expected_wait(planned + 1, arrivals, times) <= before + 1e-9
    sized = size(planned, arrivals, times, most=planned + more)
    assert planned <= sized.volunteers <= planned + more
    assert sized.volunteers <= sized.needed
    assert sized.wait_then <= sized.wait_now
    if sized.needed > planned:
        assert expected_wait(sized.needed - 1, arrivals, times) > TARGET_MINUTES


def test_the_clinic_of_2014_needed_more_than_three() -> None:
    """By the synthetic figures of the demonstration's first stop: 150 came, of whom each took some five minutes."""
    dice = random.Random(1)
    times = [dice.gammavariate(3, 5.1 / 3) for _ in range(120)]
    sized = size(3, 153, times, most=6)
    assert (sized.needed, sized.volunteers) == (4, 4)
    assert sized.wait_now > 25
    assert sized.wait_then < TARGET_MINUTES
    assert size(3, 60, times, most=6).needed == 3


def test_who_come_together_wait_longer_than_who_come_evenly() -> None:
    times = [4.0, 5.0, 6.0] * 10
    early = [minute / 2 for minute in range(120)]
    assert expected_wait(3, 100, times, early) > 2 * expected_wait(3, 100, times)
    assert expected_wait(3, 100, times, [30.0]) > expected_wait(3, 100, times, early)
