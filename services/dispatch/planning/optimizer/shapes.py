"""Which kinds of neighbourhood to look at: shares the work out among them by what they gain."""

import random
from typing import Literal, NamedTuple

MOST_LACK = 60.0


class Shape(NamedTuple):
    """So many places (cells of neighbouring sites) or teams, in so many days on end. ``lack``: what an option may lack
    by the prices and still be tried, in units of the objective."""

    of: Literal["places", "teams"]
    size: int
    days: int
    lack: float


SHAPES = (
    Shape("places", 2, 30, 5.0),
    Shape("teams", 6, 30, 5.0),
    Shape("places", 3, 14, 5.0),
    Shape("teams", 6, 30, 20.0),
    Shape("places", 5, 7, 20.0),
    Shape("teams", 4, 30, MOST_LACK),
    Shape("places", 15, 2, MOST_LACK),
    Shape("teams", 10, 30, 5.0),
    Shape("places", 2, 30, 20.0),
    Shape("teams", 6, 14, 20.0),
    Shape("places", 3, 20, 20.0),
    Shape("teams", 10, 14, 20.0),
    Shape("places", 3, 30, 5.0),
    Shape("teams", 20, 7, 20.0),
    Shape("places", 2, 30, MOST_LACK),
    Shape("teams", 12, 7, MOST_LACK),
    Shape("places", 5, 30, 5.0),
    Shape("places", 8, 14, 5.0),
    Shape("places", 15, 7, 5.0),
    Shape("places", 12, 7, 20.0),
    Shape("places", 30, 3, 20.0),
    Shape("places", 30, 2, MOST_LACK),
    Shape("places", 60, 2, 20.0),
)
"""Many places or teams for a short time to few for long, and between; how far to look beyond what pays by the prices.
Places say which stops are opened, teams who goes to them: a plan that no neighbourhood of the one kind betters is
often far from good by the other."""

LEARNING = 0.1
LEAST_SHARE = 0.05
LEAST_WORK = 1e-3
"""What any neighbourhood is taken to cost at least."""


class Shapes:
    """Shares the work out among the shapes by what each lately gained for its work; what is not known is tried."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._rate: dict[Shape, float] = {}
        self._work: dict[Shape, float] = {}

    def draw(self) -> Shape:
        for shape in SHAPES:
            if shape not in self._rate:
                return shape
        best = max(self._rate.values()) or 1.0
        weights = [
            max(LEAST_SHARE, (self._rate[shape] / best) ** 2) / self._work[shape]
            for shape in SHAPES
        ]
        return self._dice.choices(SHAPES, weights)[0]

    def learn(self, shape: Shape, gained: int, work: float) -> None:
        spent = max(work, LEAST_WORK)
        rate, usual = gained / spent, self._work.get(shape, spent)
        self._rate[shape] = rate + (1 - LEARNING) * (self._rate.get(shape, rate) - rate)
        self._work[shape] = spent + (1 - LEARNING) * (usual - spent)
