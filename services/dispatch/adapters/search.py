"""The search for better plans, and for the bound that says how much better any could be.

The linear relaxation says which booths are worth looking at and what each line is worth; a first sweep over the days
solves part after part at those prices, and large-neighbourhood search (Shaw 1998) then frees what competes for the same
days and solves that part exactly, again and again. A small problem is in the end one exact model, which begins at the
best plan found so far and proves its bound.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from services.dispatch.adapters.best import Best, Stopped
from services.dispatch.adapters.ledger import Ledger, Placings
from services.dispatch.adapters.list_planner import place_fixed
from services.dispatch.adapters.meter import Meter
from services.dispatch.adapters.part_model import Limits, PartModel
from services.dispatch.adapters.parts import Part, Parts
from services.dispatch.adapters.relaxation import Relaxation, Stage
from services.dispatch.adapters.shapes import SHAPES, Shapes
from services.dispatch.adapters.zones import Zone, bound_by_zones, zones_of
from services.dispatch.domain.planning.circuit import Effort

SMALL = 6_000
"""Options up to which the whole problem ends as one model."""

WORK_PER_ENTRY, ITERATIONS_TO_BEGIN = 8e-9, 300
"""Work of one iteration of the relaxation per entry of its matrix; to begin a stage costs as much as so many."""

WORK_TO_SCAN = 7e-6
"""Work per option of the first plan, and of a certificate."""

FIRST_ITERATIONS, SMALL_ITERATIONS = 100, 1_600
SHARE_OF_RELAXATION = 0.4
WORTH_A_STAGE = 5e-3
"""A stage of the relaxation that improves the bound by less than this is the last before the search: what the next one
gains is a tenth of it."""

SHARE_OF_POLISH = 0.05
"""Work left for the bound when the search ends: one more stage, from where the relaxation stopped."""

SHARE_OF_ZONES, WORK_OF_ZONES, LEAST_OF_ZONE = 0.13, 2e-4, 0.02
"""Where that share has so much work for each option, the zones' bounds have it instead: with less, what is known of a
zone in the end is no closer than the relaxation."""

SHARE_OF_PARTS, MOST_IN_VAIN = 0.15, 2 * len(SHAPES)
"""A small problem is solved by parts first, while they gain: so many in a row may not."""

SWEEP_OPTIONS, SWEEP_LACK = 1_000, 5.0
"""Options in the days of the sweep that are solved together, over the whole map: parts of the map would take each
other's teams."""

SHARE_OF_SWEEP = 0.3
PART_OF_PRICE = 0.95

PART_WORK = 1.0
CUT_ROUNDS, LARGE_CUT_ROUNDS, ZONE_CUT_ROUNDS = 2, 4, 20
"""At the root of each part. Among the thousand parts of a large problem the few hard ones are solved sooner with more;
a small one has no time for them. Where only a zone's bound is looked for, cuts do most of it."""

SLACK, SLACK_LINES = 1e-3, 3
"""Of its objective the plan that the search goes on from may lack so much at the beginning, and what so many lines are
worth at most; nothing at the end."""

SHARE_OF_PRICES_OFF, SMALL_SHARE_OF_PRICES_OFF, MOST_OFF = 0.8, 0.5, 0.06
"""``MOST_OFF`` is a share of what a line of the least priority is worth."""


@dataclass(frozen=True, slots=True)
class Charges:
    """Work of a part, and of each option in its model, beside what the solver counts: making and loading the model,
    freeing and placing, which takes longer where the whole problem has more lines, since less of it is in the
    processor's caches; and how much is charged for each unit of what the solver counts."""

    part: float
    option: float
    line: float
    solver: float


SMALL_CHARGES = Charges(part=5e-4, option=5e-5, line=0.0, solver=1.0)
LARGE_CHARGES = Charges(part=1.5e-3, option=4.6e-5, line=8.5e-7, solver=1.1)


