"""What a plan has to solve."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple

from services.dispatch.planning.problem.geography import great_circle_km
from shared.kernel.holidays import HOLIDAYS, WORKING_WEEKENDS

DayPart = Literal["morning", "afternoon"]
PARTS: tuple[DayPart, DayPart] = ("morning", "afternoon")
HalfDay = tuple[date, DayPart]

SATURDAY = 5

Point = tuple[float, float]
"""(x, y) in km on a plane, or (latitude, longitude) in degrees; :class:`Travel` says which."""


class Slot(NamedTuple):
    """A day, counted from 0, and the part of it, counted from 0."""

    day: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """Where a stop can be: one place in one township. A team is in one ``zone`` a day."""

    id: str
    township: str
    point: Point
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """Volunteers who go together.

    ``free`` are the slots in which they can come, ``members`` how many do, ``members_on`` how many on days with
    another number. ``base`` is where they set out (None: the way there is not counted), ``radius_km`` how far they go
    from there. ``area`` are the townships that they serve, all of them where it is empty. ``qualified`` counts those
    who hold a qualification.
    """

    id: str
    items: frozenset[str]
    members: int
    free: frozenset[Slot]
    base: Point | None = None
    radius_km: float = math.inf
    max_stops_per_day: int = 1
    members_on: Mapping[int, int] = field(default_factory=dict)
    qualified: Mapping[str, int] = field(default_factory=dict)
    area: frozenset[str] = frozenset()

    def serves(self, site: Site) -> bool:
        return not self.area or site.township in self.area

    def members_at(self, day: int) -> int:
        return self.members_on.get(day, self.members)


MOST_MONTHS = 12
"""Beyond a year without a service, a line is worth no more by that."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item that one site wants once, on a day from ``first_day`` to ``last_day``, both included.

    Every volunteer at its booth holds ``qualification``, if there is one. The booth is open for ``minutes``. It may be
    shared by up to ``max_teams`` teams in the same slot. ``months_unserved`` is for how many months its township has
    not had the item, or :data:`MOST_MONTHS` where it never had. Lines of one ``series`` are occurrences of a recurring
    service, on days at least ``spacing_days`` apart.
    """

    id: str
    site: str
    item: str
    volunteers: int
    first_day: int
    last_day: int
    priority: int = 1
    preferred_days: tuple[int, ...] = ()
    ruled_out_days: frozenset[int] = frozenset()
    qualification: str | None = None
    minutes: int = 0
    max_teams: int = 1
    series: str | None = None
    spacing_days: int = 0
    months_unserved: int = 0

    def allows(self, day: int) -> bool:
        return self.first_day <= day <= self.last_day and day not in self.ruled_out_days

    def days_off_preference(self, day: int) -> int:
        """Days from ``day`` to the nearest preferred one; 0 when none is preferred."""
        return min((abs(day - preferred) for preferred in self.preferred_days), default=0)


@dataclass(frozen=True, slots=True)
class Theme:
    """What a campaign is about on ``days``: lines of these ``items`` fit it then."""

    name: str
    items: frozenset[str]
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Capacity:
    """On all of ``days`` together, such as those of a week, at most ``most`` lines of ``item`` are served."""

    item: str
    days: frozenset[int]
    most: int


@dataclass(frozen=True, slots=True)
class Travel:
    """How far it is: on a plane in km or on the sphere in degrees, times ``detour_factor``.

    ``km`` overrides single distances, by the ids of team or site; both directions count alike.
    """

    on: Literal["plane", "sphere"] = "plane"
    detour_factor: float = 1.0
    speed_kmh: float = 30.0
    km: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def distance_km(self, a: "Site | Team", b: "Site | Team") -> float:
        """The way between two sites, or from a team's base; 0 for a team without a base."""
        given = self.km.get((a.id, b.id), self.km.get((b.id, a.id)))
        if given is not None:
            return given
        start, end = _point(a), _point(b)
        if start is None or end is None:
            return 0.0
        if self.on == "plane":
            return self.detour_factor * math.hypot(start[0] - end[0], start[1] - end[1])
        return self.detour_factor * great_circle_km(start, end)

    def within_radius(self, teams: Iterable[Team], site: Site) -> Iterator[str]:
        """The teams that reach the site. On a plane most are ruled out by one coordinate alone."""
        quick, factor = self.on == "plane" and not self.km, self.detour_factor
        x, y = site.point
        for team in teams:
            if quick and team.base is not None:
                a, b = team.base
                if abs(a - x) * factor > team.radius_km or abs(b - y) * factor > team.radius_km:
                    continue
            if self.distance_km(team, site) <= team.radius_km:
                yield team.id


def _point(node: Site | Team) -> Point | None:
    return node.point if isinstance(node, Site) else node.base


