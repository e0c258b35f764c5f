"""Parts of a large problem that are worth solving together: neighbouring sites in some days."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from services.dispatch.adapters.instance import Instance
from services.dispatch.adapters.ledger import Ledger
from services.dispatch.adapters.relaxation import Stage
from services.dispatch.adapters.rows import Indices
from services.dispatch.domain.planning.problem import Point

CELL_SITES = 10
MOST_LACK = 60.0


class Shape(NamedTuple):
    """``lack``: what an option may lack by the prices and still be tried, in units of the objective."""

    cells: int
    days: int
    lack: float


SHAPES = (
    Shape(2, 30, 5.0),
    Shape(3, 14, 5.0),
    Shape(5, 7, 20.0),
    Shape(15, 2, MOST_LACK),
    Shape(2, 30, 20.0),
    Shape(3, 20, 20.0),
    Shape(3, 30, 5.0),
    Shape(2, 30, MOST_LACK),
    Shape(5, 30, 5.0),
    Shape(8, 14, 5.0),
    Shape(15, 7, 5.0),
    Shape(12, 7, 20.0),
    Shape(30, 3, 20.0),
    Shape(30, 2, MOST_LACK),
    Shape(60, 2, 20.0),
)
"""Many places for a short time to few for long, and between; how far to look beyond what pays by the prices."""

LEARNING = 0.1
LEAST_SHARE = 0.05
LEAST_WORK = 1e-3
"""What any part is taken to cost at least."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some cells (groups of neighbouring sites) in some days, and the options that lack no more than that."""

    cells: tuple[int, ...]
    days: range
    lack: float


class Parts:
    """Cells are a zone's sites, ten or so at a time."""

    def __init__(self, instance: Instance, stage: Stage) -> None:
        self._instance = instance
        self._prices = stage.line_prices
        parts = instance.problem.parts
        visits = instance.option_visit
        self._day_of = [instance.visits[number].slot // parts for number in visits]
        self._day = np.array(self._day_of, dtype=np.int64)
        self._last_day = np.array([line.last_day for line in instance.problem.lines], dtype=np.int64)
        self._lack = stage.lack.astype(np.float32)
        self._cells = list(_cells(instance))
        self._centres = [_mean([instance.problem.sites[site].point for site in cell]) for cell in self._cells]
        cell_of = {site: number for number, cell in enumerate(self._cells) for site in cell}
        self._cell_of_line = [cell_of.get(site, -1) for site in instance.site_of_line]
        self._days = range(instance.problem.days)
        self._lines = [[line for site in cell for line in instance.of_site[site]] for cell in self._cells]
        self._options = [self._worthwhile_in(lines) for lines in self._lines]

    def _worthwhile_in(self, lines: list[int]) -> Indices:
        of_line = self._instance.of_line
        all_of = [np.arange(of_line[line].start, of_line[line].stop) for line in lines]
        together = np.concatenate(all_of) if all_of else np.zeros(0, dtype=np.int64)
        return together[self._lack[together] <= MOST_LACK]

    def sites(self, part: Part) -> list[int]:
        return [site for cell in part.cells for site in self._cells[cell]]

    def options(self, part: Part, ledger: Ledger) -> set[int]:
        """Options in the part that are worth a look, of lines that are not placed."""
        found: set[int] = set()
        line_of, placed = self._instance.option_line, ledger.placings
        for cell in part.cells:
            options = self._options[cell]
            days = self._day[options]
            wanted = (days >= part.days.start) & (days < part.days.stop) & (self._lack[options] <= part.lack)
            in_days = options[wanted].tolist()
            found.update(option for option in in_days if line_of[option] not in placed)
        return found

    def placed_in(self, part: Part, ledger: Ledger) -> list[int]:
        """The lines that are served in the part."""
        lines = [line for cell in part.cells for line in self._lines[cell]]
        day_of, placings = self._day_of, ledger.placings
        return [line for line in lines if (placed := placings.get(line)) and day_of[placed[0][0]] in part.days]

    def windows(self, days: int) -> Iterator[range]:
        """All days, so many at a time."""
        for first in range(0, len(self._days), days):
            yield range(first, min(first + days, len(self._days)))

    def line_prices(self, share: float, *, after: int) -> list[int]:
        """A share of each line's price; nothing for lines that can't wait until day ``after``."""
        waiting = np.where(self._last_day >= after, self._prices * share, 0.0)
        rounded: list[int] = np.rint(waiting).astype(np.int64).tolist()
        return rounded

    def every_cell(self) -> tuple[int, ...]:
        return tuple(range(len(self._cells)))

    def days_for(self, options: int, lack: float) -> int:
        """How many days have about so many options that lack no more than that; at least one."""
        in_a_day = int((self._lack <= lack).sum()) / max(1, len(self._days))
        return max(1, min(len(self._days), round(options / max(1.0, in_a_day))))

    def draw(self, shape: Shape, dice: random.Random, ledger: Ledger) -> Part:
        """A part of this shape: cells that are near to each other, some days on end. Of two cells drawn, it is about
        the one that loses more."""
        drawn = dice.randrange(len(self._cells)), dice.randrange(len(self._cells))
        seed = max(drawn, key=lambda cell: self._loss(cell, ledger))
        near = self._around(seed, 3 * shape.cells)
        others = dice.sample(near[1:], min(shape.cells - 1, len(near) - 1))
        first = dice.randrange(max(1, len(self._days) - shape.days + 1))
        days = range(first, min(first + shape.days, len(self._days)))
        return Part((seed, *sorted(others)), days, shape.lack)

    def _loss(self, cell: int, ledger: Ledger) -> float:
        """By how much the cell's lines are worth less in the plan than by the relaxation's prices."""
        placings, prices, lack = ledger.placings, self._prices, self._lack
        return sum(
            float(lack[placed[0][0]] if (placed := placings.get(line)) else prices[line]) for line in self._lines[cell]
        )

    def _around(self, seed: int, size: int) -> tuple[int, ...]:
        centre = self._centres[seed]
        cells = range(len(self._cells))
        return tuple(sorted(cells, key=lambda cell: (_apart(self._centres[cell], centre), cell != seed, cell))[:size])


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
        weights = [max(LEAST_SHARE, (self._rate[shape] / best) ** 2) / self._work[shape] for shape in SHAPES]
        return self._dice.choices(SHAPES, weights)[0]

    def learn(self, shape: Shape, gained: int, work: float) -> None:
        spent = max(work, LEAST_WORK)
        rate, usual = gained / spent, self._work.get(shape, spent)
        self._rate[shape] = rate + (1 - LEARNING) * (self._rate.get(shape, rate) - rate)
        self._work[shape] = spent + (1 - LEARNING) * (usual - spent)


def _cells(instance: Instance) -> Iterator[list[int]]:
    zones: dict[str, list[int]] = {}
    sites: Sequence[Point] = [site.point for site in instance.problem.sites]
    for site, lines in enumerate(instance.of_site):
        if lines:
            zones.setdefault(instance.problem.sites[site].zone, []).append(site)
    for zone in sorted(zones):
        left = sorted(zones[zone], key=lambda site: (sites[site], site))
        while left:
            seed = sites[left[0]]
            near = sorted(left, key=lambda site: (_apart(sites[site], seed), site))[:CELL_SITES]
            yield near
            left = [site for site in left if site not in set(near)]


def _mean(points: list[Point]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _apart(a: Point, b: Point) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
