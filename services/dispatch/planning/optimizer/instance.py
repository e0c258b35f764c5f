"""A problem as numbers: every possible booth, visit, stop and team-day has an index."""

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from services.dispatch.planning.problem.eligibility import Eligibility, Match, strength
from services.dispatch.planning.problem.fairness import fair_shares
from services.dispatch.planning.problem.problem import Booth, PlanningProblem, Slot


class Visit(NamedTuple):
    """A team at a site in a slot. A province has half a million of them."""

    team: int
    site: int
    slot: int
    stop: int
    team_day: int
    zone: int
    members: int
    cost: int


@dataclass(frozen=True, slots=True)
class TeamDay:
    team: int
    day: int
    most_stops: int


@dataclass(slots=True)
class Instance:
    """``options[n]`` is a possible booth: of which line, in which visit, worth what. Lists of equal length describe it.

    ``of_line[line]`` and ``of_site[site]`` (its lines) are looked up by number; ids only at the borders.
    ``fair_share[team]`` is there where the weights count visits beyond it.
    """

    problem: PlanningProblem
    eligibility: Eligibility
    option_line: list[int] = field(default_factory=list)
    option_visit: list[int] = field(default_factory=list)
    option_value: list[int] = field(default_factory=list)
    of_line: list[range] = field(default_factory=list)
    needed: list[int] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    team_days: list[TeamDay] = field(default_factory=list)
    stop_cost: list[int] = field(default_factory=list)
    stop_site: list[int] = field(default_factory=list)
    stop_slot: list[int] = field(default_factory=list)
    of_site: list[list[int]] = field(default_factory=list)
    site_of_line: list[int] = field(default_factory=list)
    township_of_line: list[str] = field(default_factory=list)
    fair_share: list[int] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    shared: list[bool] = field(default_factory=list)
    index_of: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def slot(self, number: int) -> Slot:
        return Slot(*divmod(number, self.problem.parts))

    def booth(self, option: int, volunteers: int) -> Booth:
        visit = self.visits[self.option_visit[option]]
        line = self.problem.lines[self.option_line[option]]
        return Booth(line.id, self.problem.teams[visit.team].id, self.slot(visit.slot), volunteers)

    def option_at(self, line: int, booth: Booth) -> int | None:
        """The option by which ``booth`` serves the line; None where it can't."""
        slot = booth.slot.day * self.problem.parts + booth.slot.part
        for option in self.of_line[line]:
            visit = self.visits[self.option_visit[option]]
            if visit.slot == slot and self.problem.teams[visit.team].id == booth.team:
                return option
        return None


@contextmanager
def collecting_later() -> Iterator[None]:
    """Turns the garbage collector off in the block. It would scan a million objects that all stay, again and again,
    which takes a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def instance_of(
    problem: PlanningProblem,
    eligibility: Eligibility | None = None,
    only: Mapping[str, Sequence[Booth]] | None = None,
) -> Instance:
    """``eligibility`` is that of a problem with the same sites and teams, if it is known. Lines in ``only`` (by id)
    have no options but these booths, as far as they are possible: of a province's half million a few thousand are left
    to look at."""
    with collecting_later():
        return _Builder(problem, eligibility or Eligibility(problem)).build(only or {})


class _Builder:
    def __init__(self, problem: PlanningProblem, eligibility: Eligibility) -> None:
        self._problem = problem
        self._made = Instance(problem, eligibility)
        self._team_of = {team.id: number for number, team in enumerate(problem.teams)}
        self._site_of = {site.id: number for number, site in enumerate(problem.sites)}
        self._made.zones = sorted({site.zone for site in problem.sites})
        zone_of = {zone: number for number, zone in enumerate(self._made.zones)}
        self._zone = [zone_of[site.zone] for site in problem.sites]
        self._visits: defaultdict[tuple[int, int], dict[Slot, int]] = defaultdict(dict)
        self._stops: list[dict[Slot, int]] = [{} for _ in problem.sites]
        self._team_days: list[dict[int, int]] = [{} for _ in problem.teams]
        self._kept = {(booth.line, booth.team, booth.slot) for booth in problem.published}

    def build(self, only: Mapping[str, Sequence[Booth]]) -> Instance:
        made, problem, eligibility = self._made, self._problem, self._made.eligibility
        made.of_site = [[] for _ in problem.sites]
        made.fair_share = list(fair_shares(problem).values())
        for number, line in enumerate(problem.lines):
            site = self._site_of.get(line.site, -1)
            first = len(made.option_line)
            booths = only.get(line.id)
            days = (
                range(line.first_day, line.last_day + 1)
                if booths is None
                else {booth.slot.day for booth in booths}
            )
            value = {day: problem.line_value(line, day) for day in days}
            for match in eligibility.matches(line, booths):
                self._add_options(site, match, value)
            made.option_line += [number] * (len(made.option_visit) - first)
            made.of_line.append(range(first, len(made.option_line)))
            made.needed.append(line.volunteers)
            made.shared.append(line.max_teams > 1)
            made.site_of_line.append(site)
            made.township_of_line.append(problem.sites[site].township if site >= 0 else "")
            if site >= 0:
                made.of_site[site].append(number)
        return made

    def _add_options(self, site: int, match: Match, value: Mapping[int, int]) -> None:
        made, line, team = self._made, match.line, self._team_of[match.team.id]
        visits = self._visits[team, site]
        missing = [slot for slot in match.slots if slot not in visits]
        if missing:
            self._add_visits(team, site, missing)
        made.option_visit += [visits[slot] for slot in match.slots]
        made.option_value += [value[slot.day] for slot in match.slots]
        if self._kept:
            for place, slot in enumerate(match.slots, len(made.option_value) - len(match.slots)):
                if (line.id, match.team.id, slot) in self._kept:
                    made.option_value[place] += self._problem.weights.change

    def _add_visits(self, team: int, site: int, slots: list[Slot]) -> None:
        who, parts, zone = self._problem.teams[team], self._problem.parts, self._zone[site]
        cost = self._problem.visit_cost(who, self._problem.sites[site])
        visits, known = self._made.visits, self._visits[team, site]
        stops, days = self._stops[site], self._team_days[team]
        for slot in slots:
            day, part = slot
            stop = stops[slot] if slot in stops else self._add_stop(site, slot)
            team_day = days[day] if day in days else self._add_team_day(team, day)
            known[slot] = len(visits)
            visits.append(
                Visit(
                    team, site, day * parts + part, stop, team_day, zone, who.members_at(day), cost
                )
            )

    def _add_stop(self, site: int, slot: Slot) -> int:
        weights, made = self._problem.weights, self._made
        self._stops[site][slot] = number = len(made.stop_cost)
        made.stop_cost.append(weights.stop + weights.later_part * slot.part)
        made.stop_site.append(site)
        made.stop_slot.append(slot.day * self._problem.parts + slot.part)
        return number

    def _add_team_day(self, team: int, day: int) -> int:
        self._team_days[team][day] = number = len(self._made.team_days)
        self._made.team_days.append(TeamDay(team, day, self._problem.teams[team].max_stops_per_day))
        return number


def most_at(instance: Instance, option: int) -> int:
    """How many volunteers the team of ``option`` could have at that booth."""
    visit = instance.visits[instance.option_visit[option]]
    line, team = (
        instance.problem.lines[instance.option_line[option]],
        instance.problem.teams[visit.team],
    )
    return strength(team, line, visit.slot // instance.problem.parts)
