"""What searches for better plans have in common: the linear relaxation, a first sweep at its prices, the whole problem
as one model, and the account of the work done.

The relaxation says which booths are worth looking at and what each line is worth; the sweep over the days solves part
after part at those prices.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.dispatch.planning.optimizer.best import Best, Stopped
from services.dispatch.planning.optimizer.ledger import Ledger, Placings
from services.dispatch.planning.optimizer.list_planner import fill_rest, place_fixed
from services.dispatch.planning.optimizer.meter import Meter
from services.dispatch.planning.optimizer.part_model import Limits, PartModel
from services.dispatch.planning.optimizer.parts import Parts
from services.dispatch.planning.optimizer.relaxation import Relaxation, Stage
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

PART_OF_PRICE = 0.95
PART_WORK = 1.0


@dataclass(frozen=True, slots=True)
class Charges:
    """Work of a part, and of each option in its model, beside what the solver counts: making and loading the model,
    freeing and placing, which takes longer where the whole problem has more lines, since less of it is in the
    processor's caches; and how much is charged for each unit of what the solver counts."""

    part: float
    option: float
    line: float
    solver: float


class Search(ABC):
    """Begins at ``ledger`` and leaves what it finds in ``best``."""

    charges: Charges
    cut_rounds: int
    """At the root of each part."""
    share_of_sweep: float

    def __init__(self, ledger: Ledger, best: Best, effort: Effort, meter: Meter) -> None:
        self._instance = ledger.instance
        self._ledger = ledger
        self._best = best
        self._effort = effort
        self._meter = meter
        self._relaxation = Relaxation(self._instance)
        self._a_scan = len(self._instance.option_line) * WORK_TO_SCAN
        self._a_part = self.charges.part + len(self._instance.needed) * self.charges.line

    def carry_out(self) -> None:
        """:raises Stopped: whoever listens wants no more."""
        self._meter.spend(self._a_scan)
        self._carry_out()

    @abstractmethod
    def _carry_out(self) -> None: ...

    def _empty(self) -> Ledger:
        """Nothing but what is fixed."""
        ledger = Ledger(self._instance)
        place_fixed(ledger)
        return ledger

    def _prove(self, stage: Stage) -> None:
        self._meter.spend(self._a_scan)
        self._best.prove(self._relaxation.certificate(stage))

    def _whole(self) -> None:
        """The whole problem as one model, which begins at the best plan."""
        if self._best.is_proved or self._meter.is_spent:
            return
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

    def _try(self, ledger: Ledger, placings: Placings) -> None:
        """Keeps the plan if it is better."""
        placed = ledger.place_all(placings)
        self._best.keep(ledger)
        self._best.copy()
        for line in placed:
            ledger.remove(line)

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
        work = min(PART_WORK, self._meter.work_left * self.share_of_sweep / len(windows))
        for days in windows:
            if self._meter.is_spent:
                break
            later = parts.line_prices(PART_OF_PRICE, after=days.stop)
            self._solve_part(ledger, parts.options(parts.everywhere(days, SWEEP_LACK), ledger), parts, work, later)
            self._best.say()
        fill_rest(ledger)
        if ledger.objective > self._ledger.objective:
            self._ledger = ledger
        self._best.keep(self._ledger)
        self._best.say()

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
        self._meter.spend(self._work_to_make(model) + work * self.charges.solver)

    def _work_to_make(self, model: PartModel) -> float:
        return model.size * self.charges.option + self._a_part

    def _limits(self, work: float) -> Limits:
        seconds = self._meter.seconds_left()
        return Limits(min(work, self._meter.work_left), seconds, self._effort.seed, cut_rounds=self.cut_rounds)
