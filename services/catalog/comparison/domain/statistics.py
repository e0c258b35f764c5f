"""Means, their confidence intervals and their differences, from counts, means and standard deviations.

Two means are compared by Welch's t-test, which allows them different spreads (B. L. Welch, The Generalization of
"Student's" Problem when Several Different Population Variances are Involved, Biometrika 34 (1947) 28-35). Where
several comparisons are made, each is made at the error probability divided by their number: Bonferroni's correction
(O. J. Dunn, Multiple Comparisons Among Means, Journal of the American Statistical Association 56 (1961) 52-64). Then
the probability of even one false alarm among them is at most that error probability, however they depend on each other.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

CLOSE = 1e-13
"""How close, relatively, a value is found by bisection."""
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Sample:
    """``n`` measurements with their mean and variance (with n - 1 in the denominator). Where that is None, nothing can
    be said of how certain the mean is."""

    n: int
    mean: float
    variance: float | None


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much one mean is above another, with its interval; it ``is_real`` where that does not hold 0."""

    value: float
    interval: Interval

    @property
    def is_real(self) -> bool:
        return not self.interval.low <= 0 <= self.interval.high


def at_most_variance(mean: float, least: float, most: float) -> float:
    """The largest variance that values between ``least`` and ``most`` with this mean can have (Bhatia and Davis)."""
    return max(0.0, (most - mean) * (mean - least))


def pooled(samples: Iterable[Sample]) -> Sample | None:
    """All measurements of several samples as one: spread within them and between their means. None of no sample."""
    parts = list(samples)
    n = sum(each.n for each in parts)
    if not n:
        return None
    mean = sum(each.n * each.mean for each in parts) / n
    if n < 2 or any(each.variance is None for each in parts):
        return Sample(n, mean, None)
    within = sum((each.n - 1) * (each.variance or 0.0) for each in parts)
    between = sum(each.n * (each.mean - mean) ** 2 for each in parts)
    return Sample(n, mean, (within + between) / (n - 1))


def interval_of(sample: Sample, error: float) -> Interval | None:
    """The confidence interval of a mean that misses it with this probability; None where that can't be said."""
    if sample.variance is None or sample.n < 2:
        return None
    half = critical_t(error, sample.n - 1) * math.sqrt(sample.variance / sample.n)
    return Interval(sample.mean - half, sample.mean + half)


def differ(one: Sample, other: Sample, error: float) -> bool:
    """Whether two means are further apart than chance would put them with this probability: whether
    :func:`difference_of` is real, told in a fraction of the time."""
    terms = _terms(one, other)
    if terms is None:
        return False
    spread, freedom = terms
    if spread <= 0:
        return one.mean != other.mean
    return beyond_t(abs(other.mean - one.mean) / math.sqrt(spread), freedom) < error


def difference_of(one: Sample, other: Sample, error: float) -> Difference | None:
    """By how much the mean of ``other`` is above that of ``one``, with an interval that misses it with this
    probability; None where that can't be said."""
    terms = _terms(one, other)
    if terms is None:
        return None
    value = other.mean - one.mean
    spread, freedom = terms
    if spread <= 0:
        return Difference(value, Interval(value, value))
    half = critical_t(error, freedom) * math.sqrt(spread)
    return Difference(value, Interval(value - half, value + half))


def _terms(one: Sample, other: Sample) -> tuple[float, float] | None:
    """The variance of the difference of two means, and Welch's degrees of freedom."""
    if one.variance is None or other.variance is None or min(one.n, other.n) < 2:
        return None
    first, second = one.variance / one.n, other.variance / other.n
    spread = first + second
    if spread <= 0:
        return 0.0, 1.0
    return spread, spread**2 / (first**2 / (one.n - 1) + second**2 / (other.n - 1))


def critical_t(error: float, freedom: float) -> float:
    """What the absolute value of Student's t exceeds with this probability."""
    low, high = 0.0, 1.0
    while beyond_t(high, freedom) > error:
        high *= 2
    while high - low > CLOSE * high:
        middle = (low + high) / 2
        if beyond_t(middle, freedom) > error:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beyond_t(t: float, freedom: float) -> float:
    """The probability that the absolute value of Student's t exceeds ``t``."""
    return _incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5)


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun, 26.5.8)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's method."""
    c, d = 1.0, _away(1 - (a + b) * x / (a + 1))
    d = 1 / d
    found = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for factor in (even, odd):
            d = 1 / _away(1 + factor * d)
            c = _away(1 + factor / c)
            found *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return found


def _away(value: float) -> float:
    """Away from zero, by which it divides."""
    return value if abs(value) > _TINY else _TINY
