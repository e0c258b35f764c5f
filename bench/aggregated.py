"""The planning problem as one writes it first for CP-SAT: volunteers of a visit and lines of a stop in one row each,
default search, one worker."""

from collections import defaultdict

from ortools.sat.python import cp_model

from services.dispatch.planning.optimizer.instance import Instance, instance_of
from services.dispatch.planning.optimizer.partial_plan import PartialPlan
from services.dispatch.planning.problem.circuit import Circuit
from services.dispatch.planning.problem.problem import PlanningProblem
from services.dispatch.planning.problem.reasons import explained


def aggregated(problem: PlanningProblem, seconds: float) -> tuple[Circuit, int | None]:
    """The circuit found in ``seconds`` and the bound; an empty one and none if there was no time for a first."""
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
    known = PartialPlan(instance)
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return explained(problem, ()), None
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
