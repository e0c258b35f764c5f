"""The search in any problem.

Relaxation and sweep, a bound zone by zone, then large-neighbourhood search (Shaw 1998): it frees what competes for the
same days and solves that neighbourhood exactly, again and again. A small problem ends as one exact model.
"""

import random
from dataclasses import replace
from math import inf

from services.dispatch.planning.optimizer.incumbent import Incumbent
from services.dispatch.planning.optimizer.lp_relaxation import Stage
from services.dispatch.planning.optimizer.neighbourhoods import Neighbourhood, Neighbourhoods
from services.dispatch.planning.optimizer.partial_plan import PartialPlan
from services.dispatch.planning.optimizer.search import (
    FIRST_ITERATIONS,
    ITERATIONS_TO_BEGIN,
    NEIGHBOURHOOD_WORK,
    SMALL,
    WORK_PER_ENTRY,
    Charges,
    Search,
)
from services.dispatch.planning.optimizer.shapes import SHAPES, Shapes
from services.dispatch.planning.optimizer.subproblem_model import SubproblemModel
from services.dispatch.planning.optimizer.work_budget import WorkBudget
from services.dispatch.planning.optimizer.zones import Zone, bound_by_zones, zones_of
from services.dispatch.planning.problem.circuit import Effort

SHARE_OF_RELAXATION = 0.4
WORTH_A_STAGE = 5e-3
"""A stage of the relaxation that improves the bound by less than this is the last before the search: what the next one
gains is a tenth of it."""

SHARE_OF_POLISH = 0.05
"""Work left for the bound when the search ends: one more stage, from where the relaxation stopped."""

SHARE_OF_ZONES, WORK_OF_ZONES, LEAST_OF_ZONE = 0.13, 2e-4, 0.02
"""Where that share has so much work for each option, the zones' bounds have it instead: with less, what is known of a
zone in the end is no closer than the relaxation."""

ZONE_CUT_ROUNDS = 20
"""Where only a zone's bound is looked for, cuts do most of it."""

SHARE_OF_WHOLE, MOST_IN_VAIN = 0.3, 2 * len(SHAPES)
"""Where the problem is so small that it ends as one model, so much of the work at least is for that, and more when so
many neighbourhoods on end gain nothing."""

SLACK, SLACK_LINES = 1e-3, 3
"""Of its objective the plan that the search goes on from may lack so much at the beginning, and what so many lines are
worth at most; nothing at the end."""

SHARE_OF_PRICES_OFF, MOST_OFF = 0.8, 0.06
"""``MOST_OFF`` is a share of what a line of the least priority is worth."""


