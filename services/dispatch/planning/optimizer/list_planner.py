"""List scheduling: line after line, the most urgent first, each where it gains most. It is correct and quick, but not
optimal."""

from collections.abc import Iterable
from dataclasses import replace

from services.dispatch.planning.optimizer.instance import Instance, instance_of
from services.dispatch.planning.optimizer.partial_plan import PartialPlan
from services.dispatch.planning.problem.circuit import (
    USUAL,
    Effort,
    OnProgress,
    Progress,
    Solution,
    keep_going,
)
from services.dispatch.planning.problem.problem import Booth, PlanningProblem
from services.dispatch.planning.problem.reasons import explained


class ListPlanner:
    """See :class:`services.dispatch.planning.problem.circuit.TourPlanner`."""

    def plan(
        self, problem: PlanningProblem, effort: Effort = USUAL, on_progress: OnProgress = keep_going
    ) -> Solution:
        given = effort.start.booths if effort.start is not None else ()
        instance = instance_of(problem)
        plan = scheduled(instance, list(given))
        if problem.themes and len(plan.placings) < len(problem.lines):
            plan = max(
                plan, _without_themes(instance, list(given)), key=lambda made: made.objective
            )
        circuit = explained(problem, plan.booths(), instance.eligibility)
        solution = Solution(circuit, plan.objective, seed=effort.seed)
        on_progress(Progress(0.0, solution))
        return solution


def scheduled(instance: Instance, given: list[Booth] | None = None) -> PartialPlan:
    """The plan of list scheduling. What is fixed is placed first, then what is ``given``, as far as it fits."""
    plan = PartialPlan(instance)
    place_fixed(plan)
    place_booths(plan, given or [])
    fill_rest(plan)
    return plan


def fill_rest(plan: PartialPlan) -> None:
    """Places what is not served yet, the most urgent first, as far as it fits and gains."""
    instance = plan.instance
    plan.fill(
        urgent_first(
            instance, (line for line in range(len(instance.needed)) if line not in plan.placings)
        )
    )


def _without_themes(instance: Instance, given: list[Booth]) -> PartialPlan:
    """The plan that list scheduling makes without themes, valued with them. With themes, a line that fits one may have
    taken the only place of a line that does not."""
    plain = scheduled(instance_of(replace(instance.problem, themes=())), given)
    plan = PartialPlan(instance)
    place_booths(plan, plain.booths())
    return plan


def urgent_first(instance: Instance, lines: Iterable[int]) -> list[int]:
    """By priority; of one priority those that have the fewest places to choose from, then those that could fit a theme:
    what could go elsewhere must not take another's only place."""
    problem = instance.problem

    def urgency(number: int) -> tuple[int, int, bool, str, str]:
        line = problem.lines[number]
        fits = bool(problem.weights.theme) and problem.could_fit_theme(line)
        return -line.priority, len(instance.of_line[number]), not fits, line.site, line.id

    return sorted(lines, key=urgency)


def place_fixed(plan: PartialPlan) -> None:
    place_booths(plan, [fixed.booth for fixed in plan.instance.problem.fixed])


def place_booths(plan: PartialPlan, booths: list[Booth]) -> list[int]:
    """Places given booths, line by line, where that is possible. Returns the lines for which it was not."""
    instance = plan.instance
    line_of = {line.id: number for number, line in enumerate(instance.problem.lines)}
    wanted: dict[int, list[Booth]] = {}
    for booth in booths:
        if booth.line in line_of:
            wanted.setdefault(line_of[booth.line], []).append(booth)
    return [
        line
        for line, its in wanted.items()
        if line not in plan.placings and not _placed(plan, line, its)
    ]


def _placed(plan: PartialPlan, line: int, booths: list[Booth]) -> bool:
    instance = plan.instance
    placings = [
        (option, booth.volunteers)
        for booth in booths
        if (option := instance.option_at(line, booth)) is not None
    ]
    if len(placings) < len(booths) or sum(count for _, count in placings) != instance.needed[line]:
        return False
    if any(plan.gain_of_share(option, count) is None for option, count in placings):
        return False
    plan.place(placings)
    return True
