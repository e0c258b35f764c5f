"""Which windows differ: of one kind only, on enough measurements, and never by one person's figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Literal

from services.catalog.comparison.domain.figures import WindowFigure
from services.catalog.comparison.domain.statistics import (
    Difference,
    Interval,
    Sample,
    differ,
    difference_of,
    interval_of,
    pooled,
)

Measure = Literal["waiting", "rating"]
MEASURES: tuple[Measure, ...] = ("waiting", "rating")
"""Shorter waits and higher ratings are better. How many were served says how many came, and is no measure."""
Status = Literal["enough", "too_few", "no_spread", "one_post", "no_data"]
"""Whether a window's figure is compared. ``one_post``: its figures would be one person's."""

LEAST = 50
"""Fewer measurements than this are not compared: waits are skewed, and a t-test of fewer is no longer right."""
ERROR = 0.05
"""The probability of a false alarm, at most, in all of what is shown at once."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A window's mean, with the interval in which it lies; the intervals of all windows shown hold together."""

    code: str
    n: int
    mean: float | None
    interval: Interval | None
    status: Status


@dataclass(frozen=True, slots=True)
class Found:
    """Two windows, or two months of one, whose means differ; ``higher`` has the higher one."""

    lower: str
    higher: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Comparison:
    """What can be said on one measure: each window's mean, and the differences that are real."""

    measure: Measure
    windows: Sequence[Judged]
    differences: Sequence[Found]


@dataclass(frozen=True, slots=True)
class Comparisons:
    """On all measures; ``made`` is how many comparisons were made, by which the error probability was divided."""

    measures: Sequence[Comparison]
    made: int


PairsOf = Callable[[Sequence[str]], Sequence[tuple[str, str]]]


def sample_of(figure: WindowFigure, measure: Measure) -> Sample | None:
    return figure.waiting if measure == "waiting" else figure.rating


def compare_windows(
    figures: Mapping[str, Sequence[WindowFigure]], single: frozenset[str] = frozenset()
) -> Comparisons:
    """Compares each window with each other one, all months of a window as one sample. ``single`` are the windows with
    one post."""
    return _compare(
        {
            measure: {
                code: pooled(
                    sample for each in found if (sample := sample_of(each, measure)) is not None
                )
                for code, found in figures.items()
            }
            for measure in MEASURES
        },
        single,
        lambda codes: list(combinations(codes, 2)),
    )


def compare_months(figures: Sequence[WindowFigure], *, is_single: bool = False) -> Comparisons:
    """Compares each month of one window with the month before it on which there is enough; not where the window
    ``is_single``: has one post."""
    return _compare(
        {
            measure: {each.month: sample_of(each, measure) for each in figures}
            for measure in MEASURES
        },
        frozenset(each.month for each in figures if is_single),
        lambda months: list(pairwise(months)),
    )


def _compare(
    samples: Mapping[Measure, Mapping[str, Sample | None]],
    single: frozenset[str],
    pairs_of: PairsOf,
) -> Comparisons:
    stati = {
        measure: {name: _status(sample, name in single) for name, sample in found.items()}
        for measure, found in samples.items()
    }
    enough = {
        measure: [name for name, status in found.items() if status == "enough"]
        for measure, found in stati.items()
    }
    pairs = {measure: pairs_of(names) for measure, names in enough.items()}
    made = sum(map(len, pairs.values()))
    shown = sum(map(len, enough.values()))
    return Comparisons(
        [
            Comparison(
                measure,
                [
                    _judged(name, sample, stati[measure][name], ERROR / max(1, shown))
                    for name, sample in found.items()
                ],
                _found(found, pairs[measure], ERROR / max(1, made)),
            )
            for measure, found in samples.items()
        ],
        made,
    )


def _status(sample: Sample | None, is_single: bool) -> Status:
    if sample is None:
        return "no_data"
    if is_single:
        return "one_post"
    if sample.n < LEAST:
        return "too_few"
    return "no_spread" if sample.variance is None else "enough"


def _judged(name: str, sample: Sample | None, status: Status, error: float) -> Judged:
    """Of what is not compared the number is shown, and no mean: nobody ranks by it then."""
    if sample is None or status != "enough":
        return Judged(name, 0 if sample is None else sample.n, None, None, status)
    return Judged(name, sample.n, sample.mean, interval_of(sample, error), status)


def _found(
    samples: Mapping[str, Sample | None], pairs: Sequence[tuple[str, str]], error: float
) -> list[Found]:
    found = []
    for one, other in pairs:
        first, second = samples[one], samples[other]
        if first is None or second is None or not differ(first, second, error):
            continue
        if first.mean > second.mean:
            low, high = (other, second), (one, first)
        else:
            low, high = (one, first), (other, second)
        difference = difference_of(low[1], high[1], error)
        if difference is not None:
            found.append(Found(low[0], high[0], difference))
    return found
