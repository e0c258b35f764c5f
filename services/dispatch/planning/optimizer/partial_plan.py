"""A plan in the making: what is placed, what that is worth, and what still fits."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise, permutations

from services.dispatch.planning.optimizer.instance import Instance, most_at
from services.dispatch.planning.problem.problem import Booth

Placing = tuple[int, int]
"""(option, volunteers)"""

Placings = dict[int, tuple[Placing, ...]]
"""What each line gets."""


class PartialPlan:
    """Every change keeps the plan feasible. ``placings[line]`` is empty for a line that is not served."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.placings: Placings = {}
        self.visit_load: dict[int, int] = {}
        self.stop_booths: dict[int, int] = {}
        self.day_visits: defaultdict[int, set[int]] = defaultdict(set)
        self.visit_lines: defaultdict[int, set[int]] = defaultdict(set)
        self.load: defaultdict[int, int] = defaultdict(int)
        self.served_in: defaultdict[str, int] = defaultdict(int)
        self.objective = -instance.problem.weights.change * len(instance.problem.published)
        self._series: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._extra = any(line.qualification for line in instance.problem.lines)
        self._first_served = instance.problem.weights.first_served
        self._timed = instance.problem.minutes_per_day is not None

    def booths(self) -> list[Booth]:
        instance = self.instance
        return [
            instance.booth(option, count)
            for placing in self.placings.values()
            for option, count in placing
        ]

    def gain(self, option: int) -> int | None:
        """What placing the whole line there would add to the objective; None where it does not fit."""
        instance = self.instance
        line, visit_number = instance.option_line[option], instance.option_visit[option]
        return self._gain(option, line, visit_number, instance.needed[line])

    def gain_of_share(self, option: int, volunteers: int) -> int | None:
        """The same for a booth with so many volunteers, which may be a share of the line."""
        return self._gain(
            option,
            self.instance.option_line[option],
            self.instance.option_visit[option],
            volunteers,
        )

    def _gain(self, option: int, line: int, visit_number: int, volunteers: int) -> int | None:
        visit = self.instance.visits[visit_number]
        load = self.visit_load.get(visit_number)
        gain = self.instance.option_value[option]
        if load is None:
            if not self._fits_in_day(visit_number):
                return None
            load, gain = 0, gain - visit.cost - self._overload(visit.team)
        if load + volunteers > visit.members:
            return None
        booths = self.stop_booths.get(visit.stop)
        if booths is None:
            gain -= self.instance.stop_cost[visit.stop]
        elif booths >= self.instance.problem.max_booths_per_stop:
            return None
        if self._first_served and not self.served_in[self.instance.township_of_line[line]]:
            gain += self._first_served
        return gain if self._fits_rarer_rules(line, visit_number, volunteers) else None

    def _overload(self, team: int) -> int:
        """What one more visit of the team costs because others could go."""
        shares = self.instance.fair_share
        return (
            self.instance.problem.weights.overload
            if shares and self.load[team] >= shares[team]
            else 0
        )

    def _fits_in_day(self, visit_number: int) -> bool:
        visit = self.instance.visits[visit_number]
        there = self.day_visits.get(visit.team_day)
        if not there:
            return True
        if len(there) >= self.instance.team_days[visit.team_day].most_stops:
            return False
        others = [self.instance.visits[number] for number in there]
        if self.instance.problem.parts > 1 and any(other.slot == visit.slot for other in others):
            return False
        return others[0].zone == visit.zone

    def has_day_for(self, visit_number: int) -> bool:
        """Whether the team's day has room for one stop more, there."""
        return visit_number in self.visit_load or self._fits_in_day(visit_number)

    def keeps_distance(self, option: int) -> bool:
        """Whether the line may be served there as far as its series goes."""
        line = self.instance.option_line[option]
        wanted = self.instance.problem.lines[line]
        return wanted.series is None or self._fits_series(line, self.instance.option_visit[option])

    def _fits_rarer_rules(self, line: int, visit_number: int, volunteers: int) -> bool:
        wanted = self.instance.problem.lines[line]
        if wanted.series is not None and not self._fits_series(line, visit_number):
            return False
        if (
            self._extra
            and wanted.qualification is not None
            and not self._fits_qualified(line, visit_number, volunteers)
        ):
            return False
        return not self._timed or self._fits_hours(line, visit_number)

    def _fits_series(self, line: int, visit_number: int) -> bool:
        wanted = self.instance.problem.lines[line]
        day = self.instance.visits[visit_number].slot // self.instance.problem.parts
        return all(
            abs(day - other) >= max(spacing, wanted.spacing_days)
            for other, spacing in self._series[wanted.series or ""]
        )

    def _fits_qualified(self, line: int, visit_number: int, volunteers: int) -> bool:
        qualification = self.instance.problem.lines[line].qualification
        return qualification is None or volunteers <= self.qualified_left(
            visit_number, qualification
        )

    def qualified_left(self, visit_number: int, qualification: str) -> int:
        """How many of the visit's team hold the qualification and are not yet at a booth that needs it."""
        problem = self.instance.problem
        taken = sum(
            count
            for other in self.visit_lines.get(visit_number, ())
            if problem.lines[other].qualification == qualification
            for option, count in self.placings[other]
            if self.instance.option_visit[option] == visit_number
        )
        return (
            problem.teams[self.instance.visits[visit_number].team].qualified.get(qualification, 0)
            - taken
        )

    def _fits_hours(self, line: int, visit_number: int) -> bool:
        visit = self.instance.visits[visit_number]
        stops = self.day_visits[visit.team_day] | {visit_number}
        longest = {number: self._longest(number) for number in stops}
        longest[visit_number] = max(
            longest[visit_number], self.instance.problem.lines[line].minutes
        )
        return minutes_of_day(self.instance, longest) <= (
            self.instance.problem.minutes_per_day or 0
        )

    def _longest(self, visit_number: int) -> int:
        return max(
            (self.instance.problem.lines[line].minutes for line in self.visit_lines[visit_number]),
            default=0,
        )

    def place(self, placings: Iterable[Placing]) -> None:
        """Places one line, whole: the options of one slot with their volunteers. What does not fit must not be
        placed."""
        instance = self.instance
        placed = tuple(placings)
        line = instance.option_line[placed[0][0]]
        self.objective += instance.option_value[placed[0][0]]
        self._count_in_township(line, 1)
        for option, volunteers in placed:
            self._take(line, instance.option_visit[option], volunteers)
        self.placings[line] = placed
        wanted = instance.problem.lines[line]
        if wanted.series is not None:
            self._series[wanted.series].append((self.day_of(placed[0][0]), wanted.spacing_days))

    def _count_in_township(self, line: int, change: int) -> None:
        if not self._first_served:
            return
        township = self.instance.township_of_line[line]
        before = self.served_in[township]
        self.served_in[township] = before + change
        self.objective += self._first_served * (bool(before + change) - bool(before))

    def place_all(self, placings: Placings) -> list[int]:
        """Places what fits, and returns the lines that were placed. A subproblem's model leaves few rules out, so
        nearly all fit."""
        placed = []
        for line, its in placings.items():
            if line not in self.placings and all(
                self.gain_of_share(o, count) is not None for o, count in its
            ):
                self.place(its)
                placed.append(line)
        return placed

    def day_of(self, option: int) -> int:
        return (
            self.instance.visits[self.instance.option_visit[option]].slot
            // self.instance.problem.parts
        )

    def _take(self, line: int, visit_number: int, volunteers: int) -> None:
        visit = self.instance.visits[visit_number]
        if visit_number not in self.visit_load:
            self.visit_load[visit_number] = 0
            self.day_visits[visit.team_day].add(visit_number)
            self.objective -= visit.cost + self._overload(visit.team)
            self.load[visit.team] += 1
        if visit.stop not in self.stop_booths:
            self.stop_booths[visit.stop] = 0
            self.objective -= self.instance.stop_cost[visit.stop]
        self.visit_load[visit_number] += volunteers
        self.stop_booths[visit.stop] += 1
        self.visit_lines[visit_number].add(line)

    def remove(self, line: int) -> None:
        """Removes a line, and with it the visits and stops that were for it alone."""
        placed = self.placings.pop(line)
        self.objective -= self.instance.option_value[placed[0][0]]
        self._count_in_township(line, -1)
        for option, volunteers in placed:
            self._give_back(line, self.instance.option_visit[option], volunteers)
        wanted = self.instance.problem.lines[line]
        if wanted.series is not None:
            self._series[wanted.series].remove((self.day_of(placed[0][0]), wanted.spacing_days))

    def _give_back(self, line: int, visit_number: int, volunteers: int) -> None:
        visit = self.instance.visits[visit_number]
        self.visit_load[visit_number] -= volunteers
        self.stop_booths[visit.stop] -= 1
        self.visit_lines[visit_number].discard(line)
        if not self.visit_load[visit_number]:
            del self.visit_load[visit_number]
            self.day_visits[visit.team_day].discard(visit_number)
            self.load[visit.team] -= 1
            self.objective += visit.cost + self._overload(visit.team)
        if not self.stop_booths[visit.stop]:
            del self.stop_booths[visit.stop]
            self.objective += self.instance.stop_cost[visit.stop]

    def best(self, line: int) -> tuple[int, tuple[Placing, ...]] | None:
        """The best place for a line that is not served, and its gain; among equals the least loaded team, then the
        first slot."""
        instance = self.instance
        needed = instance.needed[line]
        best: tuple[tuple[int, int, int, int], int] | None = None
        for option in instance.of_line[line]:
            visit_number = instance.option_visit[option]
            gain = self._gain(option, line, visit_number, needed)
            if gain is None or (best is not None and gain < best[0][0]):
                continue
            visit = instance.visits[visit_number]
            rank = (gain, -visit.slot, -self.load[visit.team], -visit.team)
            if best is None or rank > best[0]:
                best = rank, option
        if best is not None:
            return best[0][0], ((best[1], needed),)
        return self._best_shared(line) if instance.shared[line] else None

    def _best_shared(self, line: int) -> tuple[int, tuple[Placing, ...]] | None:
        """The best slot for a booth that no team can man alone, by the fewest teams."""
        by_slot: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for option in self.instance.of_line[line]:
            visit_number = self.instance.option_visit[option]
            if (room := self._room(option)) > 0:
                by_slot[self.instance.visits[visit_number].slot].append((room, option))
        found = [
            shared for slot in sorted(by_slot) if (shared := self._shares(line, by_slot[slot]))
        ]
        return max(found, key=lambda shared: shared[0], default=None)

    def _room(self, option: int) -> int:
        line, visit_number = self.instance.option_line[option], self.instance.option_visit[option]
        free = self.instance.visits[visit_number].members - self.visit_load.get(visit_number, 0)
        room = min(free, most_at(self.instance, option))
        while room > 0 and self._gain(option, line, visit_number, room) is None:
            room -= 1
        return room

    def _shares(
        self, line: int, rooms: list[tuple[int, int]]
    ) -> tuple[int, tuple[Placing, ...]] | None:
        missing, shares = self.instance.needed[line], []
        for room, option in sorted(rooms, key=lambda entry: (-entry[0], entry[1])):
            if missing > 0:
                shares.append((option, min(room, missing)))
                missing -= min(room, missing)
        stop = self.instance.visits[self.instance.option_visit[rooms[0][1]]].stop
        booths = self.stop_booths.get(stop, 0) + len(shares)
        too_many = len(shares) > self.instance.problem.lines[line].max_teams
        if missing > 0 or too_many or booths > self.instance.problem.max_booths_per_stop:
            return None
        before = self.objective
        self.place(shares)
        gain = self.objective - before
        self.remove(line)
        return gain, tuple(shares)

    def fill(self, lines: Iterable[int]) -> None:
        """Places each of the lines where it gains most, one after the other, if it gains anything."""
        for line in lines:
            found = self.best(line)
            if found is not None and found[0] > 0:
                self.place(found[1])


def minutes_of_day(instance: Instance, longest: dict[int, int]) -> float:
    """How long a team's day is that has these visits, with the minutes of the longest booth of each."""
    problem = instance.problem
    visits = sorted((instance.visits[number] for number in longest), key=lambda visit: visit.slot)
    at_stops = sum(problem.setup_minutes + minutes for minutes in longest.values())
    team = problem.teams[visits[0].team]
    shortest = float("inf")
    for order in permutations(visits):
        if all(a.slot <= b.slot for a, b in pairwise(order)):
            sites = [problem.sites[visit.site] for visit in order]
            km = problem.travel.distance_km(team, sites[0]) + problem.travel.distance_km(
                team, sites[-1]
            )
            km += sum(problem.travel.distance_km(a, b) for a, b in pairwise(sites))
            shortest = min(shortest, km)
    return at_stops + shortest / problem.travel.speed_kmh * 60
