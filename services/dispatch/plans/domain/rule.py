"""A planning rule: a pin or a ban, which every planner keeps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.dispatch.planning.problem.problem import PARTS, Ban, Booth, HalfDay, Line, Slot
from services.dispatch.plans.domain.candidate import ProblemDates
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import InvalidInput

LEAST_NAMED = 2
"""Of line, team and day. A ban on one of them alone is something else: a cancelled line, or a team's day off."""

LEAST_OF_A_PIN = "line_id + team_code / line_id + on"
LEAST_OF_A_BAN = "line_id + team_code / line_id + on / team_code + on"


@dataclass(eq=False, kw_only=True)
class PlanningRule(Aggregate):
    """pin: the line goes to this team on this half-day; with less than that named, it goes to no other team, or on no
    other day, if it is served. forbid: what is named together does not happen; what is not named stands for any, and a
    day without a ``part`` for the whole day."""

    kind: ClassVar[str] = "planning_rule"

    id: str
    campaign_id: str
    does: str
    made_at: datetime
    line_id: str | None = None
    team_code: str | None = None
    on: date | None = None
    part: str | None = None

    def __post_init__(self) -> None:
        named = [value is not None for value in (self.line_id, self.team_code, self.on)]
        if self.does == "pin" and self.line_id is None:
            raise InvalidInput("rule_incomplete", field="does", least=LEAST_OF_A_PIN)
        if sum(named) < LEAST_NAMED or (self.part and self.on is None):
            raise InvalidInput("rule_incomplete", field="does", least=LEAST_OF_A_BAN)

    @property
    def key(self) -> str:
        return self.id

    def allows(self, line_id: str, team_code: str, half_day: HalfDay) -> bool:
        """Whether this rule allows the line to go to this team on this half-day."""
        on, part = half_day
        as_named = (
            self.team_code in (None, team_code)
            and self.on in (None, on)
            and self.part in (None, part)
        )
        if self.does == "forbid":
            return not (as_named and self.line_id in (None, line_id))
        return as_named or self.line_id != line_id

    def pinned(self, dates: ProblemDates, line: Line) -> Booth | None:
        """The booth that a pin of team, day and half-day fixes; None for any other rule."""
        if self.does != "pin" or self.on is None or self.part is None or self.team_code is None:
            return None
        return Booth(line.id, self.team_code, dates.slot(self.on, self.part), line.volunteers)

    def forbidden(self, dates: ProblemDates, days: int, teams: Iterable[str]) -> Iterator[Ban]:
        """What this rule rules out in the first ``days`` days, among ``teams``."""
        named = self._slots(dates)
        if self.does == "forbid":
            whenever: list[Slot | None] = [*named] or [None]
            yield from (Ban(self.line_id, self.team_code, slot) for slot in whenever)
            return
        if self.team_code is not None:
            yield from (Ban(self.line_id, other) for other in teams if other != self.team_code)
        if named:
            every = (Slot(day, part) for day in range(days) for part in range(len(PARTS)))
            yield from (Ban(self.line_id, None, slot) for slot in every if slot not in named)

    def _slots(self, dates: ProblemDates) -> list[Slot]:
        if self.on is None:
            return []
        return [dates.slot(self.on, part) for part in ([self.part] if self.part else PARTS)]
