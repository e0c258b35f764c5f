"""The planner: list scheduling at once, a bound with its certificate, then search until the effort is spent."""

import gc

from services.dispatch.planning.optimizer.best import Best, Stopped
from services.dispatch.planning.optimizer.instance import Instance, instance_of
from services.dispatch.planning.optimizer.ledger import Ledger
from services.dispatch.planning.optimizer.list_planner import fill_rest, place_booths, place_fixed, scheduled
from services.dispatch.planning.optimizer.meter import Meter
from services.dispatch.planning.problem.circuit import USUAL, Effort, Solution, Tell, carry_on
from services.dispatch.planning.problem.problem import Problem


class Optimizer:
    """See :class:`services.dispatch.planning.problem.circuit.TourPlanner`."""

    def plan(self, problem: Problem, effort: Effort = USUAL, tell: Tell = carry_on) -> Solution:
        meter = Meter(effort)
        instance = instance_of(problem)
        first = _first(instance, effort)
        best = Best(first, effort, meter, tell)
        try:
            best.say()
            if instance.option_line:
                # The solvers take seconds to import; the first plan is told before.
                from services.dispatch.planning.optimizer.by_parts import SearchByParts
                from services.dispatch.planning.optimizer.by_townships import SearchByTownships

                gc.freeze()  # to look through all that stays, again and again, takes a twentieth of the time
                search = SearchByTownships if SearchByTownships.suits(instance) else SearchByParts
                search(first, best, effort, meter).carry_out()
        except Stopped:
            pass
        finally:
            gc.unfreeze()
        return best.solution()


def _first(instance: Instance, effort: Effort) -> Ledger:
    """A feasible plan at once: the given one as far as it holds, or list scheduling."""
    if effort.start is None:
        return scheduled(instance)
    ledger = Ledger(instance)
    place_fixed(ledger)
    place_booths(ledger, list(effort.start.booths))
    fill_rest(ledger)
    return ledger
