"""The planner beside list scheduling, CP-SAT on the plain aggregated model, and VROOM, in one run on one core each.

    python -m bench.planning [--quick] [--json] [--sizes S,M,L]
    python -m bench.planning --generated S|M|L [--count N] [--seed K] [--quick] [--json]

The first runs all of them on the three samples, each with the same seconds; the second ours on unseen problems of the
seeded generator, once for each time that there is a target for. Each has a process of its own, and its plan is judged
by ``check_plan`` and ``score``. The gap is against the best bound known of the problem in that time; the certified one
against what ``diancai plan verify`` proves in one pass.
"""

import argparse
import gzip
import json
import multiprocessing
import resource
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.aggregated import aggregated
from bench.report import options, report, require
from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import Circuit, Effort, Progress
from services.dispatch.planning.problem.files import read_problem
from services.dispatch.planning.problem.generated import Size, generated_problem
from services.dispatch.planning.problem.problem import PlanningProblem
from services.dispatch.planning.problem.score import score

LARGE = Path(__file__).parent / "data" / "planning-L.json.gz"
DATA = Path(__file__).parents[1] / "tests" / "data"
GENERATED: dict[Size, int] = {"S": 10, "M": 3, "L": 1}
TARGETS: dict[Size, dict[float, float]] = {
    "S": {5.0: 0.2, 30.0: 0.05},
    "M": {20.0: 1.8, 60.0: 1.0},
    "L": {300.0: 2.3},
}
"""The widest gap wanted, in %, after so many seconds."""
SECONDS = {size: max(wanted) for size, wanted in TARGETS.items()}
QUICK: dict[Size, float] = {"S": 4.0, "M": 7.0, "L": 30.0}
OURS = "Diancai"
PLANNERS = ("list scheduling", "CP-SAT, aggregated", "VROOM", OURS)
NOT_FOR_L = {
    "CP-SAT, aggregated": "not on L: in this time its model of half a million booths finds no plan",
    "VROOM": "not on L: its ways between 2000 townships, by team, take 13 GB",
}
NOTES = {
    **NOT_FOR_L,
    "VROOM": "can't state that teams at a stop share its opening, preferred days, and volunteers by stop; lines of its "
    f"plan that break a rule are dropped, the rest counts; {NOT_FOR_L['VROOM']}",
}
HEADS = (
    "problem",
    "planner",
    "objective",
    "bound",
    "gap %",
    "certified %",
    "first s",
    "s",
    "ended by",
    "MB",
    "holds",
)


@dataclass(frozen=True, slots=True)
class Found:
    """``dropped`` lines of the planner's own plan broke a rule; the circuit is without them. ``first_at``: when the
    first plan was told."""

    circuit: Circuit
    bound: int | None = None
    certified: int | None = None
    dropped: int = 0
    out_of_time: bool = False
    first_at: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """``first_seconds`` until the first plan, the problem's reading included."""

    problem: str
    planner: str
    allowed_seconds: float
    objective: int
    bound: int | None
    certified: int | None
    first_seconds: float | None
    seconds: float
    peak_mb: int
    holds: bool
    served: int
    dropped: int
    out_of_time: bool

    def ended_by(self) -> str:
        """Of ours; the others' budget is the clock, or they have none."""
        return "-" if self.planner != OURS else "clock" if self.out_of_time else "work"

    def held(self) -> str:
        if not self.holds or not self.served:
            return "no plan in time" if self.holds else "NO"
        return f"{self.dropped} lines dropped" if self.dropped else "yes"


def run(planner: str, problem: PlanningProblem, seconds: float) -> Found:
    if planner == "list scheduling":
        return Found(ListPlanner().plan(problem).circuit)
    if planner == "CP-SAT, aggregated":
        return Found(*aggregated(problem, seconds))
    if planner == "VROOM":
        from bench.routed import routed

        circuit, dropped = routed(problem, seconds)
        return Found(circuit, dropped=dropped)
    told: list[float] = []

    def on_progress(_: Progress) -> bool:
        told.append(time.perf_counter())
        return True

    solution = Optimizer().plan(problem, Effort(seconds), on_progress)
    certified = solution.certificate.bound if solution.certificate else None
    return Found(
        solution.circuit,
        solution.bound,
        certified,
        out_of_time=solution.out_of_time,
        first_at=told[0],
    )


def _measured(sink: Connection, name: str, document: object, planner: str, seconds: float) -> None:
    began = time.perf_counter()
    problem = read_problem(document)
    read = time.perf_counter()
    found = run(planner, problem, seconds)
    took = round(time.perf_counter() - read, 1)
    worth = score(problem, found.circuit)
    sink.send(
        Result(
            name,
            planner,
            seconds,
            worth.objective,
            found.bound,
            found.certified,
            None if found.first_at is None else round(found.first_at - began, 1),
            took,
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            check_plan(problem, found.circuit) == [],
            worth.lines_served,
            found.dropped,
            found.out_of_time,
        )
    )
    sink.close()


def measured(name: str, document: object, planner: str, seconds: float) -> Result:
    """One planner on one problem, in a process of its own."""
    source, sink = multiprocessing.get_context("spawn").Pipe(duplex=False)
    worker = multiprocessing.get_context("spawn").Process(
        target=_measured, args=(sink, name, document, planner, seconds)
    )
    worker.start()
    sink.close()
    result: Result = source.recv()
    worker.join()
    return result


