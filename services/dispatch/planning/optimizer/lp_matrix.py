"""The linear relaxation's constraint matrix: rows <= limits, columns options, visits, stops and (team-day, zone) pairs,
all from 0 to 1 (visits beyond a team's fair share: to any number).

A visit that only one booth could need is that booth's column, and a pair that only one visit could need is that
visit's: in a province they are three visits of four, and a matrix half the size has the same bound.
"""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
from ortools.pdlp.python import pdlp
from scipy import sparse

from services.dispatch.planning.optimizer.covers import covers
from services.dispatch.planning.optimizer.instance import Instance

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


class LpMatrix:
    """``lines`` and ``openings`` are the rows whose prices a certificate is made of; ``opening_of`` says which line and
    stop each opening is about. ``team_days`` are those by which a team is in one zone a day."""

    def __init__(self, instance: Instance) -> None:
        self._cells: list[tuple[Indices, Indices, Numbers]] = []
        self._limits: list[Numbers] = []
        self._height = 0
        self._instance = instance
        self._line = np.array(instance.option_line, dtype=np.int64)
        self._visit = np.array(instance.option_visit, dtype=np.int64)
        of_visit = [(v.stop, v.team_day, v.zone, v.members, v.cost) for v in instance.visits]
        self._of_visit = np.array(of_visit, dtype=np.int64).reshape(-1, 5)
        self.options = len(self._line)
        self._worth: list[Numbers] = [np.array(instance.option_value, dtype=np.float64)]
        self._most: list[Numbers] = [np.ones(self.options)]
        self._width = self.options
        self.township_codes: list[str] = []

        self.lines = self._add(
            len(instance.needed), (self._line, np.arange(self.options), 1.0), limit=1.0
        )
        self._add_openings()
        self._add_visits()
        self.team_days = self._add_team_days()
        self.loads = self._add_loads()
        self.townships = self._add_townships()
        self.entries = sum(len(rows) for rows, _, _ in self._cells)
        self._finish()

    def _add(
        self, height: int, *cells: tuple[Indices, Indices, Numbers | float], limit: float = 0.0
    ) -> slice:
        for rows, columns, values in cells:
            filled = np.broadcast_to(np.asarray(values, dtype=np.float64), rows.shape)
            self._cells.append((self._height + rows, columns, filled))
        self._limits.append(np.full(height, limit))
        self._height += height
        return slice(self._height - height, self._height)

    def _columns(self, worth: Numbers, most: float = 1.0) -> Indices:
        self._worth.append(worth)
        self._most.append(np.full(len(worth), most))
        self._width += len(worth)
        return np.arange(self._width - len(worth), self._width)

    def _add_openings(self) -> None:
        """A line in a slot needs its stop."""
        stops = len(self._instance.stop_cost)
        opened = self._columns(-np.array(self._instance.stop_cost, dtype=np.float64))
        stop = self._of_visit[self._visit, 0]
        keys, opening = np.unique(self._line * stops + stop, return_inverse=True)
        of_line, of_stop = keys // max(1, stops), keys % max(1, stops)
        self.opening_of: tuple[list[int], list[int]] = of_line.tolist(), of_stop.tolist()
        number = np.arange(len(keys))
        self.openings = self._add(
            len(keys), (opening, np.arange(self.options), 1.0), (number, opened[of_stop], -1.0)
        )

    def _add_visits(self) -> None:
        """A booth needs the team there, which has so many volunteers."""
        visits, members = len(self._of_visit), self._of_visit[:, 3].astype(np.float64)
        cost = self._of_visit[:, 4].astype(np.float64)
        needed = np.array(self._instance.needed, dtype=np.float64)[self._line]
        full = np.bincount(self._visit, needed, visits) > members
        alone = (np.bincount(self._visit, minlength=visits) == 1) & ~full
        option = np.arange(self.options)
        self._visited = np.zeros(visits, dtype=np.int64)
        self._visited[self._visit] = option
        self._visited[~alone] = self._columns(-cost[~alone])
        self._worth[0] -= np.where(alone[self._visit], cost[self._visit], 0.0)
        apart = option[~alone[self._visit]]
        self._add(
            len(apart),
            (np.arange(len(apart)), apart, 1.0),
            (np.arange(len(apart)), self._visited[self._visit[apart]], -1.0),
        )
        crowded = option[full[self._visit]]
        row = np.cumsum(full) - 1
        self._add(
            int(full.sum()),
            (row[self._visit[crowded]], crowded, needed[crowded]),
            (row[full], self._visited[full], -members[full]),
        )
        self._add_covers(crowded)

    def _add_covers(self, crowded: Indices) -> None:
        """Which booths are too many for one visit; booths that teams may share are never."""
        instance = self._instance
        needed: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for option in crowded.tolist():
            line = instance.option_line[option]
            if not instance.shared[line]:
                needed[instance.option_visit[option]][option] = instance.needed[line]
        rows: list[int] = []
        booths: list[int] = []
        visits: list[int] = []
        mosts: list[int] = []
        for visit, its in needed.items():
            for cover, most in covers(its, instance.visits[visit].members):
                booths += cover
                rows += [len(mosts)] * len(cover)
                visits.append(visit)
                mosts.append(most)
        row = np.arange(len(mosts))
        self._add(
            len(mosts),
            (np.array(rows, dtype=np.int64), np.array(booths, dtype=np.int64), 1.0),
            (
                row,
                self._visited[np.array(visits, dtype=np.int64)],
                -np.array(mosts, dtype=np.float64),
            ),
        )

    def _add_team_days(self) -> slice:
        """A team is in one zone a day, at so many stops."""
        zones, visits = max(1, len(self._instance.zones)), len(self._of_visit)
        keys, pair = np.unique(
            self._of_visit[:, 1] * zones + self._of_visit[:, 2], return_inverse=True
        )
        team_day = keys // zones
        days = len(self._instance.team_days)
        most = np.array([day.most_stops for day in self._instance.team_days], dtype=np.float64)[
            team_day
        ]
        there = np.bincount(pair, minlength=len(keys))
        alone = there == 1
        chosen = np.zeros(len(keys), dtype=np.int64)
        chosen[pair] = self._visited
        chosen[~alone] = self._columns(np.zeros(int((~alone).sum())))
        apart = np.arange(visits)[~alone[pair]]
        number = np.arange(len(apart))
        self._add(
            len(apart), (number, self._visited[apart], 1.0), (number, chosen[pair[apart]], -1.0)
        )
        crowded = there > most
        packed = np.arange(visits)[crowded[pair]]
        row = np.cumsum(crowded) - 1
        self._add(
            int(crowded.sum()),
            (row[pair[packed]], self._visited[packed], 1.0),
            (row[crowded], chosen[crowded], -most[crowded]),
        )
        return self._add(days, (team_day, chosen, 1.0), limit=1.0)

    def _add_loads(self) -> slice:
        """Visits beyond a team's fair share cost more."""
        instance = self._instance
        if not instance.fair_share:
            return self._add(0)
        team = np.array([visit.team for visit in instance.visits], dtype=np.int64)
        teams = len(instance.fair_share)
        beyond = self._columns(
            np.full(teams, -float(instance.problem.weights.overload)), float(len(team))
        )
        rows = self._add(teams, (team, self._visited, 1.0), (np.arange(teams), beyond, -1.0))
        self._limits[-1] = np.array(instance.fair_share, dtype=np.float64)
        return rows

    def _add_townships(self) -> slice:
        """A township's first line is worth more."""
        first = self._instance.problem.weights.first_served
        if not first:
            return self._add(0)
        of_line = np.array(self._instance.township_of_line)
        codes, number = np.unique(of_line, return_inverse=True)
        self.township_codes, count = codes.tolist(), len(codes)
        served = self._columns(np.full(count, float(first)))
        option = np.arange(self.options)
        return self._add(count, (np.arange(count), served, 1.0), (number[self._line], option, -1.0))

    def _finish(self) -> None:
        rows, columns, values = (np.concatenate(parts) for parts in zip(*self._cells, strict=True))
        self._cells.clear()
        self._gain, self._upper = np.concatenate(self._worth), np.concatenate(self._most)
        self._limit = np.concatenate(self._limits)
        self._matrix = sparse.csc_matrix(
            (values, (rows, columns)), shape=(self._height, self._width)
        )

    def quadratic_program(self) -> pdlp.QuadraticProgram:
        program = pdlp.QuadraticProgram()
        program.objective_vector = -self._gain
        program.constraint_matrix = self._matrix
        program.constraint_lower_bounds = np.full(self._height, -np.inf)
        program.constraint_upper_bounds = self._limit
        program.variable_lower_bounds = np.zeros(self._width)
        program.variable_upper_bounds = self._upper
        return program

    def left(self, prices: Numbers) -> Numbers:
        """The reduced gain of each column: what it is worth beyond its rows' prices."""
        left: Numbers = self._gain - self._matrix.T @ prices
        return left

    def bound(self, prices: Numbers) -> float:
        """The bound that prices >= 0 prove by weak duality. A certificate of the same prices proves a closer one."""
        return float(self._limit @ prices + self._upper @ np.maximum(0.0, self.left(prices)))
