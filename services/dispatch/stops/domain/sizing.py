"""How many volunteers a booth needs, so that nobody waits too long."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shared.kernel.errors import InvalidInput

MOST_VOLUNTEERS = 1000


@dataclass(frozen=True, slots=True)
class Observed:
    """What one booth at an earlier stop showed: ``volunteers`` at work, mean minutes waited, minutes a resident took,
    residents who came in an hour."""

    volunteers: int
    waited_minutes: float
    minutes_per_resident: float
    arrivals_per_hour: float


def waiting_chance(volunteers: int, load: float) -> float:
    """The chance that a resident has to wait, M/M/c: Erlang C, by the recursion for Erlang B.

    ``load`` is arrivals x service time in Erlang. Sources: Erlang 1917; Cooper, Introduction to Queueing Theory, 1981,
    3.4.
    """
    if load >= volunteers:
        return 1.0
    blocked = 1.0
    for count in range(1, volunteers + 1):
        blocked = load * blocked / (count + load * blocked)
    return volunteers * blocked / (volunteers - load * (1 - blocked))


def mean_wait_minutes(
    volunteers: int, arrivals_per_hour: float, minutes_per_resident: float, variability: float = 1.0
) -> float:
    """The mean wait; infinite where more come than can be served.

    ``variability`` is (ca² + cs²) / 2, the mean of the squared coefficients of variation of the times between arrivals
    and of service; 1 is M/M/c, other values scale its wait. Source: Allen, Probability, Statistics and Queueing
    Theory, 1990, 5.3 (Allen-Cunneen approximation of GI/G/c).
    """
    load = arrivals_per_hour * minutes_per_resident / 60
    if load >= volunteers:
        return math.inf
    return (
        waiting_chance(volunteers, load) * minutes_per_resident / (volunteers - load) * variability
    )


def measured_variability(observed: Sequence[Observed]) -> float:
    """The variability that explains the waits of earlier stops, in the mean, by how many came; 1 where nothing can be
    learnt.

    A stop at which more came than could be served says nothing about it.
    """
    waited = expected = 0.0
    for stop in observed:
        by_formula = mean_wait_minutes(
            stop.volunteers, stop.arrivals_per_hour, stop.minutes_per_resident
        )
        if math.isfinite(by_formula):
            waited += stop.waited_minutes * stop.arrivals_per_hour
            expected += by_formula * stop.arrivals_per_hour
    return waited / expected if expected else 1.0


def volunteers_for(
    attendance: int,
    hours: float,
    minutes_per_resident: float,
    *,
    most_wait_minutes: float = 10.0,
    earlier: Sequence[Observed] = (),
) -> int:
    """The fewest volunteers with whom ``attendance`` residents, spread over ``hours``, wait no longer than that in the
    mean.

    :raises InvalidInput: a number is not positive, or more than a thousand volunteers would be needed.
    """
    given = {
        "hours": hours,
        "minutes_per_resident": minutes_per_resident,
        "most_wait_minutes": most_wait_minutes,
    }
    for name, value in given.items():
        if not value > 0:
            raise InvalidInput("sizing.not_positive", field=name, value=value)
    if attendance < 0:
        raise InvalidInput("sizing.not_positive", field="attendance", value=attendance)
    arrivals = attendance / hours
    variability = measured_variability(earlier)
    first = max(1, math.ceil(arrivals * minutes_per_resident / 60))
    for volunteers in range(first, MOST_VOLUNTEERS + 1):
        if (
            mean_wait_minutes(volunteers, arrivals, minutes_per_resident, variability)
            <= most_wait_minutes
        ):
            return volunteers
    raise InvalidInput(
        "sizing.too_many", field="attendance", attendance=attendance, most=MOST_VOLUNTEERS
    )
