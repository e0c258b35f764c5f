"""How often an item is served in a week: planners that do not know this rule keep it by what days they may use."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace

from services.dispatch.planning.problem.certificate import certify
from services.dispatch.planning.problem.circuit import (
    USUAL,
    Circuit,
    Effort,
    OnProgress,
    Progress,
    Solution,
    TourPlanner,
    keep_going,
)
from services.dispatch.planning.problem.problem import Capacity, Line, PlanningProblem
from services.dispatch.planning.problem.reasons import explained


class WithinCapacity:
    """See :class:`services.dispatch.planning.problem.circuit.TourPlanner`: gives another planner a problem of which
    every plan keeps the capacities, and its plans back as plans of the whole problem.

    The days of a line of a limited item are those of one week, chosen before the search. So what is best within the
    chosen weeks may not be best of all; the bound is one of the whole problem.
    """

    def __init__(self, planner: TourPlanner) -> None:
        self._planner = planner

    def plan(
        self, problem: PlanningProblem, effort: Effort = USUAL, on_progress: OnProgress = keep_going
    ) -> Solution:
        if not problem.capacities:
            return self._planner.plan(problem, effort, on_progress)
        whole = _of_the_whole(problem)

        def hear(progress: Progress) -> bool:
            return on_progress(replace(progress, solution=whole(progress.solution)))

        return whole(self._planner.plan(within_capacity(problem, effort.start), effort, hear))


def within_capacity(problem: PlanningProblem, start: Circuit | None = None) -> PlanningProblem:
    """The same problem, in which each line of a limited item may be served on the days of one capacity alone, and no
    more lines on those of each than it allows.

    What is fixed keeps its days, then what ``start`` serves. Of the others, the ones of higher priority choose first:
    the days that they prefer, else those with the most room.
    """
    placed = {booth.line: booth.slot.day for booth in start.booths} if start else {}
    placed |= {fixed.booth.line: fixed.booth.slot.day for fixed in problem.fixed}
    fixed = {each.booth.line for each in problem.fixed}
    of_item: defaultdict[str, list[Capacity]] = defaultdict(list)
    for capacity in problem.capacities:
        of_item[capacity.item].append(capacity)
    ruled_out: dict[str, frozenset[int]] = {}
    for item, capacities in of_item.items():
        room = {capacity: capacity.most for capacity in capacities}
        lines = [line for line in problem.lines if line.item == item]
        lines.sort(
            key=lambda line: (line.id not in fixed, line.id not in placed, -line.priority, line.id)
        )
        for line in lines:
            chosen = _chosen(problem, line, room, placed.get(line.id))
            if chosen is not None:
                room[chosen] -= 1
            others = [capacity.days for capacity in capacities if capacity is not chosen]
            ruled_out[line.id] = frozenset().union(*others)
    return replace(
        problem,
        lines=tuple(
            replace(line, ruled_out_days=line.ruled_out_days | ruled_out[line.id])
            if line.id in ruled_out
            else line
            for line in problem.lines
        ),
    )


def _chosen(
    problem: PlanningProblem, line: Line, room: dict[Capacity, int], placed: int | None
) -> Capacity | None:
    """The capacity whose days a line gets; None where those without room are all that it could use."""
    usable = {
        capacity: days
        for capacity, left in room.items()
        if left > 0 and (days := list(_usable(problem, line, capacity)))
    }
    if not usable:  # what is fixed stays where it is
        return next((each for each in room if placed in each.days), None)
    return min(
        usable,
        key=lambda capacity: (
            placed not in capacity.days,
            min(line.days_off_preference(day) for day in usable[capacity]),
            -room[capacity],
            min(capacity.days),
        ),
    )


def _usable(problem: PlanningProblem, line: Line, capacity: Capacity) -> Iterator[int]:
    return (day for day in capacity.days if line.allows(day) and day not in problem.closed)


def _of_the_whole(problem: PlanningProblem) -> Callable[[Solution], Solution]:
    """How a solution of the narrowed problem is one of the whole: reasons and bound are made anew."""

    def whole(solution: Solution) -> Solution:
        found = solution.certificate
        certificate = certify(problem, found.prices) if found is not None else None
        return replace(
            solution,
            circuit=explained(problem, solution.circuit.booths),
            bound=certificate.bound if certificate is not None else None,
            certificate=certificate,
        )

    return whole
