"""Rules of a subproblem's model across stops: a team's day, and the distance between occurrences of a series."""

from collections import defaultdict
from collections.abc import Sequence

from ortools.sat.python import cp_model

from services.dispatch.planning.optimizer.partial_plan import PartialPlan, minutes_of_day

Var = cp_model.IntVar
AnyOf = list[tuple[Var, list[Var]]]
"""Variables that hold when any of others does."""

Gain = list[tuple[Var, int]]
"""What each variable is worth."""


def add_team_days(
    model: cp_model.CpModel,
    plan: PartialPlan,
    visited: dict[int, Var],
    prices: Sequence[int] | None = None,
) -> tuple[AnyOf, Gain]:
    """A team is in one zone a day, at so many stops, and at one in each part of a divided day. ``prices`` of team-days
    are paid where it goes anywhere (None: nothing)."""
    instance = plan.instance
    zones: AnyOf = []
    gain: Gain = []
    of_day: defaultdict[int, list[int]] = defaultdict(list)
    for number in visited:
        of_day[instance.visits[number].team_day].append(number)
    for team_day, visits in of_day.items():
        left = instance.team_days[team_day].most_stops - len(plan.day_visits.get(team_day, ()))
        price = prices[team_day] if prices is not None else 0
        chosen = [visited[number] for number in visits]
        if left == 1:
            model.add_at_most_one(chosen)
        else:
            if instance.problem.parts > 1:
                _add_one_in_each_slot(model, plan, visits, visited)
            chosen = _add_zones(model, plan, visits, visited, left, zones, priced=price > 0)
        if price > 0:
            gain += [(each, -price) for each in chosen]
        if instance.problem.minutes_per_day is not None:
            _add_hours(model, plan, visits, visited)
    return zones, gain


def _add_one_in_each_slot(
    model: cp_model.CpModel, plan: PartialPlan, visits: list[int], visited: dict[int, Var]
) -> None:
    in_slot: defaultdict[int, list[Var]] = defaultdict(list)
    for number in visits:
        in_slot[plan.instance.visits[number].slot].append(visited[number])
    for together in in_slot.values():
        model.add_at_most_one(together)


def _add_zones(
    model: cp_model.CpModel,
    plan: PartialPlan,
    visits: list[int],
    visited: dict[int, Var],
    left: int,
    zones: AnyOf,
    *,
    priced: bool,
) -> list[Var]:
    """One variable for each zone where the team could be, of which those that had to be made are added to ``zones``;
    none where there is but one zone, unless the day is ``priced``."""
    in_zone: defaultdict[int, list[Var]] = defaultdict(list)
    for number in visits:
        in_zone[plan.instance.visits[number].zone].append(visited[number])
    if len(in_zone) == 1 and not priced:
        if len(visits) > left:
            model.add(cp_model.LinearExpr.sum([visited[number] for number in visits]) <= left)
        return []
    chosen = []
    for there in in_zone.values():
        if len(there) == 1:
            chosen.append(there[0])
            continue
        zone = model.new_bool_var("")
        chosen.append(zone)
        zones.append((zone, there))
        if len(there) > left:
            model.add(cp_model.LinearExpr.sum(there) <= left * zone)
        for v in there:
            model.add_implication(v, zone)
    model.add_at_most_one(chosen)
    return chosen


def _add_hours(
    model: cp_model.CpModel, plan: PartialPlan, visits: list[int], visited: dict[int, Var]
) -> None:
    """Rules out pairs of stops whose way is too long for any booth; the rest is looked at when placing."""
    instance = plan.instance
    fixed = dict.fromkeys(sorted(plan.day_visits.get(instance.visits[visits[0]].team_day, ())), 0)
    most = instance.problem.minutes_per_day or 0
    for position, first in enumerate(visits):
        if minutes_of_day(instance, {first: 0, **fixed}) > most:
            model.add(visited[first] == 0)
        for second in visits[position + 1 :]:
            if minutes_of_day(instance, {first: 0, second: 0}) > most:
                model.add_at_most_one([visited[first], visited[second]])


def add_series(
    model: cp_model.CpModel, plan: PartialPlan, lines: Sequence[int], chosen: dict[int, Var]
) -> None:
    """Occurrences of one series keep their distance, from those that stay in the plan too."""
    problem = plan.instance.problem
    in_series = [line for line in lines if problem.lines[line].series is not None]
    for position, line in enumerate(in_series):
        for option in plan.instance.of_line[line]:
            if option in chosen and not plan.keeps_distance(option):
                model.add(chosen[option] == 0)
        for other in in_series[position + 1 :]:
            _keep_apart(model, plan, (line, other), chosen)


def _keep_apart(
    model: cp_model.CpModel, plan: PartialPlan, pair: tuple[int, int], chosen: dict[int, Var]
) -> None:
    a, b = (plan.instance.problem.lines[line] for line in pair)
    spacing = max(a.spacing_days, b.spacing_days)
    if a.series != b.series or not spacing or max(a.max_teams, b.max_teams) > 1:
        return
    days: defaultdict[int, list[Var]] = defaultdict(list)
    for line in pair:
        for option in plan.instance.of_line[line]:
            if option in chosen:
                days[plan.day_of(option)].append(chosen[option])
    for first in days:
        model.add_at_most_one(x for day in range(first, first + spacing) for x in days.get(day, ()))
