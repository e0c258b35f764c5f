"""How many volunteers the next booth needs, from what the queues of earlier ones measured.

A half-day is too short, and at a busy booth too full, for the formulas of the steady state (M/M/c, Erlang C): where
more come than can be served they say that one waits for ever. So the half-day itself is played: residents come when
they came at the measured queues (the smoothed bootstrap; Silverman and Young, 1987), first come, first served, and each
takes one of the times that were measured (the bootstrap; Efron, 1979). The wait of each follows from the recursion of
Kiefer and Wolfowitz (1955). Where they come evenly, the steady state exists and the half-day is long, this is Erlang C,
see the tests. The dice are the same for each number of volunteers, so one more never makes anybody wait longer.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

EVENLY = (0.0, 210.0)
"""When residents come where nothing says otherwise, in minutes: at any moment of a half-day."""

PLAYED = 60
"""Half-days that are played for one figure."""

TARGET_MINUTES = 15
"""What a resident is to wait in the mean, at most."""

LEAST_SERVED = 10
"""Fewer times of service say nothing."""

MOST_VOLUNTEERS = 40


@dataclass(frozen=True, slots=True)
class Sizing:
    """``needed``: the fewest volunteers with whom the mean wait is within the target. ``wait_now`` is the wait with as
    many as are planned, ``wait_then`` with ``volunteers``, which are no more than the team has."""

    needed: int
    volunteers: int
    wait_now: float
    wait_then: float


def expected_wait(
    volunteers: int,
    arrivals: int,
    service_minutes: Sequence[float],
    arrival_minutes: Sequence[float] = EVENLY,
) -> float:
    """The mean wait in minutes of so many ``arrivals``, when ``arrival_minutes`` are minutes of the half-day at which
    residents came."""
    if not arrivals:
        return 0.0
    points = sorted(arrival_minutes)
    steps = len(points) - 1
    dice = random.Random(27)  # noqa: S311 - chance in a simulation, not a secret
    means = []
    for _ in range(PLAYED):
        came = sorted(_between(points, dice.random() * steps) for _ in range(arrivals))
        took = dice.choices(service_minutes, k=arrivals)
        free = [0.0] * volunteers
        waited = 0.0
        for at, service in zip(came, took, strict=True):
            first = min(range(volunteers), key=free.__getitem__)
            begins = max(at, free[first])
            waited += begins - at
            free[first] = begins + service
        means.append(waited / arrivals)
    return fmean(means)


def _between(points: Sequence[float], position: float) -> float:
    """The measured moments are joined by straight lines, else many would come at the very same one."""
    before = min(int(position), len(points) - 2) if len(points) > 1 else 0
    after = min(before + 1, len(points) - 1)
    return points[before] + (position - before) * (points[after] - points[before])


def size(
    planned: int,
    arrivals: int,
    service_minutes: Sequence[float],
    arrival_minutes: Sequence[float] = EVENLY,
    *,
    most: int,
    target: float = TARGET_MINUTES,
) -> Sizing:
    """Sizes a booth for which ``planned`` volunteers are planned, and to which its team can send ``most``."""
    waits = {planned: expected_wait(planned, arrivals, service_minutes, arrival_minutes)}
    needed = planned
    while waits[needed] > target and needed < MOST_VOLUNTEERS:
        needed += 1
        waits[needed] = expected_wait(needed, arrivals, service_minutes, arrival_minutes)
    volunteers = max(planned, min(needed, most))
    return Sizing(needed, volunteers, waits[planned], waits[volunteers])
