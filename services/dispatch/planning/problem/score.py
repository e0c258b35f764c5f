"""What a plan is worth: each goal on its own, and the weighted objective that compares plans of different programs."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from services.dispatch.planning.problem.circuit import Circuit
from services.dispatch.planning.problem.fairness import fair_shares
from services.dispatch.planning.problem.problem import PlanningProblem


class Goal(NamedTuple):
    """A figure of :class:`Score`; ``goal.<name>`` of the locale files says it in words. The goals of a ``level`` count
    before those of the next are looked at."""

    level: int
    name: str
    more_is_better: bool = False


GOALS = (
    Goal(1, "priority_served", more_is_better=True),
    Goal(2, "changes"),
    Goal(3, "stops"),
    Goal(4, "lines_on_theme", more_is_better=True),
    Goal(4, "days_off_preference"),
    Goal(5, "team_km"),
    Goal(6, "load_unfairness"),
    Goal(6, "service_unfairness"),
)


@dataclass(frozen=True, slots=True)
class Score:
    """The goals in the order in which they count; ``objective`` is the weighted sum (higher is better).

    ``team_km`` is the way of all teams from their bases to their stops, one way. Unfairness is the standard deviation
    over the mean (coefficient of variation; 0 is even): of load (visits / free days) over teams, and of the share of
    lines served over townships. ``lines_on_theme`` are served on a day of a theme that they fit.
    """

    priority_served: int
    changes: int
    lines_served: int
    stops: int
    team_visits: int
    lines_on_theme: int
    days_off_preference: int
    team_km: float
    load_unfairness: float
    service_unfairness: float
    objective: int


def score(problem: PlanningProblem, circuit: Circuit) -> Score:
    """:param circuit: one that holds, by ``check_plan``."""
    lines = {line.id: line for line in problem.lines}
    teams = {team.id: team for team in problem.teams}
    sites = {site.id: site for site in problem.sites}
    days = {booth.line: booth.slot.day for booth in circuit.booths}
    served = [lines[line] for line in days]
    stops = {(lines[booth.line].site, booth.slot) for booth in circuit.booths}
    visits = {(booth.team, lines[booth.line].site, booth.slot) for booth in circuit.booths}
    changes = len(set(problem.published) - set(circuit.booths))
    weights = problem.weights
    objective = (
        sum(problem.line_value(line, days[line.id]) for line in served)
        - sum(weights.stop + weights.later_part * slot.part for _, slot in stops)
        - sum(problem.visit_cost(teams[team], sites[site]) for team, site, _ in visits)
        - weights.change * changes
        + weights.first_served * len({sites[line.site].township for line in served})
        - weights.overload * _overload(problem, (team for team, _, _ in visits))
    )
    return Score(
        priority_served=sum(line.priority for line in served),
        changes=changes,
        lines_served=len(served),
        stops=len(stops),
        team_visits=len(visits),
        lines_on_theme=sum(problem.fits_theme(line, days[line.id]) for line in served),
        days_off_preference=sum(line.days_off_preference(days[line.id]) for line in served),
        team_km=sum(
            problem.travel.distance_km(teams[team], sites[site]) for team, site, _ in visits
        ),
        load_unfairness=_load_unfairness(problem, Counter(team for team, _, _ in visits)),
        service_unfairness=_service_unfairness(problem, set(days)),
        objective=objective,
    )


def _overload(problem: PlanningProblem, visiting: Iterable[str]) -> int:
    """Visits beyond the teams' fair shares."""
    visits = Counter(visiting)
    return sum(max(0, visits[team] - share) for team, share in fair_shares(problem).items())


def _load_unfairness(problem: PlanningProblem, visits: Counter[str]) -> float:
    days = {team.id: len({slot.day for slot in team.free}) for team in problem.teams}
    return _variation([visits[team] / free for team, free in days.items() if free])


def _service_unfairness(problem: PlanningProblem, served: set[str]) -> float:
    township = {site.id: site.township for site in problem.sites}
    asked = Counter(township[line.site] for line in problem.lines)
    given = Counter(township[line.site] for line in problem.lines if line.id in served)
    return _variation([given[code] / lines for code, lines in asked.items()])


def _variation(values: list[float]) -> float:
    mean = sum(values) / len(values) if values else 0.0
    if not mean:
        return 0.0
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values)) / mean
