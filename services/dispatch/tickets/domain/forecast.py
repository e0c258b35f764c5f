"""How long somebody waits who draws a ticket now, with how sure that is.

With ``k`` residents to be finished before a place is free for me and ``c`` places, all busy, residents leave at the
rate ``c / m`` (``m``: mean minutes a resident takes), so I wait about ``k m / c``: the time to the k-th departure of
M/M/c while all servers are busy (Kleinrock, Queueing Systems I, 1975, 3.4, an Erlang distribution). Where service
varies otherwise than exponentially, the renewal process of departures has the variance ``k v (m / c)²`` (Cox, Renewal
Theory, 1962, 3.3), ``v``: squared coefficient of variation, and the first one is done after ``m (1 + v) / 2c``
instead of ``m / c``. To that comes how badly ``m`` itself is known from so few measured times. The bounds are
quantiles of the gamma distribution with this mean and variance, by Wilson and Hilferty (1931).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

PRIOR_WEIGHT = 5
"""How many measured times the menu's, or earlier stops', weigh."""

MENU_VARIATION = 1.0
"""The squared coefficient of variation before anything is measured: that of the exponential distribution."""

LEAST_VARIATION, MOST_VARIATION = 0.05, 4.0
BOUND = 1.645
"""Standard normal quantile of the bounds: 5 and 95 in a hundred."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Minutes that a resident takes in the mean, their squared coefficient of variation, and how many times of service
    that is known from."""

    minutes: float
    variation: float
    known: float


@dataclass(frozen=True, slots=True)
class Wait:
    """In minutes: one in twenty waits less than ``early``, and one in twenty more than ``late``."""

    early: float
    expected: float
    late: float


NO_WAIT = Wait(0.0, 0.0, 0.0)


def pace_of(prior_minutes: float, measured: Iterable[float]) -> Pace:
    """The pace, from what is expected and the times of service that were measured here."""
    times = [each for each in measured if each > 0]
    known = PRIOR_WEIGHT + len(times)
    mean = (PRIOR_WEIGHT * prior_minutes + sum(times)) / known
    squares = PRIOR_WEIGHT * MENU_VARIATION + sum((each / mean - 1) ** 2 for each in times)
    variation = min(MOST_VARIATION, max(LEAST_VARIATION, squares / known))
    return Pace(mean, variation, known)


def forecast(ahead: int, busy: int, places: int, pace: Pace) -> Wait:
    """The wait of whoever has ``ahead`` others waiting before them, while ``busy`` are at one of ``places``."""
    to_finish = ahead + 1 - max(0, places - busy)
    if to_finish <= 0:
        return NO_WAIT
    step = pace.minutes / places
    expected = step * (to_finish - (1 - min(1.0, pace.variation)) / 2)
    variance = to_finish * pace.variation * step**2
    variance += expected**2 * pace.variation / pace.known
    return Wait(
        _quantile(expected, variance, -BOUND), expected, _quantile(expected, variance, BOUND)
    )


def _quantile(mean: float, variance: float, normal: float) -> float:
    """A quantile of the gamma distribution with this mean and variance, by the normal one."""
    ninth = variance / (9 * mean**2)
    return mean * max(0.0, 1 - ninth + normal * math.sqrt(ninth)) ** 3
