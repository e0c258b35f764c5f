"""The planner: list scheduling at once, a bound with its certificate, then search until the effort is spent."""

import gc

from services.dispatch.planning.optimizer.incumbent import Incumbent, Stopped
from services.dispatch.planning.optimizer.instance import Instance, instance_of
from services.dispatch.planning.optimizer.list_planner import (
    fill_rest,
    place_booths,
    place_fixed,
    scheduled,
)
from services.dispatch.planning.optimizer.partial_plan import PartialPlan
from services.dispatch.planning.optimizer.work_budget import WorkBudget
from services.dispatch.planning.problem.circuit import (
    USUAL,
    Effort,
    OnProgress,
    Solution,
    keep_going,
)
from services.dispatch.planning.problem.problem import PlanningProblem


class Optimizer:
    """See :class:`services.dispatch.planning.problem.circuit.TourPlanner`."""

    def plan(
        self, problem: PlanningProblem, effort: Effort = USUAL, on_progress: OnProgress = keep_going
    ) -> Solution:
        budget = WorkBudget(effort)
        instance = instance_of(problem)
        first = _first(instance, effort)
        incumbent = Incumbent(first, effort, budget, on_progress)
        try:
            incumbent.report()
            if instance.option_line:
                # The solvers take seconds to import; the first plan is reported before.
                from services.dispatch.planning.optimizer.neighbourhood_search import (
                    NeighbourhoodSearch,
                )
                from services.dispatch.planning.optimizer.township_search import TownshipSearch

                gc.freeze()  # scanning objects that all stay takes a twentieth of the time
                search = TownshipSearch if TownshipSearch.suits(instance) else NeighbourhoodSearch
                search(first, incumbent, effort, budget).carry_out()
        except Stopped:
            pass
        finally:
            gc.unfreeze()
        return incumbent.solution()


def _first(instance: Instance, effort: Effort) -> PartialPlan:
    """A feasible plan at once: the given one as far as it holds, or list scheduling."""
    if effort.start is None:
        return scheduled(instance)
    plan = PartialPlan(instance)
    place_fixed(plan)
    place_booths(plan, list(effort.start.booths))
    fill_rest(plan)
    return plan
