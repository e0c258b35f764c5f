"""Neighbourhoods that are worth solving together: neighbouring sites, or teams that compete for the same lines, on some
days."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from services.dispatch.planning.optimizer.instance import Instance
from services.dispatch.planning.optimizer.lp_matrix import Indices, Numbers
from services.dispatch.planning.optimizer.lp_relaxation import Stage
from services.dispatch.planning.optimizer.partial_plan import PartialPlan
from services.dispatch.planning.optimizer.shapes import MOST_LACK, Shape
from services.dispatch.planning.problem.problem import Point

CELL_SITES = 10
MOST_OPTIONS = 3_000
"""Options in a drawn neighbourhood. One with more is seldom solved in time."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The options of some cells (groups of neighbouring sites), or of some teams (None: of any), in some days, that
    lack no more than that."""

    cells: tuple[int, ...]
    teams: tuple[int, ...] | None
    days: range
    lack: float


class Neighbourhoods:
    """Cells are a zone's sites, ten or so at a time."""

    def __init__(self, instance: Instance, stage: Stage) -> None:
        self._instance = instance
        self._prices = stage.line_prices
        parts = instance.problem.parts
        visits = instance.option_visit
        self._day_of = [instance.visits[number].slot // parts for number in visits]
        self._day = np.array(self._day_of, dtype=np.int64)
        self._last_day = np.array(
            [line.last_day for line in instance.problem.lines], dtype=np.int64
        )
        self._lack = stage.lack.astype(np.float32)
        self._cells = list(_cells(instance))
        self._centres = [
            _mean([instance.problem.sites[site].point for site in cell]) for cell in self._cells
        ]
        self._days = range(instance.problem.days)
        self._lines = [
            [line for site in cell for line in instance.of_site[site]] for cell in self._cells
        ]
        self._in_cell = [self._worthwhile(lines) for lines in self._lines]
        team = np.array([instance.visits[number].team for number in visits], dtype=np.int64)
        worthwhile = np.flatnonzero(self._lack <= MOST_LACK)
        teams = len(instance.problem.teams)
        self._of_team = _grouped(worthwhile, team[worthwhile], teams)
        self._rivalry = _rivalry(
            np.array(instance.option_line, dtype=np.int64)[worthwhile], team[worthwhile], teams
        )
        self._team_days: list[list[tuple[int, int]]] = [[] for _ in range(teams)]
        for number, team_day in enumerate(instance.team_days):
            self._team_days[team_day.team].append((team_day.day, number))

    def _worthwhile(self, lines: Iterable[int]) -> Indices:
        of_line = self._instance.of_line
        all_of = [np.arange(of_line[line].start, of_line[line].stop) for line in lines]
        together = np.concatenate(all_of) if all_of else np.zeros(0, dtype=np.int64)
        return together[self._lack[together] <= MOST_LACK]

    def sites(self, options: Iterable[int]) -> list[int]:
        """The sites of these options' lines."""
        site_of, line_of = self._instance.site_of_line, self._instance.option_line
        return sorted({site_of[line_of[option]] for option in options})

    def options(
        self, neighbourhood: Neighbourhood, plan: PartialPlan, freed: Iterable[int] = ()
    ) -> set[int]:
        """Promising options in the neighbourhood, of lines that are not placed. ``freed`` lines may go to other teams
        too."""
        groups = [self._in_cell[cell] for cell in neighbourhood.cells]
        if neighbourhood.teams is not None:
            groups = [self._of_team[team] for team in neighbourhood.teams] + [
                self._worthwhile(freed)
            ]
        line_of, placed = self._instance.option_line, plan.placings
        return {
            option
            for group in groups
            for option in self._fit(neighbourhood, group)
            if line_of[option] not in placed
        }

    def _fit(self, neighbourhood: Neighbourhood, options: Indices) -> list[int]:
        days = self._day[options]
        fit = (
            (days >= neighbourhood.days.start)
            & (days < neighbourhood.days.stop)
            & (self._lack[options] <= neighbourhood.lack)
        )
        fitting: list[int] = options[fit].tolist()
        return fitting

    def placed_in(self, neighbourhood: Neighbourhood, plan: PartialPlan) -> list[int]:
        """The lines that are served in the neighbourhood."""
        if neighbourhood.teams is not None:
            return self._served_by(neighbourhood.teams, neighbourhood.days, plan)
        lines = [line for cell in neighbourhood.cells for line in self._lines[cell]]
        day_of, placings = self._day_of, plan.placings
        return [
            line
            for line in lines
            if (placed := placings.get(line)) and day_of[placed[0][0]] in neighbourhood.days
        ]

    def _served_by(self, teams: Sequence[int], days: range, plan: PartialPlan) -> list[int]:
        numbers = [number for team in teams for day, number in self._team_days[team] if day in days]
        visits = [visit for number in numbers for visit in plan.day_visits.get(number, ())]
        return sorted({line for visit in visits for line in plan.visit_lines[visit]})

    def windows(self, days: int) -> Iterator[range]:
        """Windows of so many days that cover all days."""
        for first in range(0, len(self._days), days):
            yield range(first, min(first + days, len(self._days)))

    def line_prices(self, share: float, *, after: int) -> list[int]:
        """A share of each line's price; nothing for lines that can't wait until day ``after``."""
        waiting = np.where(self._last_day >= after, self._prices * share, 0.0)
        rounded: list[int] = np.rint(waiting).astype(np.int64).tolist()
        return rounded

    def everywhere(self, days: range, lack: float) -> Neighbourhood:
        return Neighbourhood(tuple(range(len(self._cells))), None, days, lack)

    def days_for(self, options: int, lack: float) -> int:
        """How many days have about so many options that lack no more than that; at least one."""
        in_a_day = int((self._lack <= lack).sum()) / max(1, len(self._days))
        return max(1, min(len(self._days), round(options / max(1.0, in_a_day))))

    def draw(self, shape: Shape, dice: random.Random, plan: PartialPlan) -> Neighbourhood:
        """A neighbourhood of this shape, or a smaller one where it would have too many options."""
        first = dice.randrange(max(1, len(self._days) - shape.days + 1))
        days = range(first, min(first + shape.days, len(self._days)))
        if shape.of == "teams":
            teams = self._few(self._drawn_teams(shape.size, dice), self._of_team, days, shape.lack)
            return Neighbourhood((), teams, days, shape.lack)
        return Neighbourhood(
            self._few(self._drawn_cells(shape.size, dice, plan), self._in_cell, days, shape.lack),
            None,
            days,
            shape.lack,
        )

    def _few(
        self, drawn: list[int], options: list[Indices], days: range, lack: float
    ) -> tuple[int, ...]:
        """The first of the drawn, as many as have not too many options."""
        neighbourhood = Neighbourhood((), None, days, lack)
        together = np.cumsum([len(self._fit(neighbourhood, options[number])) for number in drawn])
        return tuple(drawn[: max(1, int(np.searchsorted(together, MOST_OPTIONS, "right")))])

    def _drawn_cells(self, size: int, dice: random.Random, plan: PartialPlan) -> list[int]:
        """Cells that are near to each other. Of two cells drawn, it is about the one that loses more."""
        drawn = dice.randrange(len(self._cells)), dice.randrange(len(self._cells))
        seed = max(drawn, key=lambda cell: self._loss(cell, plan))
        near = self._around(seed, 3 * size)
        return [seed, *dice.sample(near[1:], min(size - 1, len(near) - 1))]

    def _drawn_teams(self, size: int, dice: random.Random) -> list[int]:
        """Teams that could serve many of the same lines."""
        seed = dice.randrange(len(self._of_team))
        rivals = np.argsort(-self._rivalry[seed], kind="stable").tolist()
        near = [team for team in rivals if team != seed][: size + size // 2]
        return [seed, *dice.sample(near, min(size - 1, len(near)))]

    def _loss(self, cell: int, plan: PartialPlan) -> float:
        """By how much the cell's lines are worth less in the plan than by the relaxation's prices."""
        placings, prices, lack = plan.placings, self._prices, self._lack
        return sum(
            float(lack[placed[0][0]] if (placed := placings.get(line)) else prices[line])
            for line in self._lines[cell]
        )

    def _around(self, seed: int, size: int) -> tuple[int, ...]:
        centre = self._centres[seed]
        cells = range(len(self._cells))
        return tuple(
            sorted(
                cells, key=lambda cell: (_apart(self._centres[cell], centre), cell != seed, cell)
            )[:size]
        )


def _grouped(options: Indices, group: Indices, groups: int) -> list[Indices]:
    order = np.argsort(group, kind="stable")
    return np.split(options[order], np.searchsorted(group[order], np.arange(1, groups)))


def _rivalry(line: Indices, team: Indices, teams: int) -> Numbers:
    """How many lines two teams could both serve, for any two."""
    pairs = np.unique(line * teams + team)
    height = int(line.max(initial=0)) + 1
    able = sparse.csr_matrix(
        (np.ones(len(pairs)), (pairs // teams, pairs % teams)), shape=(height, teams)
    )
    both: Numbers = (able.T @ able).toarray()
    return both


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
