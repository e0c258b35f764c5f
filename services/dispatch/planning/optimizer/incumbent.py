"""The best plan so far, and reports about it."""

from dataclasses import replace
from math import inf

from services.dispatch.planning.optimizer.partial_plan import PartialPlan, Placings
from services.dispatch.planning.optimizer.work_budget import WorkBudget
from services.dispatch.planning.problem.certificate import Certificate
from services.dispatch.planning.problem.circuit import Effort, OnProgress, Progress, Solution
from services.dispatch.planning.problem.reasons import explained

WORK_TO_EXPLAIN, PATIENCE = 1e-6, 30
"""Work of explaining unserved lines, per option; and how many times as much work is done before they are explained
anew."""


class Stopped(Exception):
    """``on_progress`` asked the search to stop."""


class Incumbent:
    """The best plan so far and what is known about better ones."""

    def __init__(
        self, first: PartialPlan, effort: Effort, budget: WorkBudget, on_progress: OnProgress
    ) -> None:
        self._placings: Placings | None = None
        self._plan = first
        self.objective = first.objective
        self.bound: int | None = None
        self._certificate: Certificate | None = None
        self._instance = first.instance
        self._seed = effort.seed
        self._budget = budget
        self._on_progress = on_progress
        self._reported: Solution | None = None
        self._stopped = False
        self._an_explanation = len(first.instance.option_line) * WORK_TO_EXPLAIN
        self._report_again_at = inf

    @property
    def is_proved(self) -> bool:
        return self.bound == self.objective

    def solution(self) -> Solution:
        instance = self._instance
        booths = [
            instance.booth(option, count)
            for placed in self.placings.values()
            for option, count in placed
        ]
        circuit = explained(instance.problem, booths, instance.eligibility)
        return Solution(
            circuit, self.objective, self.bound, self._certificate, self._seed, self._budget.is_late
        )

    def report(self, *, at_once: bool = False) -> None:
        """Reports the best plan, with reasons for unserved lines. These take long in a large problem, so small
        improvements wait unless ``at_once``. The wait depends on the work done and not on the clock, so that the
        reports of a run are the same on every machine.

        :raises Stopped: ``on_progress`` returned False.
        """
        if self._reported is None or (
            self.objective > self._reported.objective
            and (at_once or self._budget.work_left <= self._report_again_at)
        ):
            self._reported = self.solution()
            self._budget.spend(self._an_explanation)
            self._report_again_at = self._budget.work_left - PATIENCE * self._an_explanation
        self._reported = replace(self._reported, bound=self.bound, certificate=self._certificate)
        if not self._stopped:  # a solver may report once more after it was told to stop
            self._stopped = not self._on_progress(Progress(self._budget.seconds(), self._reported))
        if self._stopped:
            raise Stopped

    @property
    def placings(self) -> Placings:
        return self._plan.placings if self._placings is None else self._placings

    def keep(self, plan: PartialPlan) -> None:
        """Keeps the plan if it is better. Before ``plan`` becomes worse, :meth:`copy` has to be called: to copy each
        of a province's plans would take a twentieth of the search."""
        if plan.objective > self.objective:
            self._plan, self._placings, self.objective = plan, None, plan.objective

    def copy(self) -> None:
        """Keeps the incumbent as it is, whatever the search does to its plan from now on."""
        if self._placings is None:
            self._placings = dict(self._plan.placings)

    def prove(self, certificate: Certificate) -> None:
        """Keeps and reports the bound if it is closer than the last."""
        if self._certificate is None or certificate.bound < self._certificate.bound:
            self._certificate = certificate
            self.keep_bound(certificate.bound)
            self.report()

    def keep_bound(self, bound: int) -> None:
        self.bound = bound if self.bound is None else min(bound, self.bound)
