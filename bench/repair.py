"""What mending a plan costs, and what it moves, beside planning all anew.

python -m bench.repair [--quick] [--json] [--sizes S,M,L]

On each sample a plan is made and published; the booths of its first days and every twentieth of the others stay. Then
the team with the most booths in a day can't come that day, or five urgent lines come for the busiest day. Mended is as
dispatch does it; planning anew gets the seconds that the first plan had, and keeps what stays.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from bench.planning import OURS, sample
from bench.report import options, report
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.optimizer.repair import repair
from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import Circuit, Effort
from services.dispatch.planning.problem.files import read_problem
from services.dispatch.planning.problem.generated import Size
from services.dispatch.planning.problem.problem import Booth, Fixed, PlanningProblem
from services.dispatch.planning.problem.score import score

SECONDS: dict[Size, float] = {"S": 5.0, "M": 20.0, "L": 60.0}
QUICK: dict[Size, float] = {"S": 3.0, "M": 7.0}
FROZEN_DAYS, CONFIRMED_EVERY, NEW_LINES = 3, 20, 5
ANEW = "planning anew"
HEADS = (
    "problem",
    "what came",
    "how",
    "s",
    "objective",
    "lost",
    "moved",
    "frozen changed",
    "holds",
    "moved per lost",
)


@dataclass(frozen=True, slots=True)
class Result:
    """``lost`` lines had no place any more, or came; ``moved`` ones had one that still held, and have another, or none:
    planning anew drops one for another that is more urgent, mending leaves nobody without what was promised."""

    problem: str
    what: str
    how: str
    seconds: float
    objective: int
    lost: int
    moved: int
    frozen_changed: int
    holds: bool

    @property
    def moved_per_lost(self) -> float:
        return round(self.moved / self.lost, 2)


def mended(problem: PlanningProblem, before: Circuit, _: float) -> Circuit:
    return repair(problem, before).solution.circuit


def planned_anew(problem: PlanningProblem, _: Circuit, seconds: float) -> Circuit:
    return Optimizer().plan(problem, Effort(seconds)).circuit


PLANS = {OURS: mended, ANEW: planned_anew}


def published(problem: PlanningProblem, circuit: Circuit) -> PlanningProblem:
    """The problem with what stays of its plan."""
    near = [booth for booth in circuit.booths if booth.slot.day < FROZEN_DAYS]
    later = [booth for booth in circuit.booths if booth.slot.day >= FROZEN_DAYS]
    fixed = [Fixed(booth, "published") for booth in near]
    fixed += [Fixed(booth, "confirmed") for booth in later[::CONFIRMED_EVERY]]
    return replace(problem, fixed=tuple(fixed))


def team_away(problem: PlanningProblem, circuit: Circuit) -> tuple[PlanningProblem, set[str]]:
    """A team can't come on the day on which it has the most booths, none of which has to stay."""
    stay = {(fixed.booth.team, fixed.booth.slot.day) for fixed in problem.fixed}
    of_day: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for booth in circuit.booths:
        if (booth.team, booth.slot.day) not in stay:
            of_day[booth.team, booth.slot.day].add(booth.line)
    away, day = max(of_day, key=lambda key: len(of_day[key]))
    teams = (
        replace(team, free=frozenset(slot for slot in team.free if slot.day != day))
        if team.id == away
        else team
        for team in problem.teams
    )
    return replace(problem, teams=tuple(teams)), of_day[away, day]


def order_comes(problem: PlanningProblem, circuit: Circuit) -> tuple[PlanningProblem, set[str]]:
    """What some lines have that are served on the busiest day is wanted once more, on that day, as urgently as
    anything."""
    served = [booth for booth in circuit.booths if booth.slot.day >= FROZEN_DAYS]
    (day, _), *_ = Counter(booth.slot.day for booth in served).most_common(1)
    then = {booth.line for booth in served if booth.slot.day == day}
    priority = max(line.priority for line in problem.lines)
    again = [
        replace(
            line, id=f"{line.id}-again", first_day=day, last_day=day, priority=priority, series=None
        )
        for line in problem.lines
        if line.id in then
    ][:NEW_LINES]
    return replace(problem, lines=(*problem.lines, *again)), {line.id for line in again}


CASES = {"a team is away for a day": team_away, "an order comes": order_comes}


def measure(size: Size, seconds: float) -> Iterator[Result]:
    problem = read_problem(sample(size))
    before = Optimizer().plan(problem, Effort(seconds)).circuit
    for what, case in CASES.items():
        changed, lost = case(published(problem, before), before)
        for how, plan in PLANS.items():
            began = time.perf_counter()
            after = plan(changed, before, seconds)
            took = time.perf_counter() - began
            stay = {fixed.booth for fixed in changed.fixed}
            yield Result(
                size,
                what,
                how,
                round(took, 2),
                score(changed, after).objective,
                len(lost),
                len(places(before, lost).items() - places(after, lost).items()),
                len(stay - set(after.booths)),
                check_plan(changed, after) == [],
            )


def places(circuit: Circuit, lost: set[str]) -> dict[str, frozenset[Booth]]:
    """The booths of each line that is served, but for the lost ones."""
    found: defaultdict[str, set[Booth]] = defaultdict(set)
    for booth in circuit.booths:
        if booth.line not in lost:
            found[booth.line].add(booth)
    return {line: frozenset(booths) for line, booths in found.items()}


def main() -> None:
    parser = options(__doc__, "repair")
    parser.add_argument("--sizes", default="S,M,L", help="which samples (--quick: never L)")
    given = parser.parse_args()
    allowed = QUICK if given.quick else SECONDS
    results = [
        result
        for size in allowed
        if size in given.sizes.split(",")
        for result in measure(size, allowed[size])
    ]
    ours = [result for result in results if result.how == OURS]
    anew = [result for result in results if result.how == ANEW]
    ratios = {
        "most seconds": max(result.seconds for result in ours),
        "most moved per lost": max(result.moved_per_lost for result in ours),
        "frozen changed": sum(result.frozen_changed for result in ours),
        "moved by planning anew, for each moved by mending": round(
            sum(result.moved for result in anew) / max(1, sum(result.moved for result in ours)), 1
        ),
    }
    figures = [asdict(result) | {"moved_per_lost": result.moved_per_lost} for result in results]
    rows = [list(figure.values()) for figure in figures]
    bars = {
        f"{result.problem}, {result.what}, {result.how}": float(result.moved) for result in results
    }
    report(
        "repair",
        given,
        {"results": figures, "ratios": ratios},
        HEADS,
        rows,
        bars,
        "lines moved that need not",
    )


if __name__ == "__main__":
    main()
