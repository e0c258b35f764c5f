"""Makes up a year of a city that begins with the circuit of 2014, for the evaluation of regularisation.

What it draws from is its own: it imports nothing of the rule that is evaluated, and knows none of its thresholds.
Each pair of a township and an item has a latent truth. A planted need comes back after a period of its own, with
jitter, misses, and weeks in which nobody could serve it. Every other pair has what a city has without a habit: the
circuit alone, an order now and then, or a row of them within a few weeks. Queues, wishes and ratings fall on both,
on needs more often. An empty year has no planted need.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "cli" / "data" / "ruian-2014.json"
MORE_ITEMS = 7
"""Besides the seven of 2014, so that there are some two hundred pairs."""
DAYS = 365
PLANTED_SHARE = 0.2
PERIODS = {7: 0.15, 14: 0.25, 30: 0.3, 61: 0.15, 91: 0.15}
"""Days, and how likely each is."""
JITTER = 0.12
"""Standard deviation of a gap, as a share of the period."""
MISSED, UNSERVED = 0.1, 0.08
WITHOUT_HABIT = {"circuit alone": 0.45, "now and then": 0.4, "within weeks": 0.15}
QUEUES = {True: 0.12, False: 0.04}
"""How likely the queue at a booth is long: where there is a need, and where there is none."""
WISHES = {True: 0.35, False: 0.06}
"""How likely a township says so in a wish during the year."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A line of an order, and what became of it: ``on`` is None where nobody could serve it."""

    township: str
    item: str
    needed_on: date
    ordered_on: date
    on: date | None
    residents: int
    score: int
    residents_scores: tuple[int, ...] = ()
    queue: tuple[int, int, int] | None = None
    """Waiting at once, minutes, left without being served."""


@dataclass(frozen=True, slots=True)
class Wish:
    township: str
    item: str
    on: date
    residents: int


@dataclass(slots=True)
class Year:
    """``truth``: the period and the usual number of residents of each planted pair."""

    begins_on: date
    townships: list[str]
    items: list[str]
    visits: list[Visit] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    truth: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)


def synthetic_year(seed: int, *, empty: bool = False) -> Year:
    """The same seed gives the same year."""
    chance = random.Random(f"{seed} {empty}")
    data = json.loads(DATA.read_text("utf-8"))
    begins_on = date.fromisoformat(data["campaign"]["starts_on"])
    townships = [each["code"] for each in data["townships"]]
    of_2014 = [each["code"] for each in data["service_items"]]
    items = [*of_2014, *(f"synthetic-{number}" for number in range(1, MORE_ITEMS + 1))]
    year = Year(begins_on, townships, items)
    circuit = _circuit(begins_on, data)
    for township in townships:
        for item in items:
            is_planted = not empty and chance.random() < PLANTED_SHARE
            usual = chance.randrange(30, 150)
            first = [circuit[township]] if item in of_2014 else []
            if is_planted:
                period = chance.choices(list(PERIODS), list(PERIODS.values()))[0]
                year.truth[township, item] = (period, usual)
                days = [*first, *_habit(chance, period, begins_on, bool(first))]
            else:
                days = [*first, *_no_habit(chance, begins_on)]
            year.visits += [
                _visit(chance, township, item, day, usual, is_need=is_planted)
                for day in sorted(set(days))
            ]
            if chance.random() < WISHES[is_planted]:
                said_on = begins_on + timedelta(days=chance.randrange(DAYS))
                year.wishes.append(Wish(township, item, said_on, chance.randrange(20, 200)))
    year.visits.sort(key=lambda each: (each.ordered_on, each.township, each.item))
    year.wishes.sort(key=lambda each: (each.on, each.township, each.item))
    return year


def _circuit(begins_on: date, data: dict[str, Any]) -> dict[str, date]:
    """A day of the campaign for each township; the first stop's is stated, the others are synthetic."""
    days: list[date] = []
    day = begins_on
    while len(days) < len(data["townships"]):
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    first = data["first_stop"]["township"]
    codes = [first, *(each["code"] for each in data["townships"] if each["code"] != first)]
    return dict(zip(codes, days, strict=True))


def _habit(chance: random.Random, period: int, begins_on: date, had_it: bool) -> Iterator[date]:
    at = float(period if had_it else chance.randrange(1, 60))
    while at < DAYS:
        if chance.random() >= MISSED:
            yield begins_on + timedelta(days=round(at))
        at += max(1.0, chance.gauss(period, max(1.0, JITTER * period)))


def _no_habit(chance: random.Random, begins_on: date) -> list[date]:
    kind = chance.choices(list(WITHOUT_HABIT), list(WITHOUT_HABIT.values()))[0]
    if kind == "circuit alone":
        return []
    if kind == "now and then":
        at, days = 0.0, []
        a_year = chance.uniform(1, 6)
        while (at := at + chance.expovariate(a_year / DAYS)) < DAYS:
            days.append(begins_on + timedelta(days=int(at)))
        return days
    first = chance.randrange(DAYS - 25)
    return [
        begins_on + timedelta(days=first + chance.randrange(25))
        for _ in range(chance.randrange(3, 7))
    ]


def _visit(
    chance: random.Random, township: str, item: str, day: date, usual: int, *, is_need: bool
) -> Visit:
    came = max(5, round(chance.gauss(usual, usual / 5)))
    is_served = chance.random() >= UNSERVED
    queue = None
    if is_served and chance.random() < QUEUES[is_need]:
        queue = (chance.randrange(18, 60), chance.randrange(20, 90), chance.randrange(0, 30))
    scores = chance.choices((2, 3, 4, 5), (3, 12, 40, 45), k=1 + chance.randrange(4))
    return Visit(
        township=township,
        item=item,
        needed_on=day,
        ordered_on=day - timedelta(days=chance.randrange(7, 21)),
        on=day if is_served else None,
        residents=came,
        score=scores[0],
        residents_scores=tuple(scores[1:]),
        queue=queue,
    )
