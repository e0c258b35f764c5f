"""The planner beside list scheduling, CP-SAT on the plain aggregated model, and VROOM, in one run on one core each.

    python -m bench.planning [--quick] [--json] [--sizes S,M,L]
    python -m bench.planning --generated S|M|L [--count N] [--seed K] [--quick] [--json]

The first runs all of them on the three samples, the second ours on unseen problems of the seeded generator. Each gets
the same seconds in a process of its own, and its plan is judged by ``check_plan`` and ``score``. The gap is against the
best bound known in the run.
"""

import argparse
import gzip
import json
import multiprocessing
import resource
import statistics
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.aggregated import aggregated
from bench.report import options, report, require
from services.dispatch.adapters.list_planner import ListPlanner
from services.dispatch.adapters.optimizer import Optimizer
from services.dispatch.domain.planning.check import check_plan
from services.dispatch.domain.planning.circuit import Circuit, Effort
from services.dispatch.domain.planning.files import read_problem
from services.dispatch.domain.planning.generated import Size, generated_problem
from services.dispatch.domain.planning.problem import Problem
from services.dispatch.domain.planning.score import score

LARGE = Path(__file__).parent / "data" / "planning-L.json.gz"
DATA = Path(__file__).parents[1] / "tests" / "data"
SECONDS: dict[Size, float] = {"S": 30.0, "M": 60.0, "L": 300.0}
QUICK: dict[Size, float] = {"S": 4.0, "M": 7.0, "L": 30.0}
GENERATED: dict[Size, int] = {"S": 10, "M": 3, "L": 1}
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
HEADS = ("problem", "planner", "objective", "bound", "gap %", "s", "ended by", "MB", "holds")


@dataclass(frozen=True, slots=True)
class Found:
    """``dropped`` lines of the planner's own plan broke a rule; the circuit is without them."""

    circuit: Circuit
    bound: int | None = None
    dropped: int = 0
    out_of_time: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    problem: str
    planner: str
    objective: int
    bound: int | None
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


def run(planner: str, problem: Problem, seconds: float) -> Found:
    if planner == "list scheduling":
        return Found(ListPlanner().plan(problem).circuit)
    if planner == "CP-SAT, aggregated":
        return Found(*aggregated(problem, seconds))
    if planner == "VROOM":
        from bench.routed import routed

        circuit, dropped = routed(problem, seconds)
        return Found(circuit, dropped=dropped)
    solution = Optimizer().plan(problem, Effort(seconds))
    return Found(solution.circuit, solution.bound, out_of_time=solution.out_of_time)


def _measured(sink: Connection, name: str, document: object, planner: str, seconds: float) -> None:
    problem = read_problem(document)
    began = time.perf_counter()
    found = run(planner, problem, seconds)
    took = round(time.perf_counter() - began, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    holds = check_plan(problem, found.circuit) == []
    worth = score(problem, found.circuit)
    served, dropped = worth.lines_served, found.dropped
    sink.send(
        Result(name, planner, worth.objective, found.bound, took, peak, holds, served, dropped, found.out_of_time)
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


def unseen(size: Size, seeds: range, seconds: float) -> Iterator[Result]:
    for seed in seeds:
        yield measured(f"{size}-{seed}", generated_problem(size, seed), OURS, seconds)


def with_gaps(results: list[Result]) -> list[tuple[Result, float]]:
    """With the gap of each, in % of the least bound that any planner gave for the problem."""
    bounds: dict[str, int] = {}
    for found in results:
        if found.bound is not None:
            bounds[found.problem] = min(found.bound, bounds.get(found.problem, found.bound))
    return [(found, round(100 * (1 - found.objective / bounds[found.problem]), 2)) for found in results]


def lead(measured: list[tuple[Result, float]]) -> dict[str, float]:
    """By problem: how many points the gap of the next best is wider than ours."""
    ours = {found.problem: gap for found, gap in measured if found.planner == OURS}
    others = {
        problem: min(gap for found, gap in measured if found.problem == problem and found.planner != OURS)
        for problem in ours
    }
    return {
        f"{problem}: gap of the next best less ours, points": round(others[problem] - ours[problem], 2)
        for problem in ours
    }


def spread(gaps: list[float]) -> dict[str, float]:
    return {"median gap %": statistics.median(gaps), "widest gap %": max(gaps)}


def tell(name: str, given: argparse.Namespace, results: list[Result]) -> None:
    found = with_gaps(results)
    figures = [asdict(result) | {"gap_percent": gap} for result, gap in found]
    ratios = spread([gap for _, gap in found]) if given.generated else lead(found)
    result: dict[str, Any] = {"results": figures, "ratios": ratios}
    rows = [
        (
            r.problem,
            r.planner,
            r.objective,
            "-" if r.bound is None else r.bound,
            gap,
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
    report(name, given, result, HEADS, rows, bars, "gap to the best bound, %")


def main() -> None:
    parser = options(__doc__, "planning")
    parser.add_argument("--sizes", default="S,M,L", help="which samples (--quick: never L)")
    parser.add_argument("--generated", choices=GENERATED, help="ours on generated problems of this size")
    parser.add_argument("--count", type=int, help="how many of them")
    parser.add_argument("--seed", type=int, default=1, help="of the first of them")
    given = parser.parse_args()
    seconds = QUICK if given.quick else SECONDS
    if given.generated:
        size: Size = given.generated
        seeds = range(given.seed, given.seed + (given.count or GENERATED[size]))
        tell(f"planning-{size}", given, list(unseen(size, seeds, seconds[size])))
        return
    sizes = [size for size in SECONDS if size in given.sizes.split(",") and not (given.quick and size == "L")]
    if sizes != ["L"]:
        require("vroom")
    tell("planning", given, list(samples(sizes, seconds)))
    if not given.json:
        for planner, note in NOTES.items():
            print(f"{planner}: {note}")


if __name__ == "__main__":
    main()
