"""Why a line stays unserved, in the order in which a coordinator would ask, and the smallest relaxation that would
serve it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.dispatch.domain.planning.candidates import Candidates, strength
from services.dispatch.domain.planning.circuit import Circuit, Relaxation, Unserved
from services.dispatch.domain.planning.problem import Booth, Line, Problem, Slot, Team

MOST_LINES_NAMED = 12


def explained(problem: Problem, booths: Iterable[Booth]) -> Circuit:
    """The circuit of these booths, with a reason for every line that has none."""
    kept = tuple(sorted(booths))
    served = {booth.line for booth in kept}
    explainer = _Explainer(problem, kept)
    return Circuit(kept, tuple(explainer.explain(line) for line in problem.lines if line.id not in served))


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """What stands in the way of one team in one slot: lines that have its time or its volunteers, and how many it
    lacks."""

    team: Team
    slot: Slot
    lines: frozenset[str]
    volunteers_short: int = 0


class _Explainer:
    def __init__(self, problem: Problem, booths: tuple[Booth, ...]) -> None:
        self._problem = problem
        self._candidates = Candidates(problem)
        self._lines = {line.id: line for line in problem.lines}
        self._fixed = {fixed.booth.line for fixed in problem.fixed}
        self._of_day: defaultdict[tuple[str, int], list[Booth]] = defaultdict(list)
        self._of_stop: defaultdict[tuple[str, Slot], list[Booth]] = defaultdict(list)
        self._of_series: defaultdict[str, list[Booth]] = defaultdict(list)
        for booth in booths:
            line = self._lines[booth.line]
            self._of_day[booth.team, booth.slot.day].append(booth)
            self._of_stop[line.site, booth.slot].append(booth)
            if line.series is not None:
                self._of_series[line.series].append(booth)

    def explain(self, line: Line) -> Unserved:
        reason = self._hopeless(line)
        if reason is not None:
            return reason
        obstacles = list(self._obstacles(line))
        if not obstacles:
            return self._without_a_day(line)
        movable = [obstacle for obstacle in obstacles if not obstacle.lines & self._fixed]
        nearest = min(movable or obstacles, key=lambda o: (len(o.lines), o.volunteers_short, o.slot, o.team.id))
        if not nearest.lines:
            return Unserved(line.id, "unserved.costs_more", {"team": nearest.team.id, "day": nearest.slot.day})
        facts = {
            "team": nearest.team.id,
            "day": nearest.slot.day,
            "lines": ", ".join(sorted(nearest.lines)[:MOST_LINES_NAMED]),
        }
        reason_code = "unserved.no_free_team" if movable else "unserved.commitments"
        return Unserved(line.id, reason_code, facts, self._relaxation(line, obstacles))

    def _hopeless(self, line: Line) -> Unserved | None:
        """Why no circuit could serve the line whatever else it does; None if one could."""
        site = self._candidates.sites.get(line.site)
        if site is None:
            return Unserved(line.id, "unserved.township_unknown", {"township": line.site})
        offering = self._candidates.offering[line.item]
        if not offering:
            return Unserved(line.id, "unserved.no_team", {"item": line.item})
        near = [team for team in offering if self._candidates.near(team, site)]
        if not near:
            closest = min(offering, key=lambda team: self._problem.travel.distance_km(team, site) - team.radius_km)
            km = self._problem.travel.distance_km(closest, site)
            facts = {"team": closest.id, "km": round(km, 1), "most": closest.radius_km}
            return Unserved(line.id, "unserved.too_far", facts, Relaxation("relax.radius", facts))
        return self._too_weak(line, near)

    def _too_weak(self, line: Line, near: list[Team]) -> Unserved | None:
        if line.max_teams > 1:
            return None
        most = {team.id: max((strength(team, line, slot.day) for slot in team.free), default=0) for team in near}
        strongest = max(near, key=lambda team: (most[team.id], team.id))
        missing = line.volunteers - most[strongest.id]
        if missing <= 0 or not any(team.free for team in near):
            return None
        facts = {"team": strongest.id, "needed": line.volunteers, "members": most[strongest.id], "more": missing}
        code = "unserved.too_few_volunteers" if line.qualification is None else "unserved.too_few_qualified"
        return Unserved(line.id, code, facts, Relaxation("relax.volunteers", facts))

    def _without_a_day(self, line: Line) -> Unserved:
        open_days = [day for day in range(self._problem.days) if day not in self._problem.closed]
        if not any(line.allows(day) for day in open_days):
            return Unserved(line.id, "unserved.all_days_ruled_out")
        facts = {"first": line.first_day, "last": line.last_day}
        return Unserved(line.id, "unserved.not_available", facts, self._wider_window(line))

    def _obstacles(self, line: Line) -> Iterator[_Obstacle]:
        for match in self._candidates.matches(line):
            for slot in match.slots:
                yield self._obstacle(line, match.team, slot)

    def _obstacle(self, line: Line, team: Team, slot: Slot) -> _Obstacle:
        day = self._of_day[team.id, slot.day]
        here = [booth for booth in day if booth.slot == slot and self._lines[booth.line].site == line.site]
        blocking = {
            booth.line for booth in self._of_series.get(line.series or "", ()) if self._is_close(line, slot, booth)
        }
        stop = self._of_stop[line.site, slot]
        if len(stop) >= self._problem.max_booths_per_stop:
            blocking |= {booth.line for booth in stop}
        if not here:
            return _Obstacle(team, slot, frozenset(blocking | self._in_the_way(line, team, slot, day)))
        free = strength(team, line, slot.day) - sum(booth.volunteers for booth in here)
        short = max(0, (1 if line.max_teams > 1 else line.volunteers) - free)
        return _Obstacle(team, slot, frozenset(blocking | {b.line for b in here if short}), short)

    def _is_close(self, line: Line, slot: Slot, other: Booth) -> bool:
        spacing = max(line.spacing_days, self._lines[other.line].spacing_days)
        return abs(other.slot.day - slot.day) < spacing

    def _in_the_way(self, line: Line, team: Team, slot: Slot, day: list[Booth]) -> set[str]:
        """The lines that keep a team from one more stop in its day."""
        zone = self._candidates.sites[line.site].zone
        stops = {(self._lines[booth.line].site, booth.slot) for booth in day}
        elsewhere = any(self._candidates.sites[site].zone != zone for site, _ in stops)
        same_part = self._problem.parts > 1 and any(booth.slot == slot for booth in day)
        timed = self._problem.minutes_per_day is not None
        if elsewhere or same_part or timed or len(stops) >= team.max_stops_per_day:
            return {booth.line for booth in day}
        return set()

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
        site = self._candidates.sites[line.site]
        near = {team.id: team for team in self._candidates.offering[line.item] if self._candidates.near(team, site)}
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
        return able and slot.day not in line.ruled_out_days and not self._obstacle(line, team, slot).lines