def sample(size: Size) -> object:
    if size == "L":
        with gzip.open(LARGE, "rt", encoding="utf-8") as file:
            return json.load(file)
    return json.loads((DATA / f"planning-{size}.json").read_text("utf-8"))


def samples(sizes: list[Size], seconds: dict[Size, float]) -> Iterator[Result]:
    for size in sizes:
        document = sample(size)
        for planner in PLANNERS:
            if size != "L" or planner not in NOT_FOR_L:
                yield measured(size, document, planner, seconds[size])


def unseen(size: Size, seeds: range, allowed: Iterable[float]) -> Iterator[Result]:
    for seconds in allowed:
        for seed in seeds:
            name = f"{size}-{seed}, {seconds:g} s"
            yield measured(name, generated_problem(size, seed), OURS, seconds)


def gap(objective: int, bound: int) -> float:
    """In %."""
    return round(100 * (1 - objective / bound), 3)


def with_gaps(results: list[Result]) -> list[tuple[Result, float]]:
    """With the gap of each, of the least bound that any planner gave for the problem."""
    bounds: dict[str, int] = {}
    for found in results:
        if found.bound is not None:
            bounds[found.problem] = min(found.bound, bounds.get(found.problem, found.bound))
    return [(found, gap(found.objective, bounds[found.problem])) for found in results]


def certified_gap(found: Result) -> float | None:
    return None if found.certified is None else gap(found.objective, found.certified)


def or_dash(value: float | None) -> object:
    return "-" if value is None else value


def lead(measured: list[tuple[Result, float]]) -> dict[str, float]:
    """By problem: how many points the gap of the next best is wider than ours."""
    ours = {found.problem: gap for found, gap in measured if found.planner == OURS}
    others = {
        problem: min(
            gap for found, gap in measured if found.problem == problem and found.planner != OURS
        )
        for problem in ours
    }
    return {
        f"{problem}: gap of the next best less ours, points": round(
            others[problem] - ours[problem], 2
        )
        for problem in ours
    }


def spread(size: Size, measured: list[tuple[Result, float]]) -> dict[str, float]:
    """By the time allowed: the gaps, and what is wanted."""
    ratios: dict[str, float] = {}
    for seconds in sorted({found.allowed_seconds for found, _ in measured}):
        its = [(found, gap) for found, gap in measured if found.allowed_seconds == seconds]
        gaps = [gap for _, gap in its]
        ratios[f"{seconds:g} s: median gap %"] = round(statistics.median(gaps), 3)
        ratios[f"{seconds:g} s: widest gap %"] = max(gaps)
        if certified := [gap for found, _ in its if (gap := certified_gap(found)) is not None]:
            ratios[f"{seconds:g} s: widest certified gap %"] = max(certified)
        if wanted := TARGETS[size].get(seconds):
            ratios[f"{seconds:g} s: widest gap wanted, %"] = wanted
    return ratios


def report_table(name: str, given: argparse.Namespace, results: list[Result]) -> None:
    found = with_gaps(results)
    figures = [
        asdict(result) | {"gap_percent": gap, "certified_gap_percent": certified_gap(result)}
        for result, gap in found
    ]
    ratios = spread(given.generated, found) if given.generated else lead(found)
    result: dict[str, Any] = {"results": figures, "ratios": ratios}
    rows: list[tuple[object, ...]] = [
        (
            r.problem,
            r.planner,
            r.objective,
            or_dash(r.bound),
            gap,
            or_dash(certified_gap(r)),
            or_dash(r.first_seconds),
            r.seconds,
            r.ended_by(),
            r.peak_mb,
            r.held(),
        )
        for r, gap in found
    ]
    bars = {f"{r.problem}, {r.planner}": gap for r, gap in reversed(found)}
    if given.generated is None:
        result["notes"] = NOTES
    heads: tuple[str, ...] = HEADS
    if given.generated:  # one planner
        heads, rows = (heads[0], *heads[2:]), [(row[0], *row[2:]) for row in rows]
    report(name, given, result, heads, rows, bars, "gap to the best bound, %")


def main() -> None:
    parser = options(__doc__, "planning")
    parser.add_argument("--sizes", default="S,M,L", help="which samples (--quick: never L)")
    parser.add_argument(
        "--generated", choices=GENERATED, help="ours on generated problems of this size"
    )
    parser.add_argument("--count", type=int, help="how many of them")
    parser.add_argument("--seed", type=int, default=1, help="of the first of them")
    given = parser.parse_args()
    seconds = QUICK if given.quick else SECONDS
    if given.generated:
        size: Size = given.generated
        seeds = range(given.seed, given.seed + (given.count or GENERATED[size]))
        allowed = [QUICK[size]] if given.quick else TARGETS[size]
        report_table(f"planning-{size}", given, list(unseen(size, seeds, allowed)))
        return
    sizes = [
        size
        for size in SECONDS
        if size in given.sizes.split(",") and not (given.quick and size == "L")
    ]
    if sizes != ["L"]:
        require("vroom")
    report_table("planning", given, list(samples(sizes, seconds)))
    if not given.json:
        for planner, note in NOTES.items():
            print(f"{planner}: {note}")


if __name__ == "__main__":
    main()
