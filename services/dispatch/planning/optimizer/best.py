"""The best plan so far: who listens hears of it, and of how good it is."""

from dataclasses import replace
from math import inf

from services.dispatch.planning.optimizer.ledger import Ledger, Placings
from services.dispatch.planning.optimizer.meter import Meter
from services.dispatch.planning.problem.certificate import Certificate
from services.dispatch.planning.problem.circuit import Effort, Progress, Solution, Tell
from services.dispatch.planning.problem.reasons import explained

WORK_TO_EXPLAIN, PATIENCE = 1e-6, 30
"""Work of the reasons per option; they are made anew when at least so many times as much work has been done."""


class Stopped(Exception):
    """Whoever listens wants no more."""


class Best:
    """The best plan so far and what is known about better ones."""

    def __init__(self, first: Ledger, effort: Effort, meter: Meter, tell: Tell) -> None:
        self._placings: Placings | None = None
        self._ledger = first
        self.objective = first.objective
        self.bound: int | None = None
        self._certificate: Certificate | None = None
        self._instance = first.instance
        self._seed = effort.seed
        self._meter = meter
        self._tell = tell
        self._said: Solution | None = None
        self._stopped = False
        self._an_explanation = len(first.instance.option_line) * WORK_TO_EXPLAIN
        self._say_again_at = inf

    @property
    def is_proved(self) -> bool:
        return self.bound == self.objective

    def solution(self) -> Solution:
        instance = self._instance
        booths = [instance.booth(option, count) for placed in self.placings.values() for option, count in placed]
        circuit = explained(instance.problem, booths, instance.candidates)
        return Solution(circuit, self.objective, self.bound, self._certificate, self._seed, self._meter.is_late)

    def say(self, *, at_once: bool = False) -> None:
        """Tells of the best plan, with reasons for what it leaves. Where those take long, not after every small
        improvement unless ``at_once``: by the work done and not by the clock, so that a run's words do not depend on
        the machine.

        :raises Stopped: the listener wants no more.
        """
        if self._said is None or (
            self.objective > self._said.objective and (at_once or self._meter.work_left <= self._say_again_at)
        ):
            self._said = self.solution()
            self._meter.spend(self._an_explanation)
            self._say_again_at = self._meter.work_left - PATIENCE * self._an_explanation
        self._said = replace(self._said, bound=self.bound, certificate=self._certificate)
        if not self._stopped:  # a solver may have one more thing to say after it was told to stop
            self._stopped = not self._tell(Progress(self._meter.seconds(), self._said))
        if self._stopped:
            raise Stopped

    @property
    def placings(self) -> Placings:
        return self._ledger.placings if self._placings is None else self._placings

    def keep(self, ledger: Ledger) -> None:
        """Keeps the plan if it is better. Before ``ledger`` becomes worse, :meth:`copy` has to be called: to copy each
        of a province's plans would take a twentieth of the search."""
        if ledger.objective > self.objective:
            self._ledger, self._placings, self.objective = ledger, None, ledger.objective

    def copy(self) -> None:
        """The plan stays what it is, whatever its ledger becomes."""
        if self._placings is None:
            self._placings = dict(self._ledger.placings)

    def prove(self, certificate: Certificate) -> None:
        """Keeps and tells the bound if it is a closer one."""
        if self._certificate is None or certificate.bound < self._certificate.bound:
            self._certificate = certificate
            self.keep_bound(certificate.bound)
            self.say()

    def keep_bound(self, bound: int) -> None:
        self.bound = bound if self.bound is None else min(bound, self.bound)
