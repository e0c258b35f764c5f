"""The linear relaxation: a bound, prices that prove it, and a sense of which booths are worth looking at.

Solved by PDLP (a first-order method, Applegate et al. 2021), a few hundred iterations at a time: every stage improves
on the one before, and the prices of each prove a bound, however far they are from optimal.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.pdlp import solvers_pb2
from ortools.pdlp.python import pdlp
from scipy import sparse

from services.dispatch.adapters.instance import Instance
from services.dispatch.domain.planning.certificate import Certificate, certify
from services.dispatch.domain.planning.problem import Slot

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stage:
    """``values`` and ``lack`` of each option: how much of it the relaxed plan uses, and by how much its worth falls
    short of what the prices ask (0: it pays)."""

    bound: float
    values: Numbers
    lack: Numbers
    line_prices: Numbers
    prices: Numbers
    finished: bool


class Relaxation:
    """Call :meth:`advance` again and again; each goes on where the last one stopped."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._rows = _Rows(instance)
        self._point: pdlp.PrimalAndDualSolution | None = None
        self._problem = self._rows.quadratic_program()

    @property
    def size(self) -> int:
        """Entries of the constraint matrix; the work of an iteration grows with it."""
        return self._rows.entries

    def advance(self, iterations: int) -> Stage:
        parameters = solvers_pb2.PrimalDualHybridGradientParams()
        parameters.num_threads = 1
        parameters.termination_criteria.iteration_limit = iterations
        criteria = parameters.termination_criteria.simple_optimality_criteria
        criteria.eps_optimal_absolute = criteria.eps_optimal_relative = 1e-6
        found = pdlp.primal_dual_hybrid_gradient(self._problem, parameters, self._point)
        self._point = pdlp.PrimalAndDualSolution()
        self._point.primal_solution, self._point.dual_solution = found.primal_solution, found.dual_solution
        prices = np.maximum(0.0, -np.asarray(found.dual_solution))
        return Stage(
            self._rows.bound(prices),
            np.asarray(found.primal_solution)[: self._rows.options],
            self._rows.lack(prices),
            prices[self._rows.lines],
            prices,
            found.solve_log.iteration_count < iterations,
        )

    def certificate(self, stage: Stage) -> Certificate:
        instance, rows, prices = self._instance, self._rows, stage.prices
        lines = dict(zip((line.id for line in instance.problem.lines), prices[rows.lines].tolist(), strict=True))
        openings: dict[tuple[str, Slot], float] = {}
        for line, stop, price in zip(*rows.opening_of, prices[rows.openings].tolist(), strict=True):
            if price > 0:
                slot = instance.slot(instance.stop_slot[stop])
                openings[instance.problem.lines[line].id, slot] = price
        return certify(instance.problem, lines, openings)


class _Rows:
    """The constraint matrix, rows <= limits, columns: options, visits, stops, (team-day, zone) pairs; all from 0 to
    1."""

    def __init__(self, instance: Instance) -> None:
        self._cells: list[tuple[Indices, Indices, Numbers]] = []
        self._limits: list[Numbers] = []
        self._height = 0
        line = np.array(instance.option_line, dtype=np.int64)
        visit = np.array(instance.option_visit, dtype=np.int64)
        needed = np.array(instance.needed, dtype=np.float64)[line]
        of_visit = np.array([(v.stop, v.team_day, v.zone, v.members, v.cost) for v in instance.visits], dtype=np.int64)
        of_visit = of_visit.reshape(-1, 5)
        stops, self.options = len(instance.stop_cost), len(line)
        first_visit, first_stop = self.options, self.options + len(of_visit)
        first_zone = first_stop + stops
        option = np.arange(self.options)
        number = np.arange(len(of_visit))

        self.lines = self._add(len(instance.needed), (line, option, 1.0), limit=1.0)
        self._visits = self._add(self.options, (option, option, 1.0), (option, first_visit + visit, -1.0))
        keys, opening = np.unique(line * stops + of_visit[visit, 0], return_inverse=True)
        opened = np.arange(len(keys))
        self.opening_of = ((keys // max(1, stops)).tolist(), (keys % max(1, stops)).tolist())
        self.openings = self._add(len(keys), (opening, option, 1.0), (opened, first_stop + keys % max(1, stops), -1.0))
        self._opening = opening
        members = of_visit[:, 3].astype(np.float64)
        full = np.bincount(visit, needed, len(of_visit)) > members
        self._crowds = self._add(
            len(of_visit),
            (visit[full[visit]], option[full[visit]], needed[full[visit]]),
            (number[full], first_visit + number[full], -members[full]),
        )
        zone_keys, zone = np.unique(of_visit[:, 1] * len(instance.zones) + of_visit[:, 2], return_inverse=True)
        zone_day = zone_keys // max(1, len(instance.zones))
        most = np.array([day.most_stops for day in instance.team_days], dtype=np.float64)
        zones = np.arange(len(zone_keys))
        self._in_zone = self._add(len(of_visit), (number, first_visit + number, 1.0), (number, first_zone + zone, -1.0))
        self._zone = zone
        self._stops_in_zone = self._add(
            len(zone_keys), (zone, first_visit + number, 1.0), (zones, first_zone + zones, -most[zone_day])
        )
        self._add(len(most), (zone_day, first_zone + zones, 1.0), limit=1.0)
        self._worth = np.concatenate(
            [
                np.array(instance.option_value, dtype=np.float64),
                -of_visit[:, 4].astype(np.float64),
                -np.array(instance.stop_cost, dtype=np.float64),
                np.zeros(len(zone_keys)),
            ]
        )
        self.entries = sum(len(rows) for rows, _, _ in self._cells)
        self._line, self._visit, self._needed = line, visit, needed

    def _add(self, height: int, *cells: tuple[Indices, Indices, Numbers | float], limit: float = 0.0) -> slice:
        for rows, columns, values in cells:
            filled = np.broadcast_to(np.asarray(values, dtype=np.float64), rows.shape)
            self._cells.append((self._height + rows, columns, filled))
        self._limits.append(np.full(height, limit))
        self._height += height
        return slice(self._height - height, self._height)

    def quadratic_program(self) -> pdlp.QuadraticProgram:
        rows, columns, values = (np.concatenate(parts) for parts in zip(*self._cells, strict=True))
        width = len(self._worth)
        program = pdlp.QuadraticProgram()
        program.objective_vector = -self._worth
        self._matrix = sparse.csc_matrix((values, (rows, columns)), shape=(self._height, width))
        self._limit = np.concatenate(self._limits)
        program.constraint_matrix = self._matrix
        program.constraint_lower_bounds = np.full(self._height, -np.inf)
        program.constraint_upper_bounds = self._limit
        program.variable_lower_bounds = np.zeros(width)
        program.variable_upper_bounds = np.ones(width)
        return program

    def lack(self, prices: Numbers) -> Numbers:
        """By how much each option's worth falls short of the prices of its line, its opening and its place in the
        visit."""
        asked = prices[self.lines][self._line] + prices[self.openings][self._opening]
        asked = asked + prices[self._visits] + prices[self._crowds][self._visit] * self._needed
        worth: Numbers = self._worth[: self.options]
        return np.maximum(0.0, asked - worth)

    def bound(self, prices: Numbers) -> float:
        """What prices >= 0 prove by weak duality, without a closer look."""
        left = self._worth - self._matrix.T @ prices
        return float(self._limit @ prices + np.maximum(0.0, left).sum())
