"""The planner: list scheduling at once, a bound with its certificate, then search until the effort is spent.

A small problem is one exact model. In a large one the linear relaxation says which booths are worth looking at and
what each line is worth; a first sweep over the days solves part after part at those prices, and large-neighbourhood
search (Shaw 1998) then frees sites that compete for the same teams' days and solves that part exactly, again and
again.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.dispatch.adapters.instance import Instance, instance_of
from services.dispatch.adapters.ledger import Ledger, Placings
from services.dispatch.adapters.list_planner import place_booths, place_fixed, scheduled
from services.dispatch.adapters.meter import Meter
from services.dispatch.adapters.part_model import Limits, PartModel
from services.dispatch.adapters.parts import Part, Parts, Shapes
from services.dispatch.adapters.relaxation import Relaxation, Stage
from services.dispatch.domain.planning.certificate import Certificate
from services.dispatch.domain.planning.circuit import USUAL, Effort, Progress, Solution, Tell, carry_on
from services.dispatch.domain.planning.problem import Problem
from services.dispatch.domain.planning.reasons import explained

SMALL = 6_000
"""Options up to which the whole problem is one model."""

WORK_PER_ENTRY = 1.2e-8
"""Work of one iteration of the relaxation per entry of its matrix."""

ITERATIONS = 400
SHARE_OF_RELAXATION = 0.4
WORTH_A_STAGE = 1e-2
"""A stage of the relaxation that improves the bound by less than this is the last before the search: what the next one
gains is a tenth of it."""

SHARE_OF_POLISH = 0.1
"""Work left for the bound when the search ends: further stages, from where the relaxation stopped."""

SMALL_STAGES = 4
SWEEP_OPTIONS, SWEEP_LACK = 1_000, 5.0
"""Options in the days of the sweep that are solved together, over the whole map: parts of the map would take each
other's teams."""

SHARE_OF_SWEEP = 0.3
PART_OF_PRICE = 0.95
PATIENCE = 20
"""Reasons are made anew when at least so many times as long has passed as they take."""

PART_WORK = 1.0
WORK_PER_PART, WORK_PER_OPTION = 2e-3, 6e-5
"""Work of making the model of a part, and of its options."""


class Optimizer:
    """See :class:`services.dispatch.domain.planning.circuit.TourPlanner`."""

    def plan(self, problem: Problem, effort: Effort = USUAL, tell: Tell = carry_on) -> Solution:
        instance = instance_of(problem)
        search = _Search(instance, effort, tell)
        try:
            search.begin()
            if instance.option_line:
                (search.whole if len(instance.option_line) <= SMALL else search.by_parts)()
        except _Stopped:
            pass
        return search.solution()


class _Stopped(Exception):
    """The effort is spent, or whoever listens wants no more."""


@dataclass(slots=True)
class _Found:
    """The best plan so far and what is known about better ones."""

    placings: Placings
    objective: int
    bound: int | None = None
    certificate: Certificate | None = None