class NeighbourhoodSearch(Search):
    """Neighbourhoods are solved sooner with some cuts: among a thousand the few hard ones need them."""

    charges = Charges(subproblem=1.5e-3, option=5e-5, line=8.5e-7, solver=1.2)
    cut_rounds = 4
    share_of_sweep = 0.3

    def __init__(
        self, plan: PartialPlan, incumbent: Incumbent, effort: Effort, budget: WorkBudget
    ) -> None:
        super().__init__(plan, incumbent, effort, budget)
        self._fixed = frozenset(self._empty().placings)
        self._random = random.Random(effort.seed)  # noqa: S311 - a search, not a secret

    def _carry_out(self) -> None:
        zones, work = zones_of(self._instance), self._budget.work_left
        options = [zone.options for zone in zones]
        by_zones = max(options) <= SMALL and sum(options) * WORK_OF_ZONES <= work * SHARE_OF_ZONES
        stage = self._relaxed()
        neighbourhoods = Neighbourhoods(self._instance, stage)
        if self._effort.start is None:
            self._sweep(neighbourhoods)
        if by_zones:
            self._bound_by_zones(zones, stage, work * SHARE_OF_ZONES)
        if len(self._instance.option_line) <= SMALL:
            self._improve(neighbourhoods, work * SHARE_OF_WHOLE, MOST_IN_VAIN)
            self._whole()
        else:
            self._improve(neighbourhoods, 0.0 if by_zones else work * SHARE_OF_POLISH)
            self._polish()

    def _polish(self) -> None:
        """Spends the rest of the work on the relaxation's bound."""
        left = self._budget.work_left - self._a_scan
        iterations = int(left / (self._relaxation.size * WORK_PER_ENTRY)) - ITERATIONS_TO_BEGIN
        if iterations > 0 and not self._budget.is_spent:
            self._prove(self._advance(iterations))

    def _bound_by_zones(self, zones: list[Zone], stage: Stage, work: float) -> None:
        """Finds a closer bound with so much work. It comes before the search, so that on a slow machine the clock
        cuts the search short and not the bound."""
        end, left = self._budget.work_left - work, sum(zone.options for zone in zones)

        def most(zone: Zone, model: SubproblemModel) -> int | None:
            nonlocal left
            share = (self._budget.work_left - end) * zone.options / left
            left -= zone.options
            allowed = max(LEAST_OF_ZONE, (share - self._work_to_make(model)) / self.charges.solver)
            found = model.bound(replace(self._limits(allowed), cut_rounds=ZONE_CUT_ROUNDS))
            self._charge(model, found.work if found is not None else allowed)
            self._incumbent.report()
            return None if found is None else found.most

        bound = bound_by_zones(self._empty(), zones, stage.day_prices.tolist(), most)
        if bound is not None:
            self._incumbent.keep_bound(bound)
            self._incumbent.report()

    def _relaxed(self) -> Stage:
        """Runs stages of the relaxation, each as long as all before it, while they improve the bound."""
        last = self._budget.work_left * (1 - SHARE_OF_RELAXATION)
        stage, done = self._advance(FIRST_ITERATIONS), FIRST_ITERATIONS
        self._prove(stage)
        gained = inf
        while (
            not stage.finished
            and gained > WORTH_A_STAGE
            and self._budget.work_left - self._work_of(done) > last
        ):
            before, stage, done = stage, self._advance(done), 2 * done
            gained = 1 - stage.bound / before.bound
            self._incumbent.report()
        self._prove(stage)
        return stage

    def _improve(
        self, neighbourhoods: Neighbourhoods, kept_work: float, most_in_vain: float = inf
    ) -> None:
        """One neighbourhood after another, until only ``kept_work`` is left, or so many on end found nothing better.

        The search may go on from a plan that is a little worse than the best one, ever less so (record-to-record
        travel, Dueck 1993). After a neighbourhood that gained nothing, most are solved at prices that are a little off.
        Without either, the search soon ends where no neighbourhood gains anything.
        """
        shapes, gained, in_vain = Shapes(self._random), True, 0
        work, slack = self._budget.work_left - kept_work, self._slack()
        while (
            self._budget.work_left > kept_work
            and not self._budget.is_spent
            and in_vain < most_in_vain
        ):
            shape, left = shapes.draw(), self._budget.work_left
            neighbourhood = neighbourhoods.draw(shape, self._random, self._plan)
            before, best = self._plan.objective, self._incumbent.objective
            off = not gained and self._random.random() < SHARE_OF_PRICES_OFF
            least = before
            if off:
                self._incumbent.copy()
                least = min(before, best - round(slack * (left - kept_work) / work))
            self._improve_neighbourhood(neighbourhood, neighbourhoods, off, least)
            gained = self._plan.objective > before
            shapes.learn(
                shape, max(0, self._plan.objective - before), left - self._budget.work_left
            )
            self._incumbent.keep(self._plan)
            in_vain = 0 if self._incumbent.objective > best else in_vain + 1
            self._incumbent.report()

    def _slack(self) -> float:
        return min(
            SLACK * abs(self._incumbent.objective),
            SLACK_LINES * self._instance.problem.weights.line,
        )

    def _improve_neighbourhood(
        self, neighbourhood: Neighbourhood, neighbourhoods: Neighbourhoods, off: bool, least: int
    ) -> None:
        """Solves a neighbourhood, perhaps at prices that are off. An answer that makes the plan worth less than
        ``least`` is dropped."""
        plan = self._plan
        freed = {
            line: plan.placings[line]
            for line in neighbourhoods.placed_in(neighbourhood, plan)
            if line not in self._fixed
        }
        for line in freed:
            plan.remove(line)
        options = neighbourhoods.options(neighbourhood, plan, freed) | {
            option for placed in freed.values() for option, _ in placed
        }
        prices = self._prices_off(options) if off else None
        placed = self._solve_neighbourhood(
            plan, options, neighbourhoods, NEIGHBOURHOOD_WORK, prices, freed
        )
        if plan.objective < least:
            for line in placed:
                plan.remove(line)
            plan.place_all(freed)

    def _prices_off(self, options: set[int]) -> list[int]:
        """Prices a little above or below 0 for each line of these options."""
        most, prices = (
            round(MOST_OFF * self._instance.problem.weights.line),
            [0] * len(self._instance.needed),
        )
        for line in sorted({self._instance.option_line[option] for option in options}):
            prices[line] = self._random.randint(-most, most)
        return prices
