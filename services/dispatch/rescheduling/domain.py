"""When a team can come to a stop that has to change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.dispatch.planning.problem.problem import HalfDay
from services.dispatch.plans.domain.rule import PlanningRule
from services.dispatch.stops.domain.stop import Assignment


@dataclass(frozen=True)
class Calendar:
    """When teams are free for a stop: not ``taken`` elsewhere (team, day, half-day), and not against ``rules``,
    the pins and bans."""

    taken: frozenset[tuple[str, date, str]]
    rules: Sequence[PlanningRule]

    def allows(self, line_id: str, team_code: str, half_day: HalfDay) -> bool:
        return (team_code, *half_day) not in self.taken and all(
            rule.allows(line_id, team_code, half_day) for rule in self.rules
        )

    def best(self, booths: Sequence[Assignment], possible: Iterable[HalfDay]) -> HalfDay | None:
        """The half-day on which most of these booths keep their team, the earliest of several; None where no booth
        would."""
        best: HalfDay | None = None
        most = 0
        for half_day in possible:
            kept = sum(self.allows(entry.line_id, entry.team_code, half_day) for entry in booths)
            if kept == len(booths):
                return half_day
            if kept > most:
                best, most = half_day, kept
        return best
