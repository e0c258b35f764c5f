"""A simple planner: list scheduling along a short tour.

Townships are visited in the order of a short tour, spread evenly over the days; each takes the
half-day near its turn at which most of its lines can be served. Correct, quick, not optimal.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from services.dispatch.domain.geography import short_tour, tour_km
from services.dispatch.domain.planning import (
    Circuit,
    DemandLine,
    HalfDay,
    PlannedBooth,
    PlannedStop,
    Problem,
    TeamSupply,
    UnservedLine,
)

Site = tuple[str, str]
"""(township code, place)"""


class ListPlanner:
    """See :class:`services.dispatch.domain.planning.TourPlanner`."""

    def plan(self, problem: Problem) -> Circuit:
        return _Attempt(problem).run()


@dataclass(frozen=True, slots=True)
class _Offer:
    """What one site would get on one half-day, and how good that is: higher is better."""

    half_day: HalfDay
    booths: tuple[PlannedBooth, ...]
    score: tuple[int, int, int, int]


class _Attempt:
    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._half_days = problem.half_days()
        self._taken: defaultdict[str, set[HalfDay]] = defaultdict(set)
        self._load: Counter[str] = Counter()
        for team in problem.teams:
            self._taken[team.code] |= team.busy
        self._offering: defaultdict[str, list[TeamSupply]] = defaultdict(list)
        for team in sorted(problem.teams, key=lambda team: team.code):
            for item in team.items:
                self._offering[item].append(team)

    def run(self) -> Circuit:
        unserved = [
            UnservedLine(line.line_id, reason) for line in self._problem.lines if (reason := self._hopeless(line))
        ]
        waiting: defaultdict[Site, list[DemandLine]] = defaultdict(list)
        hopeless = {line.line_id for line in unserved}
        for line in sorted(self._problem.lines, key=lambda line: (-line.priority, line.line_id)):
            if line.line_id not in hopeless:
                waiting[line.township_code, line.place].append(line)
        stops: list[PlannedStop] = []
        tour = self._tour(sorted(waiting))
        for turn, site in enumerate(tour):
            lines = waiting[site]
            while lines and (offer := self._best_offer(lines, self._due_day(turn, len(tour)))):
                stops.append(self._take(site, offer))
                served = {booth.line_id for booth in offer.booths}
                lines = [line for line in lines if line.line_id not in served]
            unserved += [UnservedLine(line.line_id, "unserved.no_free_team") for line in lines]
        stops.sort(key=lambda stop: (stop.on, stop.part == "afternoon"))
        way = [self._problem.townships[stop.township_code] for stop in stops]
        return Circuit(tuple(stops), tuple(unserved), round(tour_km(way), 1))

    def _hopeless(self, line: DemandLine) -> str | None:
        """Why a line can't be served even if nothing else were asked for; None if it can."""
        offering = self._offering.get(line.item_code, [])
        if line.township_code not in self._problem.townships:
            return "unserved.township_unknown"
        if not offering:
            return "unserved.no_team"
        if all(team.members < line.volunteers for team in offering):
            return "unserved.too_few_volunteers"
        if all(day in line.ruled_out_on for day in self._problem.days):
            return "unserved.all_days_ruled_out"
        return None

    def _tour(self, sites: list[Site]) -> list[Site]:
        """Sites in the order of travel, from the start township where it is among them."""
        starts = [n for n, site in enumerate(sites) if site[0] == self._problem.start_township_code]
        places = [self._problem.townships[site[0]] for site in sites]
        return [sites[n] for n in short_tour(places, starts[0] if starts else 0)]

    def _due_day(self, turn: int, turns: int) -> date:
        days = self._problem.days
        return days[round(turn * (len(days) - 1) / max(1, turns - 1))]

    def _best_offer(self, lines: list[DemandLine], due: date) -> _Offer | None:
        offers = [self._offer(lines, half_day, due) for half_day in self._half_days]
        best = max(offers, key=lambda offer: offer.score, default=None)
        return best if best and best.booths else None

    def _offer(self, lines: list[DemandLine], half_day: HalfDay, due: date) -> _Offer:
        free: dict[str, int] = {}
        booths: list[PlannedBooth] = []
        served = wished = 0
        for line in lines:
            if half_day[0] in line.ruled_out_on:
                continue
            able = [
                team
                for team in self._offering[line.item_code]
                if half_day not in self._taken[team.code] and free.get(team.code, team.members) >= line.volunteers
            ]
            if able:
                team = min(able, key=lambda team: (self._load[team.code], team.code))
                free[team.code] = free.get(team.code, team.members) - line.volunteers
                booths.append(PlannedBooth(line.line_id, team.code))
                served += line.priority
                wished += half_day[0] in line.wished_on
        nearness = -abs((half_day[0] - due).days)
        return _Offer(half_day, tuple(booths), (served, wished, nearness, half_day[1] == "morning"))

    def _take(self, site: Site, offer: _Offer) -> PlannedStop:
        for booth in offer.booths:
            self._taken[booth.team_code].add(offer.half_day)
            self._load[booth.team_code] += 1
        return PlannedStop(site[0], site[1], offer.half_day[0], offer.half_day[1], offer.booths)
