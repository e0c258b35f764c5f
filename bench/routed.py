"""The planning problem as far as VROOM, a vehicle-routing engine, can state it: a vehicle is a team on one of its days,
a job is a line.

Stated: items and reach of a team (skills), its days and a line's window (time windows), one zone a day and the stops of
a day (travel times), what a visit costs (a cost matrix a team), priorities. Not stated, since it has no words for it:
that the teams at a stop share its opening, preferred days, volunteers by stop (it counts them by day), and the rules
that the samples don't use.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

import vroom

from services.dispatch.planning.optimizer.instance import instance_of
from services.dispatch.planning.optimizer.list_planner import place_booths
from services.dispatch.planning.optimizer.partial_plan import PartialPlan
from services.dispatch.planning.problem.circuit import Circuit
from services.dispatch.planning.problem.eligibility import Eligibility
from services.dispatch.planning.problem.problem import Booth, Line, PlanningProblem, Slot, Team
from services.dispatch.planning.problem.reasons import explained

DAY = 86_400
WITHIN_ZONE = 60
BETWEEN_ZONES = 2 * DAY
THOROUGH, QUICK = 5, 1
LONG_ENOUGH = 30.0  # shorter, its many starts are all cut off, and the best of them is worse than one that ends


def routed(problem: PlanningProblem, seconds: float) -> tuple[Circuit, int]:
    """The circuit of what holds in VROOM's plan, and how many of its lines do not."""
    statement = _Statement(problem)
    booths = sorted(statement.booths(seconds), key=statement.urgency)
    holding = PartialPlan(instance_of(problem))
    dropped = place_booths(holding, booths)
    return explained(problem, holding.booths()), len(dropped)


class _Statement:
    def __init__(self, problem: PlanningProblem) -> None:
        self._problem = problem
        self._site_of = {site.id: number for number, site in enumerate(problem.sites)}
        self._items = sorted({line.item for line in problem.lines})
        self._lines = {line.id: line for line in problem.lines}
        self._input = vroom.Input()
        self._team_days: list[tuple[Team, int]] = []
        eligibility = Eligibility(problem)
        for team in problem.teams:
            self._add_ways(team)
            near = [site.id for site in problem.sites if eligibility.near(team, site)]
            skills = {
                self._skill(site, item)
                for site in near
                for item in team.items.intersection(self._items)
            }
            self._add_days(team, skills)
        self._input.add_job([self._job(number, line) for number, line in enumerate(problem.lines)])

    def booths(self, seconds: float) -> Iterator[Booth]:
        level = THOROUGH if seconds >= LONG_ENOUGH else QUICK
        answer = self._input.solve(
            level, nb_threads=1, timeout=timedelta(seconds=seconds)
        ).to_dict()
        for route in answer["routes"]:
            team, day = self._team_days[route["vehicle"]]
            for step in route["steps"]:
                if step["type"] == "job":
                    line = self._problem.lines[step["id"]]
                    yield Booth(line.id, team.id, Slot(day), line.volunteers)

    def urgency(self, booth: Booth) -> tuple[int, Booth]:
        return -self._lines[booth.line].priority, booth

    def _skill(self, site: str, item: str) -> int:
        return self._site_of[site] * len(self._items) + self._items.index(item)

    def _add_ways(self, team: Team) -> None:
        """The first stop takes no time, so that a day's time counts further stops and keeps to one zone; to arrive
        costs what a visit does."""
        sites, base = self._problem.sites, len(self._problem.sites)
        costs = [self._problem.visit_cost(team, site) for site in sites]
        arriving = [
            [0 if a == b else cost for b, cost in enumerate(costs)] + [0] for a in range(base + 1)
        ]
        within = [
            [WITHIN_ZONE if a.zone == b.zone else BETWEEN_ZONES for b in sites] + [0] for a in sites
        ]
        for number in range(base):
            within[number][number] = 0
        self._input.set_durations_matrix(team.id, [*within, [0] * (base + 1)])
        self._input.set_costs_matrix(team.id, arriving)

    def _add_days(self, team: Team, skills: Iterable[int]) -> None:
        for day in sorted({slot.day for slot in team.free if self._problem.is_open(slot)}):
            vehicle = vroom.Vehicle(
                len(self._team_days),
                start=len(self._problem.sites),
                profile=team.id,
                capacity=[team.members_at(day) * team.max_stops_per_day],
                skills=set(skills),
                time_window=(day * DAY, (day + 1) * DAY - 1),
                max_travel_time=WITHIN_ZONE * (team.max_stops_per_day - 1),
            )
            self._input.add_vehicle(vehicle)
            self._team_days.append((team, day))

    def _job(self, number: int, line: Line) -> vroom.Job:
        return vroom.Job(
            number,
            self._site_of[line.site],
            delivery=[line.volunteers],
            skills={self._skill(line.site, line.item)},
            priority=line.priority,
            time_windows=[(line.first_day * DAY, (line.last_day + 1) * DAY - 1)],
        )
