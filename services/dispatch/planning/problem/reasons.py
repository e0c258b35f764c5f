"""Why a line stays unserved, in the order in which a coordinator would ask, and the smallest relaxation that would
serve it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.dispatch.planning.problem.circuit import Circuit, Relaxation, Unserved
from services.dispatch.planning.problem.eligibility import Eligibility, strength
from services.dispatch.planning.problem.problem import (
    Booth,
    Capacity,
    Line,
    PlanningProblem,
    Slot,
    Team,
)

MOST_LINES_NAMED = 12
NOTHING: frozenset[str] = frozenset()
NONE: tuple[Booth, ...] = ()


def explained(
    problem: PlanningProblem, booths: Iterable[Booth], eligibility: Eligibility | None = None
) -> Circuit:
    """The circuit of these booths, with a reason for every line that has none. Who has the problem's eligibility passes
    them on: to find them is half of the time."""
    kept = tuple(sorted(booths))
    served = {booth.line for booth in kept}
    explainer = _Explainer(problem, kept, eligibility or Eligibility(problem))
    return Circuit(
        kept, tuple(explainer.explain(line) for line in problem.lines if line.id not in served)
    )


class _Obstacle(NamedTuple):
    """What stands in the way of one team in one slot: lines that have its time or its volunteers, and how many it
    lacks."""

    team: Team
    slot: Slot
    lines: frozenset[str]
    volunteers_short: int = 0


class _Day(NamedTuple):
    """What a team has to do on a day: of which lines, at how many stops, in which zones."""

    lines: frozenset[str]
    stops: int
    zones: frozenset[str]
    slots: frozenset[Slot]


def _full_days(
    problem: PlanningProblem, booths: Iterable[Booth]
) -> defaultdict[str, dict[int, Capacity]]:
    """The days on which no further line of an item fits its capacity, by item."""
    item = {line.id: line.item for line in problem.lines}
    served = {(item[booth.line], booth.line, booth.slot.day) for booth in booths}
    days: defaultdict[str, list[int]] = defaultdict(list)
    for code, _, day in served:
        days[code].append(day)
    full: defaultdict[str, dict[int, Capacity]] = defaultdict(dict)
    for capacity in problem.capacities:
        if sum(day in capacity.days for day in days[capacity.item]) >= capacity.most:
            full[capacity.item] |= dict.fromkeys(capacity.days, capacity)
    return full


class _Explainer:
    def __init__(
        self, problem: PlanningProblem, booths: tuple[Booth, ...], eligibility: Eligibility
    ) -> None:
        self._problem = problem
        self._eligibility = eligibility
        self._lines = {line.id: line for line in problem.lines}
        self._fixed = {fixed.booth.line for fixed in problem.fixed}
        self._of_stop: defaultdict[tuple[str, Slot], list[Booth]] = defaultdict(list)
        self._of_visit: defaultdict[tuple[str, str, Slot], list[Booth]] = defaultdict(list)
        self._of_series: defaultdict[str, list[Booth]] = defaultdict(list)
        self._full = _full_days(problem, booths)
        of_day: defaultdict[tuple[str, int], list[Booth]] = defaultdict(list)
        for booth in booths:
            line = self._lines[booth.line]
            of_day[booth.team, booth.slot.day].append(booth)
            self._of_stop[line.site, booth.slot].append(booth)
            self._of_visit[booth.team, line.site, booth.slot].append(booth)
            if line.series is not None:
                self._of_series[line.series].append(booth)
        self._days = {team_day: self._busy(its) for team_day, its in of_day.items()}

    def explain(self, line: Line) -> Unserved:
        reason = self._hopeless(line)
        if reason is not None:
            return reason
        obstacles = list(self._obstacles(line))
        if not obstacles:
            return self._without_a_day(line)
        full = self._full[line.item]
        if full and all(obstacle.slot.day in full for obstacle in obstacles):
            return self._too_often(line, full[obstacles[0].slot.day])
        obstacles = [obstacle for obstacle in obstacles if obstacle.slot.day not in full]
        movable = [obstacle for obstacle in obstacles if self._fixed.isdisjoint(obstacle.lines)]
        nearest = min(
            movable or obstacles,
            key=lambda o: (len(o.lines), o.volunteers_short, o.slot, o.team.id),
        )
        if not nearest.lines:
            return Unserved(
                line.id, "unserved.costs_more", {"team": nearest.team.id, "day": nearest.slot.day}
            )
        facts = {
            "team": nearest.team.id,
            "day": nearest.slot.day,
            "lines": ", ".join(sorted(nearest.lines)[:MOST_LINES_NAMED]),
        }
        reason_code = "unserved.no_free_team" if movable else "unserved.commitments"
        return Unserved(line.id, reason_code, facts, self._relaxation(line, obstacles))

    def _hopeless(self, line: Line) -> Unserved | None:
        """Why no circuit could serve the line whatever else it does; None if one could."""
        site = self._eligibility.sites.get(line.site)
        if site is None:
            return Unserved(line.id, "unserved.township_unknown", {"township": line.site})
        offering = self._eligibility.offering[line.item]
        if not offering:
            return Unserved(line.id, "unserved.no_team", {"item": line.item})
        serving = [team for team in offering if team.serves(site)]
        if not serving:
            outside = {"team": offering[0].id, "township": site.township}
            return Unserved(
                line.id, "unserved.outside_area", outside, Relaxation("relax.area", outside)
            )
        near = [team for team in serving if self._eligibility.near(team, site)]
        if not near:
            closest = min(
                serving,
                key=lambda team: self._problem.travel.distance_km(team, site) - team.radius_km,
            )
            km = self._problem.travel.distance_km(closest, site)
            facts = {"team": closest.id, "km": round(km, 1), "most": closest.radius_km}
            return Unserved(line.id, "unserved.too_far", facts, Relaxation("relax.radius", facts))
        return self._too_weak(line, near)

    def _too_weak(self, line: Line, near: list[Team]) -> Unserved | None:
        if line.max_teams > 1:
            return None
        most = {
            team.id: max((strength(team, line, slot.day) for slot in team.free), default=0)
            for team in near
        }
        strongest = max(near, key=lambda team: (most[team.id], team.id))
        missing = line.volunteers - most[strongest.id]
        if missing <= 0 or not any(team.free for team in near):
            return None
        facts = {
            "team": strongest.id,
            "needed": line.volunteers,
            "members": most[strongest.id],
            "more": missing,
        }
        code = (
            "unserved.too_few_volunteers"
            if line.qualification is None
            else "unserved.too_few_qualified"
        )
        return Unserved(line.id, code, facts, Relaxation("relax.volunteers", facts))

    def _without_a_day(self, line: Line) -> Unserved:
        if line.first_day > line.last_day:
            return Unserved(line.id, "unserved.too_late", {"first": line.first_day})
        open_days = [day for day in range(self._problem.days) if day not in self._problem.closed]
        if not any(line.allows(day) for day in open_days):
            return Unserved(line.id, "unserved.all_days_ruled_out")
        facts = {"first": line.first_day, "last": line.last_day}
        return Unserved(line.id, "unserved.not_available", facts, self._wider_window(line))

    def _too_often(self, line: Line, capacity: Capacity) -> Unserved:
        facts = {"item": line.item, "most": capacity.most}
        return Unserved(line.id, "unserved.too_often", facts, Relaxation("relax.capacity", facts))

    def _obstacles(self, line: Line) -> Iterator[_Obstacle]:
        blocking: dict[Slot, frozenset[str]] = {}
        for match in self._eligibility.matches(line):
            for slot in match.slots:
                if slot not in blocking:
                    blocking[slot] = self._blocking(line, slot)
                yield self._obstacle(line, match.team, slot, blocking[slot])

    def _blocking(self, line: Line, slot: Slot) -> frozenset[str]:
        """The lines that keep every team from serving it then: close ones of its series, those of a full stop."""
        stop = self._of_stop.get((line.site, slot), NONE)
        if line.series is None and len(stop) < self._problem.max_booths_per_stop:
            return NOTHING
        close = {
            b.line
            for b in self._of_series.get(line.series or "", NONE)
            if self._is_close(line, slot, b)
        }
        if len(stop) >= self._problem.max_booths_per_stop:
            close |= {booth.line for booth in stop}
        return frozenset(close)

    def _obstacle(self, line: Line, team: Team, slot: Slot, blocking: frozenset[str]) -> _Obstacle:
        here = self._of_visit.get((team.id, line.site, slot))
        if here is None:
            return _Obstacle(team, slot, blocking | self._in_the_way(line, team, slot))
        free = strength(team, line, slot.day) - sum(booth.volunteers for booth in here)
        short = max(0, (1 if line.max_teams > 1 else line.volunteers) - free)
        return _Obstacle(team, slot, blocking.union(b.line for b in here if short), short)

    def _is_close(self, line: Line, slot: Slot, other: Booth) -> bool:
        spacing = max(line.spacing_days, self._lines[other.line].spacing_days)
        return abs(other.slot.day - slot.day) < spacing

    def _in_the_way(self, line: Line, team: Team, slot: Slot) -> frozenset[str]:
        """The lines that keep a team from one more stop in its day."""
        day = self._days.get((team.id, slot.day))
        if day is None:
            return NOTHING
        elsewhere = day.zones != {self._eligibility.sites[line.site].zone}
        same_part = self._problem.parts > 1 and slot in day.slots
        timed = self._problem.minutes_per_day is not None
        if elsewhere or same_part or timed or day.stops >= team.max_stops_per_day:
            return day.lines
        return NOTHING

    def _busy(self, booths: list[Booth]) -> _Day:
        stops = {(self._lines[booth.line].site, booth.slot) for booth in booths}
        zones = frozenset(self._eligibility.sites[site].zone for site, _ in stops)
        return _Day(
            frozenset(booth.line for booth in booths),
            len(stops),
            zones,
            frozenset(slot for _, slot in stops),
        )

    def _relaxation(self, line: Line, obstacles: list[_Obstacle]) -> Relaxation | None:
        """The least of: volunteers more where one of its teams is there already, or days more in its window."""
        short = [obstacle for obstacle in obstacles if obstacle.volunteers_short]
        wider = self._wider_window(line)
        if short:
            least = min(short, key=lambda o: (o.volunteers_short, o.slot, o.team.id))
            facts = {"team": least.team.id, "day": least.slot.day, "more": least.volunteers_short}
            if wider is None or least.volunteers_short <= int(str(wider.facts["more"])):
                return Relaxation("relax.volunteers", facts)
        return wider

    def _wider_window(self, line: Line) -> Relaxation | None:
        """The nearest day outside the window on which a team would have room."""
        site = self._eligibility.sites[line.site]
        near = {
            team.id: team
            for team in self._eligibility.offering[line.item]
            if self._eligibility.near(team, site)
        }
        outside = sorted(
            (more, slot, team.id)
            for team in near.values()
            for slot in team.free
            if (more := max(line.first_day - slot.day, slot.day - line.last_day)) > 0
        )
        for more, slot, team_id in outside:
            if self._has_room(line, near[team_id], slot):
                return Relaxation("relax.window", {"more": more, "day": slot.day, "team": team_id})
        return None

    def _has_room(self, line: Line, team: Team, slot: Slot) -> bool:
        able = self._problem.is_open(slot) and strength(team, line, slot.day) >= line.volunteers
        if not able or slot.day in line.ruled_out_days:
            return False
        return not self._obstacle(line, team, slot, self._blocking(line, slot)).lines