class Search:
    """Begins at ``ledger`` and leaves what it finds in ``best``."""

    def __init__(self, ledger: Ledger, best: Best, effort: Effort, meter: Meter) -> None:
        self._instance = ledger.instance
        self._ledger = ledger
        self._best = best
        self._effort = effort
        self._meter = meter
        self._fixed = frozenset(self._empty().placings)
        self._relaxation = Relaxation(self._instance)
        self._a_scan = len(self._instance.option_line) * WORK_TO_SCAN
        self._is_small = len(self._instance.option_line) <= SMALL
        self._charges = SMALL_CHARGES if self._is_small else LARGE_CHARGES
        self._a_part = self._charges.part + len(self._instance.needed) * self._charges.line
        self._random = random.Random(effort.seed)  # noqa: S311 - a search, not a secret

    def carry_out(self) -> None:
        """:raises Stopped: whoever listens wants no more."""
        self._meter.spend(self._a_scan)
        if self._is_small:
            self._small()
        else:
            self._large()

    def _empty(self) -> Ledger:
        """Nothing but what is fixed."""
        ledger = Ledger(self._instance)
        place_fixed(ledger)
        return ledger

    def _small(self) -> None:
        """Parts while they gain, then the whole problem as one model."""
        work = self._meter.work_left
        stage, done = self._advance(FIRST_ITERATIONS), FIRST_ITERATIONS
        while done < SMALL_ITERATIONS and not stage.finished:
            stage, done = self._advance(done), 2 * done
        self._prove(stage)
        parts = Parts(self._instance, stage)
        if self._effort.start is None:
            self._sweep(parts)
        self._improve(parts, work * (1 - SHARE_OF_PARTS), SMALL_SHARE_OF_PRICES_OFF, MOST_IN_VAIN)
        if not self._best.is_proved:
            self._whole()

    def _whole(self) -> None:
        """The whole problem as one model, which begins at the best plan."""
        empty = self._empty()
        base = empty.objective
        model = PartModel(empty, range(len(self._instance.problem.sites)))
        model.hint(self._best.placings)

        def heard(placings: Placings | None, bound: int) -> bool:
            self._best.keep_bound(base + bound)
            if placings is not None:
                self._try(empty, placings)
            try:
                self._best.say(at_once=True)  # what the model works is spent when it ends
            except Stopped:
                return False
            return True

        answer = model.solve(replace(self._limits(self._meter.work_left), thorough=True), heard)
        if answer is not None:
            self._best.keep_bound(base + answer.bound)
            self._try(empty, answer.placings)

    def _prove(self, stage: Stage) -> None:
        self._meter.spend(self._a_scan)
        self._best.prove(self._relaxation.certificate(stage))

    def _try(self, ledger: Ledger, placings: Placings) -> None:
        """Keeps the plan if it is better."""
        placed = ledger.place_all(placings)
        self._best.keep(ledger)
        self._best.copy()
        for line in placed:
            ledger.remove(line)

    def _large(self) -> None:
        """Relaxation, a first sweep at its prices, then part after part until the effort is spent."""
        zones, work = zones_of(self._instance), self._meter.work_left
        options = [zone.options for zone in zones]
        by_zones = max(options) <= SMALL and sum(options) * WORK_OF_ZONES <= work * SHARE_OF_ZONES
        stage = self._relaxed()
        parts = Parts(self._instance, stage)
        if self._effort.start is None:
            self._sweep(parts)
        if by_zones:
            self._bound_by_zones(zones, stage, work * SHARE_OF_ZONES)
        self._improve(parts, 0.0 if by_zones else work * SHARE_OF_POLISH, SHARE_OF_PRICES_OFF)
        left = self._meter.work_left - self._a_scan
        iterations = int(left / (self._relaxation.size * WORK_PER_ENTRY)) - ITERATIONS_TO_BEGIN
        if iterations > 0 and not self._meter.is_spent:
            self._prove(self._advance(iterations))

    def _bound_by_zones(self, zones: list[Zone], stage: Stage, work: float) -> None:
        """A closer bound, by so much work. Before the search and not after it, so that a slow machine's clock comes
        before some of the search and not before the bound."""
        end, left = self._meter.work_left - work, sum(zone.options for zone in zones)

        def most(zone: Zone, model: PartModel) -> int | None:
            nonlocal left
            share = (self._meter.work_left - end) * zone.options / left
            left -= zone.options
            allowed = max(LEAST_OF_ZONE, (share - self._work_to_make(model)) / self._charges.solver)
            found = model.bound(replace(self._limits(allowed), cut_rounds=ZONE_CUT_ROUNDS))
            self._charge(model, found.work if found is not None else allowed)
            self._best.say()
            return None if found is None else found.most

        bound = bound_by_zones(self._empty(), zones, stage.day_prices.tolist(), most)
        if bound is not None:
            self._best.keep_bound(bound)
            self._best.say()

    def _relaxed(self) -> Stage:
        """Stages, each as long as all before it, while they gain."""
        last = self._meter.work_left * (1 - SHARE_OF_RELAXATION)
        stage, done = self._advance(FIRST_ITERATIONS), FIRST_ITERATIONS
        self._prove(stage)
        gained = inf
        while not stage.finished and gained > WORTH_A_STAGE and self._meter.work_left - self._work_of(done) > last:
            before, stage, done = stage, self._advance(done), 2 * done
            gained = 1 - stage.bound / before.bound
            self._best.say()
        self._prove(stage)
        return stage

    def _advance(self, iterations: int) -> Stage:
        self._meter.spend(self._work_of(iterations))
        return self._relaxation.advance(iterations, self._meter.seconds_left())

    def _work_of(self, iterations: int) -> float:
        """Of so many iterations of the relaxation, on end."""
        return self._relaxation.size * (ITERATIONS_TO_BEGIN + iterations) * WORK_PER_ENTRY

    def _sweep(self, parts: Parts) -> None:
        """A plan from nothing, some days at a time, in which serving a line pays most of what the line is worth
        elsewhere."""
        ledger = self._empty()
        windows = list(parts.windows(parts.days_for(SWEEP_OPTIONS, SWEEP_LACK)))
        work = min(PART_WORK, self._meter.work_left * SHARE_OF_SWEEP / len(windows))
        for days in windows:
            if self._meter.is_spent:
                break
            later = parts.line_prices(PART_OF_PRICE, after=days.stop)
            self._solve_part(ledger, parts.options(parts.everywhere(days, SWEEP_LACK), ledger), parts, work, later)
            self._best.say()
        lines = self._instance.problem.lines
        left = (line for line in range(len(lines)) if line not in ledger.placings)
        ledger.fill(sorted(left, key=lambda line: -lines[line].priority))
        if ledger.objective > self._ledger.objective:
            self._ledger = ledger
        self._best.keep(self._ledger)
        self._best.say()

    def _improve(self, parts: Parts, kept_work: float, share_off: float, most_in_vain: float = inf) -> None:
        """Part after part, until only ``kept_work`` is left, or so many on end found nothing better.

        What the search goes on from may be a little worse than the best plan, ever less so (record-to-record travel,
        Dueck 1993), and where the part before gained nothing, ``share_off`` of the parts are solved at prices that are
        a little off: with neither it soon ends where no part gains anything.
        """
        shapes, in_vain, gained = Shapes(self._random), 0, True
        work, slack = self._meter.work_left - kept_work, self._slack()
        while self._meter.work_left > kept_work and not self._meter.is_spent and in_vain < most_in_vain:
            shape, left = shapes.draw(), self._meter.work_left
            part = parts.draw(shape, self._random, self._ledger)
            before, best = self._ledger.objective, self._best.objective
            off = not gained and self._random.random() < share_off
            least = before
            if off:
                self._best.copy()
                least = min(before, best - round(slack * (left - kept_work) / work))
            self._improve_part(part, parts, off, least)
            gained = self._ledger.objective > before
            shapes.learn(shape, max(0, self._ledger.objective - before), left - self._meter.work_left)
            self._best.keep(self._ledger)
            in_vain = 0 if self._best.objective > best else in_vain + 1
            self._best.say()

    def _slack(self) -> float:
        return min(SLACK * abs(self._best.objective), SLACK_LINES * self._instance.problem.weights.line)

    def _improve_part(self, part: Part, parts: Parts, off: bool, least: int) -> None:
        """Solves a part, perhaps at prices that are off; an answer that makes the plan worth less than ``least`` is
        dropped."""
        ledger = self._ledger
        freed = {line: ledger.placings[line] for line in parts.placed_in(part, ledger) if line not in self._fixed}
        for line in freed:
            ledger.remove(line)
        options = parts.options(part, ledger, freed) | {option for placed in freed.values() for option, _ in placed}
        prices = self._prices_off(options) if off else None
        placed = self._solve_part(ledger, options, parts, PART_WORK, prices, freed)
        if ledger.objective < least:
            for line in placed:
                ledger.remove(line)
            ledger.place_all(freed)

    def _prices_off(self, options: set[int]) -> list[int]:
        """A little more or less for each line of these options."""
        most, prices = round(MOST_OFF * self._instance.problem.weights.line), [0] * len(self._instance.needed)
        for line in sorted({self._instance.option_line[option] for option in options}):
            prices[line] = self._random.randint(-most, most)
        return prices

    def _solve_part(
        self,
        ledger: Ledger,
        options: set[int],
        parts: Parts,
        work: float,
        prices: Sequence[int] | None = None,
        known: Placings | None = None,
    ) -> list[int]:
        """Solves and places a part; gives the lines that were placed."""
        model = PartModel(ledger, parts.sites(options), options, prices)
        if known is not None:
            model.hint(known)
        answer = model.solve(self._limits(work))
        self._charge(model, answer.work if answer is not None else work)
        return ledger.place_all(answer.placings if answer is not None else known or {})

    def _charge(self, model: PartModel, work: float) -> None:
        """For a model that the solver worked so long on."""
        self._meter.spend(self._work_to_make(model) + work * self._charges.solver)

    def _work_to_make(self, model: PartModel) -> float:
        return model.size * self._charges.option + self._a_part

    def _limits(self, work: float) -> Limits:
        rounds = CUT_ROUNDS if self._is_small else LARGE_CUT_ROUNDS
        seconds = self._meter.seconds_left()
        return Limits(min(work, self._meter.work_left), seconds, self._effort.seed, cut_rounds=rounds)
