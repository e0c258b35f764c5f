"""The planner beside list scheduling and CP-SAT on the plain aggregated model, in one run on one core each.

    python -m bench.planning [--quick] [--json] [--sizes S,M,L]

Each solver gets the same seconds in a process of its own, and its plan is judged by ``check_plan`` and ``score``. The
gap is against the best bound known in the run.
"""

import argparse
import gzip
import json
import multiprocessing
import resource
import sys
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from ortools.sat.python import cp_model

from services.dispatch.adapters.instance import Instance, instance_of
from services.dispatch.adapters.ledger import Ledger
from services.dispatch.adapters.list_planner import ListPlanner
from services.dispatch.adapters.optimizer import Optimizer
from services.dispatch.domain.planning.check import check_plan
from services.dispatch.domain.planning.circuit import Circuit, Effort
from services.dispatch.domain.planning.files import read_problem
from services.dispatch.domain.planning.generated import Size, generated_problem
from services.dispatch.domain.planning.problem import Problem
from services.dispatch.domain.planning.reasons import explained
from services.dispatch.domain.planning.score import score

LARGE = Path(__file__).parent / "data" / "planning-L.json.gz"
DATA = Path(__file__).parents[1] / "tests" / "data"
SECONDS: dict[Size, float] = {"S": 30.0, "M": 60.0, "L": 300.0}
QUICK: dict[Size, float] = {"S": 5.0, "M": 20.0, "L": 30.0}
GENERATED: dict[Size, int] = {"S": 10, "M": 3, "L": 1}


@dataclass(frozen=True, slots=True)
class Result:
    problem: str
    solver: str
    objective: int
    bound: int | None
    seconds: float
    peak_mb: int
    holds: bool

    def gap(self, bound: int | None) -> str:
        return "-" if not bound else f"{100 * (bound - self.objective) / bound:.2f} %"


def aggregated(problem: Problem, seconds: float) -> tuple[Circuit, int | None]:
    """What one writes first: volunteers of a visit and lines of a stop in one row each, default search, one worker."""
    instance = instance_of(problem)
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in instance.option_line]
    visits = [model.new_bool_var("") for _ in instance.visits]
    stops = [model.new_bool_var("") for _ in instance.stop_cost]
    for options in instance.of_line:
        model.add_at_most_one(x[option] for option in options)
    _aggregate(instance, model, x, visits, stops)
    worth = cp_model.LinearExpr.weighted_sum(x, instance.option_value)
    costs = cp_model.LinearExpr.weighted_sum(visits, [visit.cost for visit in instance.visits])
    model.maximize(worth - costs - cp_model.LinearExpr.weighted_sum(stops, instance.stop_cost))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    known = Ledger(instance)
    if solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        for option, variable in enumerate(x):
            if solver.boolean_value(variable):
                known.place([(option, instance.needed[instance.option_line[option]])])
    return explained(problem, known.booths()), round(solver.best_objective_bound)


def _aggregate(
    instance: Instance,
    model: cp_model.CpModel,
    x: list[cp_model.IntVar],
    visits: list[cp_model.IntVar],
    stops: list[cp_model.IntVar],
) -> None:
    of_visit: defaultdict[int, list[int]] = defaultdict(list)
    of_stop: defaultdict[int, list[int]] = defaultdict(list)
    of_day: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for option, number in enumerate(instance.option_visit):
        of_visit[number].append(option)
        of_stop[instance.visits[number].stop].append(option)
    for number, options in of_visit.items():
        visit = instance.visits[number]
        needed = [instance.needed[instance.option_line[option]] for option in options]
        volunteers = cp_model.LinearExpr.weighted_sum([x[option] for option in options], needed)
        model.add(volunteers <= visit.members * visits[number])
        of_day[visit.team_day][visit.zone].append(number)
    most = instance.problem.max_booths_per_stop
    for stop, options in of_stop.items():
        model.add(cp_model.LinearExpr.sum([x[option] for option in options]) <= most * stops[stop])
    for team_day, zones in of_day.items():
        chosen = [model.new_bool_var("") for _ in zones]
        model.add(cp_model.LinearExpr.sum(chosen) <= 1)
        for zone, there in zip(chosen, zones.values(), strict=True):
            limit = instance.team_days[team_day].most_stops
            model.add(cp_model.LinearExpr.sum([visits[number] for number in there]) <= limit * zone)


def run(solver: str, problem: Problem, seconds: float) -> tuple[Circuit, int | None]:
    if solver == "list scheduling":
        return ListPlanner().plan(problem).circuit, None
    if solver == "CP-SAT, aggregated":
        return aggregated(problem, seconds)
    solution = Optimizer().plan(problem, Effort(seconds))
    return solution.circuit, solution.bound


def _measured(sink: Connection, name: str, document: object, solver: str, seconds: float) -> None:
    problem = read_problem(document)
    began = time.perf_counter()
    circuit, bound = run(solver, problem, seconds)
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    holds = check_plan(problem, circuit) == []
    sink.send(Result(name, solver, score(problem, circuit).objective, bound, round(took, 1), peak, holds))
    sink.close()


def measured(name: str, document: object, solver: str, seconds: float) -> Result:
    """One solver on one problem, in a process of its own."""
    source, sink = multiprocessing.get_context("spawn").Pipe(duplex=False)
    worker = multiprocessing.get_context("spawn").Process(
        target=_measured, args=(sink, name, document, solver, seconds)
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


def compare(size: Size, seconds: float) -> list[Result]:
    document = sample(size)
    names = ["list scheduling", "CP-SAT, aggregated", "Diancai"]
    if size == "L":
        names.remove("CP-SAT, aggregated")  # its model of half a million booths finds no plan in this time
    return [measured(size, document, name, seconds) for name in names]


def show(results: list[Result]) -> None:
    bounds: dict[str, int] = {}
    for result in results:
        if result.bound:
            bounds[result.problem] = min(result.bound, bounds.get(result.problem, result.bound))
    print(f"{'problem':<10} {'solver':<20} {'objective':>11} {'bound':>11} {'gap':>8} {'seconds':>8} {'MB':>6}  holds")
    for r in results:
        bound = bounds.get(r.problem)
        said, gap = "-" if r.bound is None else str(r.bound), r.gap(bound)
        holds = "yes" if r.holds else "NO"
        cost = f"{r.seconds:>8} {r.peak_mb:>6}"
        print(f"{r.problem:<10} {r.solver:<20} {r.objective:>11} {said:>11} {gap:>8} {cost}  {holds}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="samples S and M only, less time: under 50 seconds")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sizes", default="S,M,L")
    asked = parser.parse_args()
    sizes = [size for size in SECONDS if size in asked.sizes.split(",") and not (asked.quick and size == "L")]
    results: list[Result] = []
    for size in sizes:
        results += compare(size, QUICK[size] if asked.quick else SECONDS[size])
        if not asked.quick:
            for seed in range(1, GENERATED[size] + 1):
                name = f"{size}-{seed}"
                results.append(measured(name, generated_problem(size, seed), "Diancai", SECONDS[size]))
    if asked.json:
        json.dump([asdict(result) for result in results], sys.stdout, indent=2)
    else:
        show(results)


if __name__ == "__main__":
    main()
