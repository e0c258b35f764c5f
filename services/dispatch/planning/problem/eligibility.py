"""Which team could serve which line when, each taken alone."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.dispatch.planning.problem.problem import (
    Ban,
    Booth,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
)


@dataclass(frozen=True, slots=True)
class Match:
    """``team`` could serve ``line`` in each of ``slots``."""

    line: Line
    team: Team
    slots: tuple[Slot, ...]


class Eligibility:
    """The teams near enough, in whose area it is, and fit for each line, and the slots that both allow."""

    def __init__(self, problem: PlanningProblem) -> None:
        self.problem = problem
        self.sites = {site.id: site for site in problem.sites}
        self.offering: defaultdict[str, list[Team]] = defaultdict(list)
        for team in problem.teams:
            for item in team.items:
                self.offering[item].append(team)
        self._teams = {team.id: team for team in problem.teams}
        self._free = {
            team.id: sorted(slot for slot in team.free if problem.is_open(slot))
            for team in problem.teams
        }
        self._near: dict[str, frozenset[str]] = {}
        self._forbidden: defaultdict[str | None, list[Ban]] = defaultdict(list)
        for rule in problem.forbidden:
            self._forbidden[rule.line].append(rule)

    def near(self, team: Team, site: Site) -> bool:
        return team.id in self._reaching(site)

    def _reaching(self, site: Site) -> frozenset[str]:
        """The teams that are near the site, and serve its township."""
        if site.id not in self._near:
            serving = (team for team in self.problem.teams if team.serves(site))
            self._near[site.id] = frozenset(self.problem.travel.within_radius(serving, site))
        return self._near[site.id]

    def matches(self, line: Line, among: Iterable[Booth] | None = None) -> Iterator[Match]:
        """Every team that can serve ``line`` by itself, or take a share of it, with its slots; ``among`` these booths
        of the line only, where that is all that is asked."""
        site = self.sites.get(line.site)
        if site is None:
            return
        rules = self._forbidden[None] + self._forbidden[line.id] if self._forbidden else []
        least = 1 if line.max_teams > 1 else line.volunteers
        for team, slots in (
            self._offered(line, site) if among is None else self._offered_by(line, site, among)
        ):
            window = slots[
                bisect_left(slots, (line.first_day,)) : bisect_left(slots, (line.last_day + 1,))
            ]
            if line.ruled_out_days or rules or team.members_on:
                window = [slot for slot in window if _allowed(line, team, slot, least, rules)]
            elif strength(team, line, 0) < least:
                continue
            if window:
                yield Match(line, team, tuple(window))

    def _offered(self, line: Line, site: Site) -> Iterator[tuple[Team, list[Slot]]]:
        near = self._reaching(site)
        for team in self.offering[line.item]:
            if team.id in near:
                yield team, self._free[team.id]

    def _offered_by(
        self, line: Line, site: Site, booths: Iterable[Booth]
    ) -> Iterator[tuple[Team, list[Slot]]]:
        for booth in booths:
            team = self._teams.get(booth.team)
            if (
                team is None
                or line.item not in team.items
                or not team.serves(site)
                or not any(self.problem.travel.within_radius((team,), site))
            ):
                continue
            if booth.slot in team.free and self.problem.is_open(booth.slot):
                yield team, [booth.slot]


def _allowed(line: Line, team: Team, slot: Slot, least: int, rules: list[Ban]) -> bool:
    fit = slot.day not in line.ruled_out_days and strength(team, line, slot.day) >= least
    return fit and not any(rule.covers(line.id, team.id, slot) for rule in rules)


def strength(team: Team, line: Line, day: int) -> int:
    """How many volunteers of ``team`` could stand at the booth of ``line`` on ``day``."""
    members = team.members_at(day)
    return (
        members
        if line.qualification is None
        else min(members, team.qualified.get(line.qualification, 0))
    )
