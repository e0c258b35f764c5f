"""What searches for better plans have in common: the linear relaxation, a first sweep at its prices, the whole problem
as one model, and the account of the work done.

The relaxation says which booths are worth looking at and what each line is worth; the sweep solves the days, some
at a time, at those prices.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.dispatch.planning.optimizer.cp_sat import Limits
from services.dispatch.planning.optimizer.incumbent import Incumbent, Stopped
from services.dispatch.planning.optimizer.list_planner import fill_rest, place_fixed
from services.dispatch.planning.optimizer.lp_relaxation import LpRelaxation, Stage
from services.dispatch.planning.optimizer.neighbourhoods import Neighbourhoods
from services.dispatch.planning.optimizer.partial_plan import PartialPlan, Placings
from services.dispatch.planning.optimizer.subproblem_model import SubproblemModel
from services.dispatch.planning.optimizer.work_budget import WorkBudget
from services.dispatch.planning.problem.circuit import Effort

SMALL = 6_000
"""Options up to which a problem, or a zone, is one model."""

WORK_PER_ENTRY, ITERATIONS_TO_BEGIN = 8e-9, 300
"""Work of one iteration of the relaxation per entry of its matrix; to begin a stage costs as much as so many."""

WORK_TO_SCAN = 7e-6
"""Work per option of the first plan, and of a certificate."""

FIRST_ITERATIONS = 100

SWEEP_OPTIONS, SWEEP_LACK = 1_000, 5.0
"""Options in the days of the sweep that are solved together, over the whole map: parts of the map would take each
other's teams."""

SHARE_OF_PRICE = 0.95
NEIGHBOURHOOD_WORK = 1.0


@dataclass(frozen=True, slots=True)
class Charges:
    """Work of a subproblem, and of each option in its model, beside what the solver counts: to make and load the model,
    to free and place, which takes longer where the whole problem has more lines, since less of it is in the processor's
    caches; and how much is charged for each unit of what the solver counts."""

    subproblem: float
    option: float
    line: float
    solver: float


class Search(ABC):
    """Begins at ``plan`` and leaves what it finds in ``incumbent``."""

    charges: Charges
    cut_rounds: int
    """At the root of each subproblem."""
    share_of_sweep: float

    def __init__(
        self, plan: PartialPlan, incumbent: Incumbent, effort: Effort, budget: WorkBudget
    ) -> None:
        self._instance = plan.instance
        self._plan = plan
        self._incumbent = incumbent
        self._effort = effort
        self._budget = budget
        self._relaxation = LpRelaxation(self._instance)
        self._a_scan = len(self._instance.option_line) * WORK_TO_SCAN
        self._a_subproblem = (
            self.charges.subproblem + len(self._instance.needed) * self.charges.line
        )

    def carry_out(self) -> None:
        """:raises Stopped: ``on_progress`` asked the search to stop."""
        self._budget.spend(self._a_scan)
        self._carry_out()

    @abstractmethod
    def _carry_out(self) -> None: ...

    def _empty(self) -> PartialPlan:
        """A plan with nothing but what is fixed."""
        plan = PartialPlan(self._instance)
        place_fixed(plan)
        return plan

    def _prove(self, stage: Stage) -> None:
        self._budget.spend(self._a_scan)
        self._incumbent.prove(self._relaxation.certificate(stage))

    def _whole(self) -> None:
        """Solves the whole problem as one model, which begins at the best plan."""
        if self._incumbent.is_proved or self._budget.is_spent:
            return
        empty = self._empty()
        base = empty.objective
        model = SubproblemModel(empty, range(len(self._instance.problem.sites)))
        model.hint(self._incumbent.placings)

        def on_improvement(placings: Placings | None, bound: int) -> bool:
            self._incumbent.keep_bound(base + bound)
            if placings is not None:
                self._try(empty, placings)
            try:
                self._incumbent.report(at_once=True)  # the model's work is charged when it ends
            except Stopped:
                return False
            return True

        answer = model.solve(
            replace(self._limits(self._budget.work_left), thorough=True), on_improvement
        )
        if answer is not None:
            self._incumbent.keep_bound(base + answer.bound)
            self._try(empty, answer.placings)

    def _try(self, plan: PartialPlan, placings: Placings) -> None:
        """Keeps the plan if it is better."""
        placed = plan.place_all(placings)
        self._incumbent.keep(plan)
        self._incumbent.copy()
        for line in placed:
            plan.remove(line)

    def _advance(self, iterations: int) -> Stage:
        self._budget.spend(self._work_of(iterations))
        return self._relaxation.advance(iterations, self._budget.seconds_left())

    def _work_of(self, iterations: int) -> float:
        """The work of so many iterations of the relaxation in one stage."""
        return self._relaxation.size * (ITERATIONS_TO_BEGIN + iterations) * WORK_PER_ENTRY

    def _sweep(self, neighbourhoods: Neighbourhoods) -> None:
        """A plan from nothing, some days at a time, in which serving a line pays most of what the line is worth
        elsewhere."""
        plan = self._empty()
        windows = list(neighbourhoods.windows(neighbourhoods.days_for(SWEEP_OPTIONS, SWEEP_LACK)))
        work = min(NEIGHBOURHOOD_WORK, self._budget.work_left * self.share_of_sweep / len(windows))
        for days in windows:
            if self._budget.is_spent:
                break
            later = neighbourhoods.line_prices(SHARE_OF_PRICE, after=days.stop)
            self._solve_neighbourhood(
                plan,
                neighbourhoods.options(neighbourhoods.everywhere(days, SWEEP_LACK), plan),
                neighbourhoods,
                work,
                later,
            )
            self._incumbent.report()
        fill_rest(plan)
        if plan.objective > self._plan.objective:
            self._plan = plan
        self._incumbent.keep(self._plan)
        self._incumbent.report()

    def _solve_neighbourhood(
        self,
        plan: PartialPlan,
        options: set[int],
        neighbourhoods: Neighbourhoods,
        work: float,
        prices: Sequence[int] | None = None,
        known: Placings | None = None,
    ) -> list[int]:
        """Solves a subproblem and places its solution. Returns the lines that were placed."""
        model = SubproblemModel(plan, neighbourhoods.sites(options), options, prices)
        if known is not None:
            model.hint(known)
        answer = model.solve(self._limits(work))
        self._charge(model, answer.work if answer is not None else work)
        return plan.place_all(answer.placings if answer is not None else known or {})

    def _charge(self, model: SubproblemModel, work: float) -> None:
        """Charges a model, and the work of the solver on it."""
        self._budget.spend(self._work_to_make(model) + work * self.charges.solver)

    def _work_to_make(self, model: SubproblemModel) -> float:
        return model.size * self.charges.option + self._a_subproblem

    def _limits(self, work: float) -> Limits:
        seconds = self._budget.seconds_left()
        return Limits(
            min(work, self._budget.work_left),
            seconds,
            self._effort.seed,
            cut_rounds=self.cut_rounds,
        )