class _Search:
    def __init__(self, instance: Instance, effort: Effort, tell: Tell) -> None:
        self._instance = instance
        self._effort = effort
        self._tell = tell
        self._meter = Meter(effort)
        self._ledger = Ledger(instance)
        self._found = _Found({}, 0)
        self._fixed: frozenset[int] = frozenset()
        self._said: Solution | None = None
        self._stopped = False
        self._say_again_at = 0.0
        self._random = random.Random(effort.seed)  # noqa: S311 - a search, not a secret

    def begin(self) -> None:
        """A feasible plan at once: the given one as far as it holds, or list scheduling."""
        place_fixed(self._ledger)
        self._fixed = frozenset(self._ledger.placings)
        given = self._effort.start
        if given is None:
            self._ledger = scheduled(self._instance)
        else:
            place_booths(self._ledger, list(given.booths))
            self._ledger.fill(line for line in range(len(self._instance.needed)) if line not in self._ledger.placings)
        self._found = _Found(dict(self._ledger.placings), self._ledger.objective)
        self._say()

    def solution(self) -> Solution:
        instance, found = self._instance, self._found
        booths = [instance.booth(option, count) for placed in found.placings.values() for option, count in placed]
        circuit = explained(instance.problem, booths)
        return Solution(circuit, found.objective, found.bound, found.certificate, self._effort.seed)

    def _say(self) -> None:
        """Tells of the best plan, with reasons for what it leaves. Where those take long, not after every small
        improvement.

        :raises _Stopped: the listener wants no more.
        """
        found, now = self._found, self._meter.seconds()
        if self._said is None or (found.objective > self._said.objective and now >= self._say_again_at):
            self._said = self.solution()
            told = self._meter.seconds()
            self._say_again_at = told + PATIENCE * (told - now)
        self._said = replace(self._said, bound=found.bound, certificate=found.certificate)
        if not self._stopped:  # a solver may have one more thing to say after it was told to stop
            self._stopped = not self._tell(Progress(now, self._said))
        if self._stopped:
            raise _Stopped

    def whole(self) -> None:
        """The whole problem as one model."""
        relaxation = Relaxation(self._instance)
        for _ in range(SMALL_STAGES):
            self._prove(relaxation, relaxation.advance(ITERATIONS))
        self._solve_whole()

    def _prove(self, relaxation: Relaxation, stage: Stage) -> None:
        found, certificate = self._found, relaxation.certificate(stage)
        if found.certificate is None or certificate.bound < found.certificate.bound:
            found.certificate = certificate
            found.bound = min(certificate.bound, found.bound or certificate.bound)
            self._say()

    def _solve_whole(self) -> None:
        empty = Ledger(self._instance)
        place_fixed(empty)
        base = empty.objective
        model = PartModel(empty, range(len(self._instance.problem.sites)))
        model.hint(self._found.placings)

        def heard(placings: Placings | None, bound: int) -> bool:
            self._keep_bound(base + bound)
            if placings is not None:
                self._try_whole(empty, placings)
            try:
                self._say()
            except _Stopped:
                return False
            return True

        answer = model.solve(replace(self._limits(self._meter.work_left), thorough=True), heard)
        if answer is not None:
            self._keep_bound(base + answer.bound)
            self._try_whole(empty, answer.placings)

    def _keep_bound(self, bound: int) -> None:
        self._found.bound = bound if self._found.bound is None else min(bound, self._found.bound)

    def _try_whole(self, ledger: Ledger, placings: Placings) -> None:
        """Keeps the plan if it is better."""
        placed = ledger.place_all(placings)
        self._keep_if_better(ledger)
        for line in placed:
            ledger.remove(line)

    def _keep_if_better(self, ledger: Ledger) -> None:
        if ledger.objective > self._found.objective:
            self._found.placings, self._found.objective = dict(ledger.placings), ledger.objective

    def by_parts(self) -> None:
        """Relaxation, a first sweep at its prices, then part after part until the effort is spent."""
        relaxation = Relaxation(self._instance)
        a_stage = relaxation.size * ITERATIONS * WORK_PER_ENTRY
        polish = self._meter.work_left * SHARE_OF_POLISH // a_stage * a_stage
        parts = Parts(self._instance, self._relaxed(relaxation, a_stage))
        if self._effort.start is None:
            self._sweep(parts)
        self._improve(parts, polish)
        while self._meter.work_left >= a_stage and not self._meter.is_spent:
            self._meter.spend(a_stage)
            self._prove(relaxation, relaxation.advance(ITERATIONS))

    def _relaxed(self, relaxation: Relaxation, a_stage: float) -> Stage:
        last = self._meter.work_left * (1 - SHARE_OF_RELAXATION)
        best = stage = relaxation.advance(ITERATIONS)
        self._meter.spend(a_stage)
        self._prove(relaxation, stage)
        while not stage.finished and self._meter.work_left - a_stage > last:
            stage = relaxation.advance(ITERATIONS)
            self._meter.spend(a_stage)
            gained = 1 - stage.bound / best.bound
            best = min(best, stage, key=lambda its: its.bound)
            self._say()
            if gained < WORTH_A_STAGE:
                break
        self._prove(relaxation, best)
        return stage

    def _sweep(self, parts: Parts) -> None:
        """A plan from nothing, some days at a time, in which serving a line pays most of what the line is worth
        elsewhere."""
        ledger = Ledger(self._instance)
        place_fixed(ledger)
        cells, windows = parts.every_cell(), list(parts.windows(parts.days_for(SWEEP_OPTIONS, SWEEP_LACK)))
        work = min(PART_WORK, self._meter.work_left * SHARE_OF_SWEEP / len(windows))
        for days in windows:
            if self._meter.is_spent:
                break
            later = parts.line_prices(PART_OF_PRICE, after=days.stop)
            self._solve_part(ledger, Part(cells, days, SWEEP_LACK), parts, work, later)
            self._say()
        lines = self._instance.problem.lines
        left = (line for line in range(len(lines)) if line not in ledger.placings)
        ledger.fill(sorted(left, key=lambda line: -lines[line].priority))
        if ledger.objective > self._ledger.objective:
            self._ledger = ledger
        self._keep_if_better(self._ledger)
        self._say()

    def _improve(self, parts: Parts, kept_work: float) -> None:
        """Part after part, until only ``kept_work`` is left. No part leaves the ledger worse, so that what it has is
        always the best plan."""
        shapes = Shapes(self._random)
        self._found.placings = self._ledger.placings
        while self._meter.work_left > kept_work and not self._meter.is_spent:
            shape = shapes.draw()
            part = parts.draw(shape, self._random, self._ledger)
            before, work = self._ledger.objective, self._meter.work_left
            self._improve_part(part, parts)
            shapes.learn(shape, self._ledger.objective - before, work - self._meter.work_left)
            self._found.objective = self._ledger.objective
            self._say()

    def _improve_part(self, part: Part, parts: Parts) -> None:
        ledger, before = self._ledger, self._ledger.objective
        freed = {line: ledger.placings[line] for line in parts.placed_in(part, ledger) if line not in self._fixed}
        for line in freed:
            ledger.remove(line)
        placed = self._solve_part(ledger, part, parts, PART_WORK, known=freed)
        if ledger.objective < before:
            for line in placed:
                ledger.remove(line)
            ledger.place_all(freed)

    def _solve_part(
        self,
        ledger: Ledger,
        part: Part,
        parts: Parts,
        work: float,
        prices: Sequence[int] | None = None,
        known: Placings | None = None,
    ) -> list[int]:
        """Solves and places a part; gives the lines that were placed."""
        options = parts.options(part, ledger) | {option for placed in (known or {}).values() for option, _ in placed}
        model = PartModel(ledger, parts.sites(part), options, prices)
        if known is not None:
            model.hint(known)
        answer = model.solve(self._limits(work))
        self._meter.spend((answer.work if answer is not None else work) + model.size * WORK_PER_OPTION + WORK_PER_PART)
        return ledger.place_all(answer.placings if answer is not None else known or {})

    def _limits(self, work: float) -> Limits:
        return Limits(min(work, self._meter.work_left), self._meter.seconds_left(), self._effort.seed)
