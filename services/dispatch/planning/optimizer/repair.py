"""Repairs a plan that no longer keeps the rules with as few changes as possible: an order came, a team dropped out, a
day was lost."""

import time
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from services.dispatch.planning.optimizer.cp_sat import Limits
from services.dispatch.planning.optimizer.instance import collecting_later, instance_of
from services.dispatch.planning.optimizer.list_planner import (
    place_booths,
    place_fixed,
    urgent_first,
)
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.optimizer.partial_plan import PartialPlan, Placings
from services.dispatch.planning.optimizer.subproblem_model import SubproblemModel
from services.dispatch.planning.problem.circuit import (
    USUAL,
    Circuit,
    Effort,
    OnProgress,
    Progress,
    Solution,
    keep_going,
)
from services.dispatch.planning.problem.eligibility import Eligibility
from services.dispatch.planning.problem.problem import Booth, PlanningProblem, Weights
from services.dispatch.planning.problem.reasons import explained
from services.dispatch.planning.problem.score import score

Level = Literal[0, 1, 2]
"""0: only what is affected is placed anew. 1: what competes with it may move, at a price. 2: anything may, at that
price."""

PRICE_OF_CHANGE = 300
"""What moving a line costs where the problem's weights say nothing."""

MOST_MOVED_PER_LOST = 2
WORK = 1.0
SECONDS = 1.3
"""From the beginning until nobody's competitors are looked at any more; lines with a higher priority come first."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """``lost`` lines had a booth that no longer holds, or are new (those that the plan left unserved are not);
    ``moved`` ones had one that did, and have another now."""

    solution: Solution
    lost: tuple[str, ...]
    moved: tuple[str, ...]


class Repairer:
    """See :class:`services.dispatch.planning.problem.circuit.TourPlanner`: repairs the circuit that the effort starts
    from."""

    def plan(
        self, problem: PlanningProblem, effort: Effort = USUAL, on_progress: OnProgress = keep_going
    ) -> Solution:
        began = time.monotonic()
        solution = repair(problem, effort.start or Circuit()).solution
        on_progress(Progress(time.monotonic() - began, solution))
        return solution


def repair(
    problem: PlanningProblem, before: Circuit, level: Level = 1, effort: Effort | None = None
) -> Repaired:
    """``before``, mended for ``problem`` as it is now. What is fixed stays, if it can.

    At level 1 at most ``MOST_MOVED_PER_LOST`` lines move for each lost one; else only what is affected is placed.
    ``effort`` is for level 2.
    """
    until = time.monotonic() + SECONDS
    with collecting_later():
        priced = _priced(problem, before)
        eligibility = Eligibility(priced)
        lost = _lost(priced, before, eligibility)
        kept, circuit = _with_lost_placed(
            priced, before, lost, eligibility, until if level else None
        )
        if level < 2:
            return _repaired(problem, circuit, kept, lost, eligibility)
    found = Optimizer().plan(priced, replace(effort or Effort(), start=circuit))
    return _repaired(problem, found.circuit, kept, lost, eligibility)


def _with_lost_placed(
    problem: PlanningProblem,
    before: Circuit,
    lost: set[str],
    eligibility: Eligibility,
    until: float | None,
) -> tuple[list[Booth], Circuit]:
    """What of ``before`` still holds, and what comes of it. ``until``: how long others may be moved for a lost line;
    None: not at all."""
    wide = lost if until is None else lost | _rivals(problem, before, lost, eligibility)
    plan = _standing(problem, before, eligibility, wide)
    held, kept = plan.booths(), dict(plan.placings)
    free = [line for line in range(len(problem.lines)) if line not in kept]
    first = [line for line in free if problem.lines[line].id in lost]
    plan.fill(urgent_first(plan.instance, first))
    plan.fill(
        urgent_first(plan.instance, (line for line in free if problem.lines[line].id not in lost))
    )
    if until is not None:
        _free_competitors(plan, kept, first, until)
    return held, Circuit(tuple(plan.booths()))


def _lost(problem: PlanningProblem, before: Circuit, eligibility: Eligibility) -> set[str]:
    """The lines whose booth no longer holds, and those that ``before`` says nothing of."""
    had = {booth.line for booth in before.booths} | {fixed.booth.line for fixed in problem.fixed}
    served = replace(problem, lines=tuple(line for line in problem.lines if line.id in had))
    placings = _standing(served, before, eligibility).placings
    neither = {line.line for line in before.unserved} | {served.lines[line].id for line in placings}
    return {line.id for line in problem.lines} - neither


def _standing(
    problem: PlanningProblem, before: Circuit, eligibility: Eligibility, wide: Container[str] = ()
) -> PartialPlan:
    """What of ``before`` still holds, beside what is fixed. Lines that have a booth and are not ``wide`` can't move."""
    only: defaultdict[str, list[Booth]] = defaultdict(list)
    for booth in [*(fixed.booth for fixed in problem.fixed), *before.booths]:
        if booth.line not in wide:
            only[booth.line].append(booth)
    plan = PartialPlan(instance_of(problem, eligibility, only))
    place_fixed(plan)
    place_booths(plan, list(before.booths))
    return plan


