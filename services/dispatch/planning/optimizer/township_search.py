"""The search where townships are in each other's way at a team's turn only: a city's problem.

Relaxation and sweep, then rounds in which each township plans for itself at the prices of the teams' turns
(:mod:`services.dispatch.planning.optimizer.columns`): these give the bound, and together the townships' plans are one
for all. What is left of the work has one exact model of the whole problem, which begins at the best plan.
"""

import random
from itertools import chain, repeat
from math import inf

from services.dispatch.planning.optimizer.columns import Columns
from services.dispatch.planning.optimizer.incumbent import Incumbent
from services.dispatch.planning.optimizer.instance import Instance
from services.dispatch.planning.optimizer.list_planner import fill_rest
from services.dispatch.planning.optimizer.lp_matrix import Numbers
from services.dispatch.planning.optimizer.neighbourhoods import Neighbourhoods
from services.dispatch.planning.optimizer.partial_plan import PartialPlan, Placings
from services.dispatch.planning.optimizer.search import (
    FIRST_ITERATIONS,
    NEIGHBOURHOOD_WORK,
    SMALL,
    Charges,
    Search,
)
from services.dispatch.planning.optimizer.subproblem_model import SubproblemModel
from services.dispatch.planning.optimizer.work_budget import WorkBudget
from services.dispatch.planning.problem.circuit import Effort

ITERATIONS = 1_600

WIDTH, LEAST_WIDTH = 50.0, 2.0
"""Of the box in which the next prices are looked for: twice as wide after each round that gains, half after others."""

OFF, ROUNDS_OFF = (5, 10, 20, 40), 3
"""When no prices give a closer bound, so many rounds each at prices that are up to so much off: some of the plans that
townships make then go together better."""

SHARE_OF_TOGETHER = 0.1
"""Of work and clock, kept to put the townships' plans together."""

WORK_PER_COLUMN = 2e-5
"""Of the restricted master's relaxation."""


class TownshipSearch(Search):
    """Townships and days of a sweep are so small that cuts take more time than they save."""

    charges = Charges(subproblem=1e-3, option=7e-5, line=0.0, solver=1.2)
    cut_rounds = 0
    share_of_sweep = 0.15

    @staticmethod
    def suits(instance: Instance) -> bool:
        """Few options, and townships that are in each other's way at a team's turn only, not by the zone of its day."""
        one_stop = instance.problem.parts == 1 and all(
            day.most_stops == 1 for day in instance.team_days
        )
        return len(instance.option_line) <= SMALL and (one_stop or len(instance.zones) == 1)

    def __init__(
        self, plan: PartialPlan, incumbent: Incumbent, effort: Effort, budget: WorkBudget
    ) -> None:
        super().__init__(plan, incumbent, effort, budget)
        self._random = random.Random(effort.seed)  # noqa: S311 - a search, not a secret
        self._kept_work = self._kept_seconds = 0.0

    def _carry_out(self) -> None:
        stage, done = self._advance(FIRST_ITERATIONS), FIRST_ITERATIONS
        while done < ITERATIONS and not stage.finished:
            stage, done = self._advance(done), 2 * done
        self._prove(stage)
        if self._effort.start is None:
            self._sweep(Neighbourhoods(self._instance, stage))
        columns = Columns(self._empty())
        columns.add(self._incumbent.placings)
        self._kept_work = self._budget.work_left * SHARE_OF_TOGETHER
        self._kept_seconds = self._budget.seconds_left() * SHARE_OF_TOGETHER
        centre = self._ask(columns, columns.first_prices(stage.day_prices))
        self._put_together(columns)
        if centre is None:
            return
        before = -inf
        while self._incumbent.objective > before and not self._incumbent.is_proved:
            before = self._incumbent.objective
            self._ask_around(columns, centre)
            self._put_together(columns)
        self._whole()

    def _ask(self, columns: Columns, prices: Numbers) -> Numbers | None:
        """Round after round; the prices that prove most, where no others would prove more."""
        centre, asked, width, least = prices, set[bytes](), WIDTH, inf
        while not self._incumbent.is_proved:
            bound = inf
            if prices.tobytes() not in asked:
                asked.add(prices.tobytes())
                found = self._asked(columns, prices)
                if found is None:
                    return None
                bound = found
            elif width == LEAST_WIDTH:
                break
            if bound < least:
                least, centre, width = bound, prices, 2 * width
            else:
                width = max(LEAST_WIDTH, width / 2)
            prices, worth = columns.next_prices(centre, width)
            self._budget.spend(columns.size * WORK_PER_COLUMN)
            if worth > least - 1:
                break
        return centre

    def _ask_around(self, columns: Columns, centre: Numbers) -> None:
        for most in chain.from_iterable(repeat(most, ROUNDS_OFF) for most in OFF):
            off = [self._random.randint(-most, most) for _ in centre]
            if (
                self._incumbent.is_proved
                or self._asked(columns, columns.rounded(centre + off)) is None
            ):
                break

    def _asked(self, columns: Columns, prices: Numbers) -> int | None:
        """The bound by these prices; None where there was no work or time left to find it."""
        visit_prices, bound = columns.visit_prices(prices), columns.constant(prices)

        def on_improvement(placings: Placings | None, _: int) -> bool:
            if placings is not None:
                columns.add(placings)
            return True

        for sites in columns.townships:
            if (
                self._budget.work_left <= self._kept_work
                or self._budget.seconds_left() <= self._kept_seconds
            ):
                return None
            model = SubproblemModel(columns.empty, sites, visit_prices=visit_prices)
            answer = model.solve(self._limits(NEIGHBOURHOOD_WORK), on_improvement)
            self._charge(model, answer.work if answer is not None else NEIGHBOURHOOD_WORK)
            if answer is None:
                return None
            bound += answer.bound
        self._incumbent.keep_bound(bound)
        self._incumbent.report()
        return bound

    def _put_together(self, columns: Columns) -> None:
        if self._incumbent.is_proved:
            return
        plan = self._empty()
        placings, work = columns.together(self._limits(self._kept_work), self._incumbent.placings)
        self._budget.spend(work)
        plan.place_all(placings)
        fill_rest(plan)
        self._incumbent.keep(plan)
        self._incumbent.report()
