"""An upper bound on the objective of every plan, which anyone can check in one pass.

Lagrangian relaxation: with a price on each line (for being served once) and on each (line, slot) (for the stop to be
opened), the problem falls into one small part per stop and one per team and day. Each part's best is found exactly,
and their sum is a bound whatever prices >= 0 are given: weak duality. Rules left out (spacing, hours, booths shared by
teams in whole volunteers, commitments) only make the true optimum smaller. Source: Geoffrion 1974; Fisher 1981.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor

from services.dispatch.domain.planning.candidates import Candidates
from services.dispatch.domain.planning.problem import Line, Problem, Slot, Team

ROUNDING = 1e-6

Wanted = list[tuple[int, float]]
"""(volunteers, surplus) of lines that a team may serve at one stop."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Prices, each >= 0: ``lines`` of being served, ``openings`` of a line's stop being open in a slot. Missing ones
    are 0."""

    bound: int
    lines: Mapping[str, float]
    openings: Mapping[tuple[str, Slot], float]


def bound_by(problem: Problem, lines: Mapping[str, float], openings: Mapping[tuple[str, Slot], float]) -> int:
    """The bound that these prices prove; negative ones count as 0."""
    line_price = {line.id: max(0.0, lines.get(line.id, 0.0)) for line in problem.lines}
    opening = {key: max(0.0, price) for key, price in openings.items()}
    total = sum(line_price.values()) + _stops(problem, opening) + _team_days(problem, line_price, opening)
    return floor(total + ROUNDING)


def _stops(problem: Problem, opening: Mapping[tuple[str, Slot], float]) -> float:
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


def _team_days(problem: Problem, line_price: Mapping[str, float], opening: Mapping[tuple[str, Slot], float]) -> float:
    candidates = Candidates(problem)
    kept = {(booth.line, booth.team, booth.slot) for booth in problem.published}
    change = problem.weights.change
    wanted: defaultdict[tuple[str, str, Slot], Wanted] = defaultdict(list)
    teams, sites = {team.id: team for team in problem.teams}, candidates.sites
    for line in problem.lines:
        value = {day: problem.line_value(line, day) - line_price[line.id] for day in _days(line)}
        for match in candidates.matches(line):
            for slot in match.slots:
                surplus = value[slot.day] - opening.get((line.id, slot), 0.0)
                if kept and (line.id, match.team.id, slot) in kept:
                    surplus += change
                if surplus > 0:
                    wanted[match.team.id, line.site, slot] += _shares(line, surplus)
    visits: defaultdict[tuple[str, int], list[tuple[Slot, str, float]]] = defaultdict(list)
    for (team, site, slot), lines in wanted.items():
        gain = _fullest(lines, teams[team].members_at(slot.day)) - problem.visit_cost(teams[team], sites[site])
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


def _best_day(problem: Problem, team: Team, visits: Iterable[tuple[Slot, str, float]]) -> float:
    """The most that one team can earn in a day: one zone, its stops a day, one stop in each part of a divided day."""
    in_zone: defaultdict[str, list[float]] = defaultdict(list)
    best_in: defaultdict[str, dict[Slot, float]] = defaultdict(dict)
    for slot, zone, gain in visits:
        in_zone[zone].append(gain)
        best_in[zone][slot] = max(gain, best_in[zone].get(slot, 0.0))
    gains = in_zone.values() if problem.parts == 1 else [list(best.values()) for best in best_in.values()]
    return max(sum(heapq.nlargest(team.max_stops_per_day, zone)) for zone in gains)


def certify(
    problem: Problem, lines: Mapping[str, float], openings: Mapping[tuple[str, Slot], float], *, digits: int = 2
) -> Certificate:
    """A certificate with prices rounded to ``digits``, zeros left out, and the bound that these prove."""
    rounded = {line: price for line, value in lines.items() if (price := round(value, digits)) > 0}
    kept = {key: price for key, value in openings.items() if (price := round(value, digits)) > 0}
    return Certificate(bound_by(problem, rounded, kept), rounded, kept)
