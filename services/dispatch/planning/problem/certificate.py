"""An upper bound on the objective of every plan, which anyone can check in one pass.

Lagrangian relaxation: with a price on each line (for being served once) and on each (line, slot) (for the stop to be
opened), and where the weights count fairness on each team's visits and each township's first line, the problem falls
into one small part per stop and one per team and day. Each part's best is found exactly, and their sum is a bound
whatever prices >= 0 are given: weak duality. Rules left out (spacing, hours, booths shared by teams in whole
volunteers, commitments) only make the true optimum smaller. Source: Geoffrion 1974; Fisher 1981.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import floor
from typing import TypeVar

from services.dispatch.planning.problem.eligibility import Eligibility
from services.dispatch.planning.problem.fairness import fair_shares
from services.dispatch.planning.problem.problem import Line, PlanningProblem, Slot, Team

ROUNDING = 1e-6

K = TypeVar("K")

Wanted = list[tuple[int, float]]
"""(volunteers, surplus) of lines that a team may serve at one stop."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Each >= 0, and 0 where it is missing: ``lines`` of being served, ``openings`` of a line's stop being open in a
    slot, ``teams`` of one more visit, ``townships`` of having no line served."""

    lines: Mapping[str, float]
    openings: Mapping[tuple[str, Slot], float]
    teams: Mapping[str, float] = field(default_factory=dict)
    townships: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Certificate:
    """The bound that the prices prove."""

    bound: int
    prices: Prices


def bound_by(problem: PlanningProblem, prices: Prices) -> int:
    """The bound that these prices prove; negative ones count as 0."""
    kept = _Kept(problem, prices)
    return floor(
        kept.constant + _stops(problem, kept.opening) + _team_days(problem, kept) + ROUNDING
    )


class _Kept:
    """The prices as they count: ``line`` is what serving one is priced at, less its township's price;
    ``constant`` what the prices cost whatever the plan is."""

    def __init__(self, problem: PlanningProblem, prices: Prices) -> None:
        township_of = {site.id: site.township for site in problem.sites}
        overload, first = problem.weights.overload, problem.weights.first_served
        line = {line.id: max(0.0, prices.lines.get(line.id, 0.0)) for line in problem.lines}
        asking = {township_of[line.site] for line in problem.lines if line.site in township_of}
        township = (
            {code: max(0.0, prices.townships.get(code, 0.0)) for code in asking} if first else {}
        )
        self.opening = {key: max(0.0, price) for key, price in prices.openings.items()}
        self.team = {
            team.id: min(overload, max(0.0, prices.teams.get(team.id, 0.0)))
            for team in problem.teams
        }
        self.line = {
            its.id: line[its.id] - township.get(township_of.get(its.site, ""), 0.0)
            for its in problem.lines
        }
        self.constant = sum(line.values()) + sum(
            max(0.0, first - price) for price in township.values()
        )
        self.constant += sum(
            self.team[team] * share for team, share in fair_shares(problem).items()
        )


def _stops(problem: PlanningProblem, opening: Mapping[tuple[str, Slot], float]) -> float:
    """What the prices leave to stops: each is opened if its lines pay more than it costs."""
    site = {line.id: line.site for line in problem.lines}
    paid: defaultdict[tuple[str, Slot], list[float]] = defaultdict(list)
    for (line, slot), price in opening.items():
        paid[site[line], slot].append(price)
    most, weights = problem.max_booths_per_stop, problem.weights
    return sum(
        max(0.0, sum(heapq.nlargest(most, prices)) - weights.stop - weights.later_part * slot.part)
        for (_, slot), prices in paid.items()
    )


def _team_days(problem: PlanningProblem, prices: _Kept) -> float:
    eligibility = Eligibility(problem)
    kept = {(booth.line, booth.team, booth.slot) for booth in problem.published}
    change = problem.weights.change
    wanted: defaultdict[tuple[str, str, Slot], Wanted] = defaultdict(list)
    teams, sites = {team.id: team for team in problem.teams}, eligibility.sites
    for line in problem.lines:
        value = {day: problem.line_value(line, day) - prices.line[line.id] for day in _days(line)}
        for match in eligibility.matches(line):
            for slot in match.slots:
                surplus = value[slot.day] - prices.opening.get((line.id, slot), 0.0)
                if kept and (line.id, match.team.id, slot) in kept:
                    surplus += change
                if surplus > 0:
                    wanted[match.team.id, line.site, slot] += _shares(line, surplus)
    visits: defaultdict[tuple[str, int], list[tuple[Slot, str, float]]] = defaultdict(list)
    for (team, site, slot), lines in wanted.items():
        gain = _fullest(lines, teams[team].members_at(slot.day)) - problem.visit_cost(
            teams[team], sites[site]
        )
        gain -= prices.team[team]
        if gain > 0:
            visits[team, slot.day].append((slot, sites[site].zone, gain))
    days = sum(_best_day(problem, teams[team], visits) for (team, _), visits in visits.items())
    return days - change * len(kept)


def _days(line: Line) -> range:
    return range(line.first_day, line.last_day + 1)


def _shares(line: Line, surplus: float) -> Wanted:
    """A booth that teams may share counts volunteer by volunteer."""
    if line.max_teams == 1:
        return [(line.volunteers, surplus)]
    return [(1, surplus / line.volunteers)] * line.volunteers


def _fullest(lines: Wanted, members: int) -> float:
    """The most surplus that ``members`` volunteers can earn (knapsack, exact)."""
    if sum(needed for needed, _ in lines) <= members:
        return sum(surplus for _, surplus in lines)
    best = [0.0] * (members + 1)
    for needed, surplus in lines:
        for left in range(members, needed - 1, -1):
            best[left] = max(best[left], best[left - needed] + surplus)
    return best[members]


def _best_day(
    problem: PlanningProblem, team: Team, visits: Iterable[tuple[Slot, str, float]]
) -> float:
    """The most that one team can earn in a day: one zone, its stops a day, one stop in each part of a divided day."""
    in_zone: defaultdict[str, list[float]] = defaultdict(list)
    best_in: defaultdict[str, dict[Slot, float]] = defaultdict(dict)
    for slot, zone, gain in visits:
        in_zone[zone].append(gain)
        best_in[zone][slot] = max(gain, best_in[zone].get(slot, 0.0))
    gains = (
        in_zone.values()
        if problem.parts == 1
        else [list(best.values()) for best in best_in.values()]
    )
    return max(sum(heapq.nlargest(team.max_stops_per_day, zone)) for zone in gains)


def certify(problem: PlanningProblem, prices: Prices, *, digits: int = 2) -> Certificate:
    """A certificate with prices rounded to ``digits``, zeros left out, and the bound that these prove."""

    def rounded(values: Mapping[K, float]) -> dict[K, float]:
        return {key: price for key, value in values.items() if (price := round(value, digits)) > 0}

    kept = Prices(
        rounded(prices.lines),
        rounded(prices.openings),
        rounded(prices.teams),
        rounded(prices.townships),
    )
    return Certificate(bound_by(problem, kept), kept)