@dataclass(frozen=True, slots=True)
class Weights:
    """What the parts of the objective are worth. ``change`` is the price of a booth that was published and is no
    longer so; ``later_part`` that of a stop in a later part of its day, per part; ``overload`` that of each visit of a
    team beyond its fair share (``fairness.py``). ``first_served`` is what a township's first line is worth more,
    ``theme`` a line on a day of a theme that it fits; ``coverage`` a line for each month that its township has gone
    without the item, :data:`MOST_MONTHS` of them at most."""

    line: int = 1000
    stop: int = 200
    team_visit: int = 20
    km: int = 2
    day_off_preference: int = 30
    days_off_preference_cap: int = 4
    change: int = 0
    later_part: int = 0
    overload: int = 0
    first_served: int = 0
    theme: int = 0
    coverage: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Booth:
    """One line, served by one team in one slot, by so many volunteers."""

    line: str
    team: str
    slot: Slot
    volunteers: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """A booth that stays: announced and near, pinned by hand, or confirmed by the team."""

    booth: Booth
    why: Literal["published", "pinned", "confirmed"]


@dataclass(frozen=True, slots=True)
class Ban:
    """A combination ruled out by hand; what is None stands for any."""

    line: str | None = None
    team: str | None = None
    slot: Slot | None = None

    def covers(self, line: str, team: str, slot: Slot) -> bool:
        return self.line in (None, line) and self.team in (None, team) and self.slot in (None, slot)


@dataclass(frozen=True, slots=True)
class PlanningProblem:
    """Find a circuit: stops at sites on ``days`` days of ``parts`` parts each, booths by teams.

    In a day of several parts a team is at one stop in each; in an undivided one at up to its ``max_stops_per_day``.
    ``closed`` are days on which nobody goes out (holidays). Where ``minutes_per_day`` is given, a team's day fits in
    it: the way from its base through its stops and back at ``travel.speed_kmh``, and at each stop ``setup_minutes``
    and the longest of its booths. ``fixed`` stays, ``forbidden`` does not happen, ``published`` is what changes are
    counted against. ``start_township`` is where the circuit begins. ``first_on`` is the date of day 0, if the days
    have dates. ``themes`` are preferred, and never a rule. ``capacities`` of one item share no day.
    """

    sites: tuple[Site, ...]
    teams: tuple[Team, ...]
    lines: tuple[Line, ...]
    days: int
    parts: int = 1
    travel: Travel = Travel()
    weights: Weights = Weights()
    max_booths_per_stop: int = 12
    closed: frozenset[int] = frozenset()
    minutes_per_day: int | None = None
    setup_minutes: int = 0
    fixed: tuple[Fixed, ...] = ()
    forbidden: tuple[Ban, ...] = ()
    published: tuple[Booth, ...] = ()
    start_township: str | None = None
    first_on: date | None = None
    themes: tuple[Theme, ...] = ()
    capacities: tuple[Capacity, ...] = ()

    def is_open(self, slot: Slot) -> bool:
        return (
            0 <= slot.day < self.days
            and 0 <= slot.part < self.parts
            and slot.day not in self.closed
        )

    def slots(self) -> list[Slot]:
        """Every part of every open day, in order."""
        return [
            Slot(day, part)
            for day in range(self.days)
            if day not in self.closed
            for part in range(self.parts)
        ]

    def visit_cost(self, team: Team, site: Site) -> int:
        return self.weights.team_visit + round(
            self.weights.km * self.travel.distance_km(team, site)
        )

    def line_value(self, line: Line, day: int) -> int:
        """What serving ``line`` on ``day`` adds to the objective, before stops and visits."""
        off = min(self.weights.days_off_preference_cap, line.days_off_preference(day))
        worth = self.weights.line * line.priority - self.weights.day_off_preference * off
        worth += self.weights.coverage * min(MOST_MONTHS, line.months_unserved)
        return worth + self.weights.theme if self.themes and self.fits_theme(line, day) else worth

    def fits_theme(self, line: Line, day: int) -> bool:
        """Whether ``day`` has a theme that ``line`` fits; of several, one is as good as all."""
        return any(line.item in theme.items and day in theme.days for theme in self.themes)

    def could_fit_theme(self, line: Line) -> bool:
        """Whether one of the line's days has a theme that it fits."""
        return any(
            line.item in theme.items and any(map(line.allows, theme.days)) for theme in self.themes
        )


def working_days(first: date, last: date, *, weekends: bool) -> tuple[date, ...]:
    """The days from ``first`` to ``last`` inclusive, without public holidays, and without Saturdays and Sundays unless
    told so or work is made up for on them."""
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(day for day in span if day not in HOLIDAYS and (weekends or _is_weekday(day)))


def _is_weekday(day: date) -> bool:
    return day.weekday() < SATURDAY or day in WORKING_WEEKENDS
