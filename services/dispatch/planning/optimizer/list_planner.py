"""List scheduling: line after line, the most urgent first, each where it gains most. Correct, quick, not optimal."""

from collections.abc import Iterable
from dataclasses import replace

from services.dispatch.planning.optimizer.instance import Instance, instance_of
from services.dispatch.planning.optimizer.ledger import Ledger
from services.dispatch.planning.problem.circuit import USUAL, Effort, Progress, Solution, Tell, carry_on
from services.dispatch.planning.problem.problem import Booth, Problem
from services.dispatch.planning.problem.reasons import explained


class ListPlanner:
    """See :class:`services.dispatch.planning.problem.circuit.TourPlanner`."""

    def plan(self, problem: Problem, effort: Effort = USUAL, tell: Tell = carry_on) -> Solution:
        given = effort.start.booths if effort.start is not None else ()
        instance = instance_of(problem)
        ledger = scheduled(instance, list(given))
        if problem.themes and len(ledger.placings) < len(problem.lines):
            ledger = max(ledger, _without_themes(instance, list(given)), key=lambda made: made.objective)
        circuit = explained(problem, ledger.booths(), instance.candidates)
        solution = Solution(circuit, ledger.objective, seed=effort.seed)
        tell(Progress(0.0, solution))
        return solution


def scheduled(instance: Instance, given: list[Booth] | None = None) -> Ledger:
    """The plan of list scheduling, with what is fixed placed first, then what is ``given`` as far as it fits."""
    ledger = Ledger(instance)
    place_fixed(ledger)
    place_booths(ledger, given or [])
    fill_rest(ledger)
    return ledger


def fill_rest(ledger: Ledger) -> None:
    """Places what is not served yet, the most urgent first, as far as it fits and gains."""
    instance = ledger.instance
    ledger.fill(urgent_first(instance, (line for line in range(len(instance.needed)) if line not in ledger.placings)))


def _without_themes(instance: Instance, given: list[Booth]) -> Ledger:
    """The plan that there would be without themes, at what it is worth with them: line after line, one that fits may
    take the only place of one that does not."""
    plain = scheduled(instance_of(replace(instance.problem, themes=())), given)
    ledger = Ledger(instance)
    place_booths(ledger, plain.booths())
    return ledger


def urgent_first(instance: Instance, lines: Iterable[int]) -> list[int]:
    """By priority; of one priority those that have the fewest places to choose from, then those that could fit a theme:
    what could go elsewhere must not take another's only place."""
    problem = instance.problem

    def urgency(number: int) -> tuple[int, int, bool, str, str]:
        line = problem.lines[number]
        fits = bool(problem.weights.theme) and problem.could_fit_theme(line)
        return -line.priority, len(instance.of_line[number]), not fits, line.site, line.id

    return sorted(lines, key=urgency)


def place_fixed(ledger: Ledger) -> None:
    place_booths(ledger, [fixed.booth for fixed in ledger.instance.problem.fixed])


def place_booths(ledger: Ledger, booths: list[Booth]) -> list[int]:
    """Places given booths, line by line, where that is possible; gives the lines for which it was not."""
    instance = ledger.instance
    line_of = {line.id: number for number, line in enumerate(instance.problem.lines)}
    wanted: dict[int, list[Booth]] = {}
    for booth in booths:
        if booth.line in line_of:
            wanted.setdefault(line_of[booth.line], []).append(booth)
    return [line for line, its in wanted.items() if line not in ledger.placings and not _placed(ledger, line, its)]


def _placed(ledger: Ledger, line: int, booths: list[Booth]) -> bool:
    instance = ledger.instance
    placings = [
        (option, booth.volunteers) for booth in booths if (option := instance.option_at(line, booth)) is not None
    ]
    if len(placings) < len(booths) or sum(count for _, count in placings) != instance.needed[line]:
        return False
    if any(ledger.gain_of_share(option, count) is None for option, count in placings):
        return False
    ledger.place(placings)
    return True
