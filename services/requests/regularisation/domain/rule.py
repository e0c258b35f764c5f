"""The rule: when the evidence suffices to propose a recurring service, how often it comes, and for how many residents.

It is written down, with its reasons, in docs/decisions/0029-regularisation.md. It is arithmetic over the facts of a
year, so the same history gives the same proposals.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean, median
from typing import Literal

from services.requests.regularisation.domain.evidence import Evidence, Queued

Cadence = Literal["weekly", "fortnightly", "monthly", "two_monthly", "quarterly"]
CADENCE_DAYS: dict[Cadence, float] = {
    "weekly": 7,
    "fortnightly": 14,
    "monthly": 30.4,
    "two_monthly": 60.9,
    "quarterly": 91.3,
}
Kind = Literal["repeated", "spacing", "queue", "wishes", "waiting", "ratings"]

WINDOW = timedelta(days=365)
AHEAD = timedelta(days=60)
"""What is planned for so many days to come counts as ordered."""
ONE_OCCASION = timedelta(days=3)
"""Days that lie no further apart are one occasion: two booths of one visit say nothing about coming back."""
STALE = timedelta(days=120)
"""Where nothing has happened for so long, the need is over."""

LEAST_GAPS, SLOW_GAPS, SLOW = 4, 3, 75
"""So many gaps between occasions show a habit; fewer do where the middle one is longer than that many days, for a year
has no more of these."""
LEAST_SPAN = timedelta(days=45)
"""A row of days within six weeks is one campaign, not a habit."""
FEW_GAPS = 2
"""With fewer, nothing says how often it is needed."""
REGULAR_FACTOR, ONE_OFF_IN = 1.4, 4
"""Gaps are regular if they are within that factor of the middle one; one in four beyond the first may be off, as where
a visit was missed. Days without any habit pass in one of a hundred cases, or fewer the more there are."""
LONGEST_GAP = 120
"""What comes more seldom than that is ordered each time; a series would be of no help."""
SIZED_BY = 6
"""The size follows so many of the latest occasions."""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What the settings of requests say; see there."""

    from_points: int = 65
    least_kinds: int = 2
    long_queue: int = 15
    long_wait_minutes: int = 30
    waiting_days: int = 30
    new_points: int = 30
    answer_days: int = 14
    lapse_days: int = 90
    remind_days: int = 14
    most_a_day: int = 20


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A recurring service: how often, for how many residents, and the points that each kind of evidence has."""

    cadence: Cadence
    residents: int
    points: dict[Kind, int]

    @property
    def total(self) -> int:
        return sum(self.points.values())


def suggest(evidence: Evidence, today: date, limits: Thresholds) -> Suggestion | None:
    """Returns what to propose; None where the evidence does not suffice, or the need is over."""
    points = weigh(evidence, today, limits)
    kinds = [kind for kind, value in points.items() if kind != "ratings" and value > 0]
    if sum(points.values()) < limits.from_points or len(kinds) < limits.least_kinds:
        return None
    if not _is_alive(evidence, today):
        return None
    return Suggestion(
        cadence=_cadence(evidence, "spacing" in points),
        residents=_size(evidence, limits),
        points=points,
    )


def weigh(evidence: Evidence, today: date, limits: Thresholds) -> dict[Kind, int]:
    """Returns the points of each kind of evidence that has any."""
    days = occasions(evidence)
    queues = [each for each in evidence.queues if is_long(each, limits)]
    waited = [each for each in evidence.waiting if (today - each.since).days >= limits.waiting_days]
    points: dict[Kind, int] = {
        "repeated": _up_to(20, max(0, len(days) - 1), first=10, more=10),
        "spacing": 45 if _is_regular(days, today) else 0,
        "queue": _up_to(45, len(queues), first=30, more=5),
        "wishes": _up_to(35, len(evidence.wishes), first=25, more=5),
        "waiting": _up_to(30, max(0, len(waited) - 1), first=10, more=10),
        "ratings": _rating_points(evidence.ratings.average),
    }
    return {kind: value for kind, value in points.items() if value}


def most_points(*, lines: int, queues: int, wishes: int, waiting: int) -> int:
    """Returns what :func:`weigh` gives at most for so many facts, whatever their days."""
    return (
        _up_to(20, max(0, lines - 1), first=10, more=10)
        + (45 if lines > SLOW_GAPS else 0)
        + _up_to(45, queues, first=30, more=5)
        + _up_to(35, wishes, first=25, more=5)
        + _up_to(30, max(0, waiting - 1), first=10, more=10)
        + 5
    )


def has_new_evidence(evidence: Evidence, known: set[str], today: date, limits: Thresholds) -> bool:
    """Whether enough has come since a proposal was answered: the facts that it did not hold are weighed by
    themselves."""
    news = weigh(evidence.without(known), today, limits)
    return sum(news.values()) >= limits.new_points


def _up_to(most: int, count: int, *, first: int, more: int) -> int:
    return min(most, first + more * (count - 1)) if count else 0


def is_long(queue: Queued, limits: Thresholds) -> bool:
    """Whether residents queued for too long: many at once, for a long time, or some left without being served."""
    return (
        queue.longest >= limits.long_queue
        or queue.mean_wait_minutes >= limits.long_wait_minutes
        or queue.arrived > queue.served
    )


def occasions(evidence: Evidence) -> list[date]:
    """Returns the days on which the township had it, will have it, or asked for it and waits; days close together are
    one."""
    days = sorted(
        {
            *(each.on for each in evidence.ordered),
            *(each.since for each in evidence.waiting),
        }
    )
    apart: list[date] = []
    for day in days:
        if not apart or day - apart[-1] > ONE_OCCASION:
            apart.append(day)
    return apart


def gaps(days: Sequence[date]) -> list[int]:
    return [(after - before).days for before, after in pairwise(days)]


def _is_regular(days: Sequence[date], today: date) -> bool:
    between = gaps(days)
    if len(between) < SLOW_GAPS or days[-1] - days[0] < LEAST_SPAN:
        return False
    middle = median(between)
    if len(between) < LEAST_GAPS and middle < SLOW:
        return False
    if middle > LONGEST_GAP or (today - days[-1]).days > 2 * middle + 14:
        return False
    off = [gap for gap in between if not middle / REGULAR_FACTOR <= gap <= middle * REGULAR_FACTOR]
    return len(off) <= (len(between) - 1) // ONE_OFF_IN


def _is_alive(evidence: Evidence, today: date) -> bool:
    if evidence.waiting:
        return True
    days = [
        *(each.on for each in evidence.ordered),
        *(each.on for each in evidence.wishes),
        *(each.on for each in evidence.queues),
    ]
    return bool(days) and today - max(days) <= STALE


def _rating_points(average: float | None) -> int:
    if average is None:
        return 0
    return 5 if average >= 4 else -20 if average < 3 else 0


def _cadence(evidence: Evidence, is_regular: bool) -> Cadence:
    """The one nearest to the middle gap between occasions, but no oftener than every two weeks where they show no
    habit. Where they are too few to say, such services begin once a month if people queued or wait, else once a
    quarter."""
    between = gaps(occasions(evidence))
    if len(between) < FEW_GAPS:
        return "monthly" if evidence.queues or evidence.waiting else "quarterly"
    middle = max(1 if is_regular else CADENCE_DAYS["fortnightly"], median(between))
    return min(CADENCE_DAYS, key=lambda each: abs(math.log(middle / CADENCE_DAYS[each])))


def _size(evidence: Evidence, limits: Thresholds) -> int:
    """Residents on an occasion: the middle of the latest, or those who came where a queue was too long; in tens."""
    by_day: dict[date, int] = {}
    for each in evidence.ordered:
        by_day[each.on] = by_day.get(each.on, 0) + each.residents
    latest = [by_day[day] for day in sorted(by_day)[-SIZED_BY:]] or [
        each.residents for each in evidence.waiting
    ]
    came = [each.arrived for each in evidence.queues if is_long(each, limits)]
    residents = max(median(latest) if latest else 0, fmean(came) if came else 0)
    return max(10, 10 * math.ceil(residents / 10))
