"""Whether a plan holds. Shares no code with any solver: it decides what they may give."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise, permutations

from services.dispatch.planning.problem.circuit import Circuit, Unserved
from services.dispatch.planning.problem.problem import (
    Booth,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
)

MOST_STOPS_TO_ORDER = 7


DAY_FACTS = ("day", "first", "last")
"""The facts of violations and of unserved lines that are days, by their numbers in the problem."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a circuit breaks: a code of the locale files (rule.<code>), where, and the facts that fill its
    text."""

    rule: str
    where: str
    facts: Mapping[str, object] = field(default_factory=dict)


def check_plan(problem: PlanningProblem, circuit: Circuit) -> list[Violation]:
    """Every rule that ``circuit`` breaks; empty when it holds. For plans of machines and of hands."""
    found = list(_check_names(problem, circuit))
    if found:  # the other rules are about things that exist
        return found
    book = _Book(problem, circuit)
    return [
        *_check_fates(book),
        *_check_lines(book),
        *_check_matches(book),
        *_check_stops(book),
        *_check_visits(book),
        *_check_days(book),
        *_check_series(book),
        *_check_capacities(book),
        *_check_commitments(book),
    ]


def broken_by(problem: PlanningProblem, booths: Iterable[Booth]) -> list[Violation]:
    """The rules that these booths break by themselves: a line that is not among them counts as unserved."""
    kept = tuple(booths)
    served = {booth.line for booth in kept}
    unserved = tuple(Unserved(line.id, "") for line in problem.lines if line.id not in served)
    return check_plan(problem, Circuit(kept, unserved))


class _Book:
    """The circuit, looked up in all the ways in which the rules look at it."""

    def __init__(self, problem: PlanningProblem, circuit: Circuit) -> None:
        self.problem = problem
        self.circuit = circuit
        self.lines = {line.id: line for line in problem.lines}
        self.teams = {team.id: team for team in problem.teams}
        self.sites = {site.id: site for site in problem.sites}
        self.of_line: defaultdict[str, list[Booth]] = defaultdict(list)
        self.of_stop: defaultdict[tuple[str, Slot], list[Booth]] = defaultdict(list)
        self.of_visit: defaultdict[tuple[str, str, Slot], list[Booth]] = defaultdict(list)
        for booth in circuit.booths:
            site = self.lines[booth.line].site
            self.of_line[booth.line].append(booth)
            self.of_stop[site, booth.slot].append(booth)
            self.of_visit[booth.team, site, booth.slot].append(booth)
        self.of_day: defaultdict[tuple[str, int], list[tuple[Slot, str]]] = defaultdict(list)
        for team, site, slot in self.of_visit:
            self.of_day[team, slot.day].append((slot, site))

    def matches(self) -> Iterator[tuple[Booth, Line, Team, Site]]:
        for booth in self.circuit.booths:
            line = self.lines[booth.line]
            yield booth, line, self.teams[booth.team], self.sites[line.site]


def _check_names(problem: PlanningProblem, circuit: Circuit) -> Iterator[Violation]:
    lines, teams = {line.id for line in problem.lines}, {team.id for team in problem.teams}
    named = [booth.line for booth in circuit.booths] + [line.line for line in circuit.unserved]
    for unknown in sorted(set(named) - lines):
        yield Violation("line_unknown", unknown, {"line": unknown})
    for unknown in sorted({booth.team for booth in circuit.booths} - teams):
        yield Violation("team_unknown", unknown, {"team": unknown})
    sites, placed = {site.id for site in problem.sites}, {booth.line for booth in circuit.booths}
    for line in problem.lines:
        if line.id in placed and line.site not in sites:
            yield Violation("township_unknown", line.id, {"line": line.id, "township": line.site})


def _check_fates(book: _Book) -> Iterator[Violation]:
    unserved = Counter(line.line for line in book.circuit.unserved)
    for line in book.lines:
        if unserved[line] + bool(book.of_line[line]) != 1:
            yield Violation("line_without_one_fate", line, {"line": line})


def _check_lines(book: _Book) -> Iterator[Violation]:
    for line_id, booths in book.of_line.items():
        if not booths:
            continue
        line = book.lines[line_id]
        facts: dict[str, object] = {"line": line_id}
        if len({booth.slot for booth in booths}) > 1 or len({booth.team for booth in booths}) < len(
            booths
        ):
            yield Violation("line_served_twice", line_id, facts)
        elif len(booths) > line.max_teams:
            yield Violation("too_many_teams", line_id, facts | {"most": line.max_teams})
        sent = sum(booth.volunteers for booth in booths)
        if sent != line.volunteers or min(booth.volunteers for booth in booths) < 1:
            yield Violation(
                "volunteers_not_as_needed",
                line_id,
                facts | {"needed": line.volunteers, "sent": sent},
            )


def _check_matches(book: _Book) -> Iterator[Violation]:
    problem = book.problem
    for booth, line, team, site in book.matches():
        where = f"{line.id} {team.id} {_said(booth.slot)}"
        facts: dict[str, object] = {
            "line": line.id,
            "team": team.id,
            "day": booth.slot.day,
            "part": booth.slot.part,
        }
        if not problem.is_open(booth.slot):
            yield Violation("day_closed", where, facts)
        if not line.first_day <= booth.slot.day <= line.last_day:
            yield Violation(
                "outside_window", where, facts | {"first": line.first_day, "last": line.last_day}
            )
        if booth.slot.day in line.ruled_out_days:
            yield Violation("day_ruled_out", where, facts)
        if booth.slot not in team.free:
            yield Violation("team_not_free", where, facts)
        if line.item not in team.items:
            yield Violation("item_not_offered", where, facts | {"item": line.item})
        if team.area and site.township not in team.area:
            yield Violation("outside_area", where, facts | {"township": site.township})
        km = problem.travel.distance_km(team, site)
        if km > team.radius_km:
            yield Violation("too_far", where, facts | {"km": round(km, 1), "most": team.radius_km})
        if any(rule.covers(line.id, team.id, booth.slot) for rule in problem.forbidden):
            yield Violation("forbidden", where, facts)


def _check_stops(book: _Book) -> Iterator[Violation]:
    most = book.problem.max_booths_per_stop
    for (site, slot), booths in book.of_stop.items():
        if len(booths) > most:
            facts = {
                "site": site,
                "day": slot.day,
                "part": slot.part,
                "booths": len(booths),
                "most": most,
            }
            yield Violation("too_many_booths", f"{site} {_said(slot)}", facts)


def _check_visits(book: _Book) -> Iterator[Violation]:
    for (team_id, site, slot), booths in book.of_visit.items():
        team = book.teams[team_id]
        where = f"{team_id} {site} {_said(slot)}"
        facts: dict[str, object] = {
            "team": team_id,
            "site": site,
            "day": slot.day,
            "part": slot.part,
        }
        sent, there = sum(booth.volunteers for booth in booths), team.members_at(slot.day)
        if sent > there:
            yield Violation("too_few_volunteers", where, facts | {"needed": sent, "members": there})
        required: Counter[str] = Counter()
        for booth in booths:
            if qualification := book.lines[booth.line].qualification:
                required[qualification] += booth.volunteers
        for qualification, needed in required.items():
            held = team.qualified.get(qualification, 0)
            if needed > held:
                told = facts | {"qualification": qualification, "needed": needed, "qualified": held}
                yield Violation("too_few_qualified", f"{where} {qualification}", told)


def _check_days(book: _Book) -> Iterator[Violation]:
    for (team_id, day), visits in book.of_day.items():
        team = book.teams[team_id]
        where = f"{team_id} {_said(Slot(day))}"
        facts: dict[str, object] = {"team": team_id, "day": day}
        zones = sorted({book.sites[site].zone for _, site in visits})
        if len(zones) > 1:
            yield Violation("team_in_two_zones", where, facts | {"zones": ", ".join(zones)})
        if len(visits) > team.max_stops_per_day:
            yield Violation(
                "too_many_stops",
                where,
                facts | {"stops": len(visits), "most": team.max_stops_per_day},
            )
        if book.problem.parts > 1 and len({slot for slot, _ in visits}) < len(visits):
            yield Violation("team_in_two_places", where, facts)
        if book.problem.minutes_per_day is not None:
            needed, most = _minutes(book, team, visits), book.problem.minutes_per_day
            if needed > most:
                yield Violation(
                    "day_too_long", where, facts | {"minutes": round(needed), "most": most}
                )


def _minutes(book: _Book, team: Team, visits: list[tuple[Slot, str]]) -> float:
    """How long the day is: base, stops slot by slot in the best order, and back."""
    problem = book.problem
    at_stops = sum(
        problem.setup_minutes
        + max(book.lines[booth.line].minutes for booth in book.of_visit[team.id, site, slot])
        for slot, site in visits
    )
    # Of so many stops that their orders can't all be tried, the order as written counts.
    orders = (
        permutations(visits)
        if len(visits) <= MOST_STOPS_TO_ORDER
        else iter([tuple(sorted(visits))])
    )
    in_time = (order for order in orders if all(a[0] <= b[0] for a, b in pairwise(order)))
    km = min(_way_km(book, team, [site for _, site in order]) for order in in_time)
    return at_stops + km / problem.travel.speed_kmh * 60


def _way_km(book: _Book, team: Team, sites: list[str]) -> float:
    travel, stops = book.problem.travel, [book.sites[site] for site in sites]
    there_and_back = travel.distance_km(team, stops[0]) + travel.distance_km(team, stops[-1])
    return there_and_back + sum(travel.distance_km(a, b) for a, b in pairwise(stops))


def _check_series(book: _Book) -> Iterator[Violation]:
    series: defaultdict[str, list[Line]] = defaultdict(list)
    for line in book.lines.values():
        if line.series is not None and book.of_line[line.id]:
            series[line.series].append(line)
    for name, lines in series.items():
        for a, b in combinations(lines, 2):
            apart = abs(book.of_line[a.id][0].slot.day - book.of_line[b.id][0].slot.day)
            least = max(a.spacing_days, b.spacing_days)
            if apart < least:
                facts = {
                    "series": name,
                    "line": a.id,
                    "other": b.id,
                    "apart": apart,
                    "least": least,
                }
                yield Violation("too_close", f"{a.id} {b.id}", facts)


def _check_capacities(book: _Book) -> Iterator[Violation]:
    served: defaultdict[str, list[tuple[Slot, str]]] = defaultdict(list)
    for line_id, booths in book.of_line.items():
        if booths:
            served[book.lines[line_id].item].append((booths[0].slot, line_id))
    for capacity in book.problem.capacities:
        within = sorted(each for each in served[capacity.item] if each[0].day in capacity.days)
        for _, line_id in within[capacity.most :]:
            facts: dict[str, object] = {
                "line": line_id,
                "item": capacity.item,
                "first": min(capacity.days),
                "last": max(capacity.days),
                "most": capacity.most,
            }
            yield Violation("too_often", line_id, facts)


def _check_commitments(book: _Book) -> Iterator[Violation]:
    booths = set(book.circuit.booths)
    for fixed in book.problem.fixed:
        if fixed.booth not in booths:
            booth = fixed.booth
            where = f"{booth.line} {booth.team} {_said(booth.slot)}"
            facts = {
                "line": booth.line,
                "team": booth.team,
                "day": booth.slot.day,
                "why": fixed.why,
            }
            yield Violation("commitment_broken", where, facts)


def _said(slot: Slot) -> str:
    return f"day {slot.day}" + (f" part {slot.part}" if slot.part else "")
