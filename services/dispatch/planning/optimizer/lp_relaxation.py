"""The linear relaxation: a bound, prices that prove it, and a sense of which booths are worth looking at.

Solved by PDLP (a first-order method, Applegate et al. 2021) in stages: every one improves on the one before, and the
prices of each prove a bound, however far they are from optimal.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
from ortools.pdlp import solvers_pb2
from ortools.pdlp.python import pdlp

from services.dispatch.planning.optimizer.instance import Instance
from services.dispatch.planning.optimizer.lp_matrix import LpMatrix, Numbers
from services.dispatch.planning.problem.certificate import Certificate, Prices, certify
from services.dispatch.planning.problem.problem import Slot


@dataclass(frozen=True, slots=True)
class Stage:
    """``values`` and ``lack`` of each option: how much of it the relaxed plan uses, and by how much its worth falls
    short of what the prices ask (0: it pays)."""

    bound: float
    values: Numbers
    lack: Numbers
    line_prices: Numbers
    day_prices: Numbers
    prices: Numbers
    finished: bool


class LpRelaxation:
    """Call :meth:`advance` again and again; each goes on where the last one stopped, at the primal weight (how long
    primal steps are beside dual ones) that it ended with.

    What PDLP itself begins with is far off here, and it is found at restarts only: so the first stages should be short,
    and each as long as all before it together.
    """

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._rows = LpMatrix(instance)
        self._point: pdlp.PrimalAndDualSolution | None = None
        self._problem = self._rows.quadratic_program()
        self._parameters = solvers_pb2.PrimalDualHybridGradientParams(num_threads=1)

    @property
    def size(self) -> int:
        """Entries of the constraint matrix; the work of an iteration grows with it."""
        return self._rows.entries

    def advance(self, iterations: int, seconds: float = inf) -> Stage:
        """Runs so many iterations more, or fewer if the relaxation is solved or the time is over."""
        parameters, limits = self._parameters, self._parameters.termination_criteria
        limits.iteration_limit, limits.time_sec_limit = iterations, max(0.0, seconds)
        criteria = limits.simple_optimality_criteria
        criteria.eps_optimal_absolute = criteria.eps_optimal_relative = 1e-6
        found = pdlp.primal_dual_hybrid_gradient(self._problem, parameters, self._point)
        self._point = pdlp.PrimalAndDualSolution()
        self._point.primal_solution, self._point.dual_solution = (
            found.primal_solution,
            found.dual_solution,
        )
        parameters.initial_primal_weight = found.solve_log.solution_stats.primal_weight
        prices = np.maximum(0.0, -np.asarray(found.dual_solution))
        return Stage(
            self._rows.bound(prices),
            np.asarray(found.primal_solution)[: self._rows.options],
            np.maximum(0.0, -self._rows.left(prices)[: self._rows.options]),
            prices[self._rows.lines],
            prices[self._rows.team_days],
            prices,
            found.solve_log.iteration_count < iterations,
        )

    def certificate(self, stage: Stage) -> Certificate:
        instance, rows, prices = self._instance, self._rows, stage.prices
        lines = dict(
            zip(
                (line.id for line in instance.problem.lines),
                prices[rows.lines].tolist(),
                strict=True,
            )
        )
        openings: dict[tuple[str, Slot], float] = {}
        for line, stop, price in zip(*rows.opening_of, prices[rows.openings].tolist(), strict=True):
            if price > 0:
                slot = instance.slot(instance.stop_slot[stop])
                openings[instance.problem.lines[line].id, slot] = price
        ids = [team.id for team in instance.problem.teams]
        teams = dict(zip(ids, prices[rows.loads].tolist(), strict=False))
        townships = dict(zip(rows.township_codes, prices[rows.townships].tolist(), strict=True))
        return certify(instance.problem, Prices(lines, openings, teams, townships))