def _rivals(
    problem: PlanningProblem, before: Circuit, lost: set[str], eligibility: Eligibility
) -> set[str]:
    """The lines that have a team's day which a lost line could use."""
    lines = (line for line in problem.lines if line.id in lost)
    matches = (match for line in lines for match in eligibility.matches(line))
    wanted = {(match.team.id, slot.day) for match in matches for slot in match.slots}
    return {booth.line for booth in before.booths if (booth.team, booth.slot.day) in wanted}


def _priced(problem: PlanningProblem, before: Circuit) -> PlanningProblem:
    weights: Weights = problem.weights
    if not weights.change:
        weights = replace(weights, change=PRICE_OF_CHANGE)
    return replace(problem, weights=weights, published=before.booths)


def _free_competitors(plan: PartialPlan, kept: Placings, lost: list[int], until: float) -> None:
    """For each lost line that is still without a place: its competitors may move, if in the end more is gained than
    that costs."""
    fixed = {fixed.booth.line for fixed in plan.instance.problem.fixed}
    lines = plan.instance.problem.lines
    waiting = [line for line in lost if line not in plan.placings]
    left = MOST_MOVED_PER_LOST
    for line in urgent_first(plan.instance, waiting):
        seconds = until - time.monotonic()
        if line not in plan.placings and plan.instance.of_line[line] and seconds > 0:
            freed = {other for other in _competitors(plan, line) if lines[other].id not in fixed}
            left = _solved(plan, line, freed, kept, left, seconds) + MOST_MOVED_PER_LOST


def _competitors(plan: PartialPlan, line: int) -> set[int]:
    """The lines that have a team's day which the line could use."""
    instance = plan.instance
    days = {
        instance.visits[instance.option_visit[option]].team_day for option in instance.of_line[line]
    }
    return {
        other
        for day in days
        for visit in plan.day_visits.get(day, ())
        for other in plan.visit_lines[visit]
    }


def _solved(
    plan: PartialPlan, line: int, freed: set[int], kept: Placings, most_moved: int, seconds: float
) -> int:
    """Solves the subproblem, and returns how many more lines may still move."""
    before = {other: plan.placings[other] for other in sorted(freed)}
    objective = plan.objective
    for other in before:
        plan.remove(other)
    instance = plan.instance
    sites = {instance.site_of_line[other] for other in (line, *before)}
    options = {option for other in (line, *before) for option in instance.of_line[other]}
    model = SubproblemModel(plan, sorted(sites), options)
    model.hint(before)
    answer = model.solve(Limits(WORK, seconds))
    plan.place_all(answer.placings if answer is not None else before)
    moved = _moved(plan, kept, before)
    if (
        plan.objective <= objective
        or moved > most_moved
        or not all(other in plan.placings for other in before)
    ):
        for other in (line, *before):
            if other in plan.placings:
                plan.remove(other)
        plan.place_all(before)
        return most_moved
    return most_moved - moved


def _moved(plan: PartialPlan, kept: Placings, among: Iterable[int]) -> int:
    return sum(plan.placings.get(line) != kept[line] for line in among if line in kept)


def _repaired(
    problem: PlanningProblem,
    circuit: Circuit,
    kept: list[Booth],
    lost: set[str],
    eligibility: Eligibility,
) -> Repaired:
    moved = {booth.line for booth in set(kept) - set(circuit.booths)}
    ended = explained(problem, circuit.booths, eligibility)
    return Repaired(
        Solution(ended, score(problem, ended).objective), tuple(sorted(lost)), tuple(sorted(moved))
    )
