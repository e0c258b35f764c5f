"""A plan that no longer holds, mended with as few changes as may be: an order came, a team dropped out, a day was
lost."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from services.dispatch.adapters.instance import Instance, instance_of
from services.dispatch.adapters.ledger import Ledger, Placings
from services.dispatch.adapters.list_planner import place_booths, place_fixed, urgent_first
from services.dispatch.adapters.optimizer import Optimizer
from services.dispatch.adapters.part_model import Limits, PartModel
from services.dispatch.domain.planning.circuit import USUAL, Circuit, Effort, Progress, Solution, Tell, carry_on
from services.dispatch.domain.planning.problem import Problem, Weights
from services.dispatch.domain.planning.reasons import explained

Level = Literal[0, 1, 2]
"""0: only what is affected is placed anew. 1: what competes with it may move, at a price. 2: anything may, at that
price."""

PRICE_OF_CHANGE = 300
"""What moving a line costs where the problem's weights say nothing."""

MOST_MOVED_PER_LOST = 2
WORK = 1.0
SECONDS = 1.5
"""For all lost lines together; those with a higher priority come first."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """``lost`` lines had a booth that no longer holds, or are new (those that the plan left unserved are not);
    ``moved`` ones had one that did, and have another now."""

    solution: Solution
    lost: tuple[str, ...]
    moved: tuple[str, ...]


class Repairer:
    """See :class:`services.dispatch.domain.planning.circuit.TourPlanner`: mends what the effort starts from."""

    def plan(self, problem: Problem, effort: Effort = USUAL, tell: Tell = carry_on) -> Solution:
        began = time.monotonic()
        solution = repair(problem, effort.start or Circuit()).solution
        tell(Progress(time.monotonic() - began, solution))
        return solution


def repair(problem: Problem, before: Circuit, level: Level = 1, effort: Effort | None = None) -> Repaired:
    """``before``, mended for ``problem`` as it is now. What is fixed stays, if it can.

    At level 1 at most ``MOST_MOVED_PER_LOST`` lines move for each lost one; else only what is affected is placed.
    ``effort`` is for level 2.
    """
    priced = _priced(problem, before)
    ledger = Ledger(instance_of(priced))
    place_fixed(ledger)
    place_booths(ledger, list(before.booths))
    known = {line.line for line in before.unserved}
    free = [line for line in range(len(priced.lines)) if line not in ledger.placings]
    lost = [line for line in free if priced.lines[line].id not in known]
    kept = dict(ledger.placings)
    ledger.fill(urgent_first(ledger.instance, lost))
    ledger.fill(urgent_first(ledger.instance, (line for line in free if line not in lost)))
    if level:
        _free_competitors(ledger, kept, lost)
    if level == 2:
        start = Circuit(tuple(ledger.booths()))
        found = Optimizer().plan(priced, replace(effort or Effort(), start=start))
        return _told(problem, ledger.instance, found.circuit, kept, lost)
    return _told(problem, ledger.instance, Circuit(tuple(ledger.booths())), kept, lost)


def _priced(problem: Problem, before: Circuit) -> Problem:
    weights: Weights = problem.weights
    if not weights.change:
        weights = replace(weights, change=PRICE_OF_CHANGE)
    return replace(problem, weights=weights, published=before.booths)


def _free_competitors(ledger: Ledger, kept: Placings, lost: list[int]) -> None:
    """For each lost line that is still without a place: its competitors may move, if in the end more is gained than
    that costs."""
    fixed = {fixed.booth.line for fixed in ledger.instance.problem.fixed}
    lines = ledger.instance.problem.lines
    waiting = [line for line in lost if line not in ledger.placings]
    left, until = MOST_MOVED_PER_LOST, time.monotonic() + SECONDS
    for line in urgent_first(ledger.instance, waiting):
        seconds = until - time.monotonic()
        if line not in ledger.placings and ledger.instance.of_line[line] and seconds > 0:
            freed = {other for other in _competitors(ledger, line) if lines[other].id not in fixed}
            left = _solved(ledger, line, freed, kept, left, seconds) + MOST_MOVED_PER_LOST


def _competitors(ledger: Ledger, line: int) -> set[int]:
    """Whoever has a team's day that the line could use."""
    instance = ledger.instance
    days = {instance.visits[instance.option_visit[option]].team_day for option in instance.of_line[line]}
    return {other for day in days for visit in ledger.day_visits.get(day, ()) for other in ledger.visit_lines[visit]}


def _solved(ledger: Ledger, line: int, freed: set[int], kept: Placings, most_moved: int, seconds: float) -> int:
    """Solves the part; gives how many more lines might have moved."""
    before = {other: ledger.placings[other] for other in sorted(freed)}
    objective = ledger.objective
    for other in before:
        ledger.remove(other)
    instance = ledger.instance
    sites = {instance.site_of_line[other] for other in (line, *before)}
    options = {option for other in (line, *before) for option in instance.of_line[other]}
    model = PartModel(ledger, sorted(sites), options)
    model.hint(before)
    answer = model.solve(Limits(WORK, seconds))
    ledger.place_all(answer.placings if answer is not None else before)
    moved = _moved(ledger, kept, before)
    if ledger.objective <= objective or moved > most_moved or not all(other in ledger.placings for other in before):
        for other in (line, *before):
            if other in ledger.placings:
                ledger.remove(other)
        ledger.place_all(before)
        return most_moved
    return most_moved - moved


def _moved(ledger: Ledger, kept: Placings, among: Iterable[int]) -> int:
    return sum(ledger.placings.get(line) != kept[line] for line in among if line in kept)


def _told(problem: Problem, instance: Instance, circuit: Circuit, kept: Placings, lost: list[int]) -> Repaired:
    stayed = set(circuit.booths)
    moved = (
        line
        for line, placings in kept.items()
        if not all(instance.booth(option, n) in stayed for option, n in placings)
    )
    ids = [line.id for line in problem.lines]
    ended = explained(problem, circuit.booths)
    ledger = Ledger(instance_of(problem))
    place_booths(ledger, list(circuit.booths))
    return Repaired(
        Solution(ended, ledger.objective), tuple(ids[line] for line in lost), tuple(sorted(ids[line] for line in moved))
    )
