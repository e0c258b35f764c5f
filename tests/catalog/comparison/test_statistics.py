"""The intervals and tests are right: against another library, on planted differences, and on noise."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from services.catalog.comparison.domain.figures import WindowFigure, month_of
from services.catalog.comparison.domain.judging import (
    ERROR,
    LEAST,
    Comparisons,
    compare_months,
    compare_windows,
)
from services.catalog.comparison.domain.statistics import (
    Sample,
    beyond_t,
    critical_t,
    differ,
    difference_of,
    interval_of,
    pooled,
)
from tests.support.fixtures import Figures

SEEDS = 800
WINDOWS = 6

Draw = Callable[[random.Random], float]


def sample_of(values: list[float]) -> Sample:
    mean = sum(values) / len(values)
    return Sample(len(values), mean, sum((each - mean) ** 2 for each in values) / (len(values) - 1))


def figure(code: str, month: str, waits: list[float], ratings: list[float]) -> WindowFigure:
    """As an office would report it: numbers, means and standard deviations."""
    waited, rated = sample_of(waits), sample_of(ratings)
    return WindowFigure(
        id=f"{code}:{month}",
        window_code=code,
        month=month,
        served=len(waits),
        waits=waited.n,
        wait_mean=waited.mean,
        wait_sd=(waited.variance or 0) ** 0.5,
        ratings=rated.n,
        rating_mean=rated.mean,
        rating_sd=(rated.variance or 0) ** 0.5,
    )


def wait(draw: random.Random) -> float:
    """Skewed, as waits are: most are short."""
    return draw.expovariate(1 / 12)


def rating(draw: random.Random) -> float:
    return float(draw.choices((1, 2, 3, 4, 5), (2, 3, 10, 35, 50))[0])


def seen(seed: int, *, longer: float = 0.0, low: float = 0.0, n: int = LEAST) -> Comparisons:
    """Six windows; the first lets people wait ``longer``, the last is rated lower with probability ``low``. They
    measure differently much."""
    draw = random.Random(seed)
    figures = {}
    for place in range(WINDOWS):
        code, many = f"w{place}", n * (1 + place % 3)
        waits = [wait(draw) + (longer if place == 0 else 0.0) for _ in range(many)]
        ratings = [
            2.0 if place == WINDOWS - 1 and draw.random() < low else rating(draw)
            for _ in range(many)
        ]
        figures[code] = [figure(code, "2014-06", waits, ratings)]
    return compare_windows(figures)


@given(t=st.floats(0, 40), freedom=st.floats(1, 500), error=st.floats(1e-5, 0.9))
@settings(max_examples=300, deadline=None)
def test_students_distribution_is_that_of_another_library(
    t: float, freedom: float, error: float
) -> None:
    assert beyond_t(t, freedom) == pytest.approx(2 * stats.t.sf(t, freedom), rel=1e-8, abs=1e-7)
    assert critical_t(error, freedom) == pytest.approx(
        special.stdtrit(freedom, 1 - error / 2), rel=1e-6, abs=1e-9
    )


@given(seed=st.integers(0, 10_000), n=st.integers(2, 80), m=st.integers(2, 80))
@settings(max_examples=100, deadline=None)
def test_welchs_interval_is_that_of_another_library(seed: int, n: int, m: int) -> None:
    draw = random.Random(seed)
    one, other = [draw.gauss(3, 2) for _ in range(n)], [draw.gauss(4, 5) for _ in range(m)]
    ours = difference_of(sample_of(one), sample_of(other), 0.01)
    theirs = stats.ttest_ind(other, one, equal_var=False).confidence_interval(0.99)
    assert ours is not None
    assert (ours.interval.low, ours.interval.high) == pytest.approx(
        (theirs.low, theirs.high), rel=1e-6, abs=1e-6
    )
    assert differ(sample_of(one), sample_of(other), 0.01) == ours.is_real


@given(st.lists(st.lists(st.floats(0, 90), min_size=2, max_size=20), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_months_pooled_are_the_sample_of_all_their_measurements(months: list[list[float]]) -> None:
    whole = sample_of([value for month in months for value in month])
    found = pooled(map(sample_of, months))
    assert found is not None
    assert found.n == whole.n
    assert found.mean == pytest.approx(whole.mean)
    assert found.variance == pytest.approx(whole.variance, abs=1e-6)


def test_noise_raises_no_more_alarms_than_promised(figures: Figures) -> None:
    """Of six windows that do not differ, in all 30 comparisons together, at the smallest number that is compared."""
    alarms = sum(
        any(measure.differences for measure in seen(seed).measures) for seed in range(SEEDS)
    )
    rate = alarms / SEEDS
    figures.note("comparison: noise with a false alarm", f"{rate:.3%} of {SEEDS}")
    # Three standard errors above what is promised would be chance once in 700 times.
    assert rate <= ERROR + 3 * (ERROR * (1 - ERROR) / SEEDS) ** 0.5
    assert seen(0).made == 2 * WINDOWS * (WINDOWS - 1) // 2


def test_a_planted_difference_is_found_and_no_other(figures: Figures) -> None:
    found, wrong = 0, 0
    for seed in range(200):
        waiting, rated = seen(seed, longer=10, low=0.6, n=200).measures
        longer = {(each.lower, each.higher) for each in waiting.differences}
        worse = {(each.lower, each.higher) for each in rated.differences}
        found += longer >= {(f"w{place}", "w0") for place in range(1, WINDOWS)} and worse >= {
            (f"w{WINDOWS - 1}", f"w{place}") for place in range(WINDOWS - 1)
        }
        wrong += any(higher != "w0" for _, higher in longer)
        wrong += any(lower != f"w{WINDOWS - 1}" for lower, _ in worse)
        for each in waiting.differences:
            if each.higher == "w0":
                assert each.difference.interval.low > 0
    figures.note("comparison: planted differences found whole", f"{found / 200:.1%} of 200")
    assert found >= 195
    assert wrong <= 20


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for seed in range(SEEDS):
        windows = seen(seed).measures[0].windows
        held += all(
            each.interval and each.interval.low <= 12 <= each.interval.high for each in windows
        )
    assert held / SEEDS >= 1 - ERROR - 0.03, "all six together; waits are skewed"


def test_what_is_not_enough_is_not_compared_and_has_no_mean() -> None:
    draw = random.Random(1)
    few = figure("few", "2014-06", [wait(draw) for _ in range(LEAST - 1)], [5.0] * LEAST)
    waits = [60 + wait(draw) for _ in range(LEAST)]
    long, one = (
        figure("long", "2014-06", waits, [5.0] * LEAST),
        figure("one", "2014-06", waits, waits),
    )
    short = figure("short", "2014-06", [wait(draw) for _ in range(LEAST)], [5.0] * LEAST)
    flat = figure("flat", "2014-06", waits, [5.0] * LEAST)
    flat.wait_sd = None
    found = compare_windows(
        {"few": [few], "long": [long], "one": [one], "short": [short], "flat": [flat], "new": []},
        frozenset({"one"}),
    )
    waiting = found.measures[0]
    stati = {each.code: (each.status, each.mean is not None) for each in waiting.windows}
    assert stati == {
        "few": ("too_few", False),
        "long": ("enough", True),
        "one": ("one_post", False),
        "short": ("enough", True),
        "flat": ("no_spread", False),
        "new": ("no_data", False),
    }
    assert [(each.lower, each.higher) for each in waiting.differences] == [("short", "long")]


def test_a_window_is_compared_with_its_month_before() -> None:
    draw = random.Random(2)
    months = ["2014-03", "2014-04", "2014-05", "2014-06"]
    found = compare_months(
        [
            figure(
                "w",
                month,
                [wait(draw) * (0.4 if month > "2014-04" else 1.0) for _ in range(400)],
                [rating(draw) for _ in range(100)],
            )
            for month in months
        ]
    )
    waiting, rated = found.measures
    assert found.made == 6
    assert [(each.lower, each.higher) for each in waiting.differences] == [("2014-05", "2014-04")]
    assert rated.differences == []
    single = compare_months([figure("w", "2014-03", [1.0] * 60, [5.0] * 60)], is_single=True)
    assert [each.status for each in single.measures[0].windows] == ["one_post"]


def test_ratings_without_a_spread_have_the_widest_that_is_possible() -> None:
    draw = random.Random(3)
    rated = [rating(draw) for _ in range(300)]
    exact = figure("w", "2014-06", rated, rated)
    wide = figure("w", "2014-06", rated, rated)
    wide.rating_sd = None
    narrow, broad = exact.rating, wide.rating
    assert narrow is not None
    assert broad is not None
    inner, outer = interval_of(narrow, ERROR), interval_of(broad, ERROR)
    assert inner is not None
    assert outer is not None
    assert outer.low < inner.low < inner.high < outer.high


def test_months_are_read_in_usual_spellings() -> None:
    said = {"2014-6", "2014/06", "2014年6月", "201406", "2014.06"}
    assert {month_of(each) for each in said} == {"2014-06"}
    assert {month_of(each) for each in ("2014", "2014-13", "六月", "2014-06-01")} == {None}
