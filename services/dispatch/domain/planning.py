"""What a plan has to solve, what a plan is, and when it holds. Shares no code with any planner."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, Protocol

from services.dispatch.domain.geography import Place

DayPart = Literal["morning", "afternoon"]
PARTS: tuple[DayPart, DayPart] = ("morning", "afternoon")
HalfDay = tuple[date, DayPart]

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DemandLine:
    """One item that one township wants once."""

    line_id: str
    order_id: str
    township_code: str
    place: str
    item_code: str
    volunteers: int
    priority: int = 3
    wished_on: frozenset[date] = frozenset()
    ruled_out_on: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class TeamSupply:
    """A team: what it offers, how many it can send at once, and when it is taken already."""

    code: str
    members: int
    items: frozenset[str]
    busy: frozenset[HalfDay] = frozenset()


@dataclass(frozen=True, slots=True)
class Problem:
    """Find a circuit: stops in townships within the given days, booths by teams."""

    lines: tuple[DemandLine, ...]
    teams: tuple[TeamSupply, ...]
    townships: Mapping[str, Place]
    days: tuple[date, ...]
    start_township_code: str

    def half_days(self) -> list[HalfDay]:
        return [(day, part) for day in self.days for part in PARTS]


@dataclass(frozen=True, slots=True)
class PlannedBooth:
    line_id: str
    team_code: str


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """One township, one place, one half-day."""

    township_code: str
    place: str
    on: date
    part: DayPart
    booths: tuple[PlannedBooth, ...]


@dataclass(frozen=True, slots=True)
class UnservedLine:
    """``reason`` is a code of the locale files: unserved.no_team and its like."""

    line_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Circuit:
    """An answer to a problem: stops in the order of travel; every line is served or says why not."""

    stops: tuple[PlannedStop, ...]
    unserved: tuple[UnservedLine, ...]
    distance_km: float


class TourPlanner(Protocol):
    """Computes circuits. Pure: the same problem gives the same circuit."""

    def plan(self, problem: Problem) -> Circuit: ...


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a circuit breaks: its name, and where."""

    rule: str
    where: str


@dataclass(slots=True)
class _Load:
    stops: set[int] = field(default_factory=set)
    volunteers: Counter[int] = field(default_factory=Counter)


def working_days(first: date, last: date, *, weekends: bool) -> tuple[date, ...]:
    """The days from ``first`` to ``last`` inclusive, without Saturdays and Sundays unless told so."""
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(day for day in span if weekends or day.weekday() < SATURDAY)


def check_plan(problem: Problem, circuit: Circuit) -> list[Violation]:
    """Every rule that ``circuit`` breaks; empty when it holds. For plans of machines and of hands."""
    return [*_check_lines(problem, circuit), *_check_teams(problem, circuit)]


def _check_lines(problem: Problem, circuit: Circuit) -> Iterator[Violation]:
    lines = {line.line_id: line for line in problem.lines}
    served = Counter(booth.line_id for stop in circuit.stops for booth in stop.booths)
    fates = served + Counter(unserved.line_id for unserved in circuit.unserved)
    for line_id in lines.keys() | fates.keys():
        if line_id not in lines:
            yield Violation("line_unknown", line_id)
        elif fates[line_id] != 1:
            yield Violation("line_without_one_fate", line_id)
    for stop in circuit.stops:
        if stop.on not in problem.days:
            yield Violation("day_outside_campaign", f"{stop.township_code} {stop.on}")
        for booth in stop.booths:
            line = lines.get(booth.line_id)
            if line is None:
                continue
            if (line.township_code, line.place) != (stop.township_code, stop.place):
                yield Violation("line_elsewhere", booth.line_id)
            if stop.on in line.ruled_out_on:
                yield Violation("day_ruled_out", booth.line_id)


def _check_teams(problem: Problem, circuit: Circuit) -> Iterator[Violation]:
    lines = {line.line_id: line for line in problem.lines}
    teams = {team.code: team for team in problem.teams}
    loads: defaultdict[tuple[str, HalfDay], _Load] = defaultdict(_Load)
    for number, stop in enumerate(circuit.stops):
        for booth in stop.booths:
            team, line = teams.get(booth.team_code), lines.get(booth.line_id)
            if team is None or line is None:
                yield Violation("team_unknown", booth.team_code)
                continue
            if line.item_code not in team.items:
                yield Violation("item_not_offered", f"{team.code} {line.item_code}")
            load = loads[team.code, (stop.on, stop.part)]
            load.stops.add(number)
            load.volunteers[number] += line.volunteers
    for (code, half_day), load in loads.items():
        where = f"{code} {half_day[0]} {half_day[1]}"
        if len(load.stops) > 1 or half_day in teams[code].busy:
            yield Violation("team_in_two_places", where)
        if max(load.volunteers.values()) > teams[code].members:
            yield Violation("too_few_volunteers", where)
