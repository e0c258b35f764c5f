"""What a coordinator decides before any planner does: a pin or a ban."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.dispatch.domain.candidate import Dated
from services.dispatch.domain.planning.problem import PARTS, Booth, Forbidden, Line, Slot
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import InvalidInput

LEAST_NAMED = 2
"""Of line, team and day: a ban on one of them alone is not for here (a line is cancelled, a calendar is the team's)."""

LEAST_OF_A_PIN = "line_id, team_code, on, part"
LEAST_OF_A_BAN = "line_id + team_code / line_id + on / team_code + on"


@dataclass(eq=False, kw_only=True)
class PlanningRule(Aggregate):
    """pin: the line goes to this team on this half-day. forbid: what is named together does not happen; what is not
    named stands for any, and a day without a ``part`` for the whole day."""

    kind: ClassVar[str] = "planning_rule"

    id: str
    campaign: str
    does: str
    made_at: datetime
    line_id: str | None = None
    team_code: str | None = None
    on: date | None = None
    part: str | None = None

    def __post_init__(self) -> None:
        named = [value is not None for value in (self.line_id, self.team_code, self.on)]
        if self.does == "pin" and not (all(named) and self.part):
            raise InvalidInput("rule_incomplete", field="does", least=LEAST_OF_A_PIN)
        if sum(named) < LEAST_NAMED or (self.part and self.on is None):
            raise InvalidInput("rule_incomplete", field="does", least=LEAST_OF_A_BAN)

    @property
    def key(self) -> str:
        return self.id

    def pinned(self, dated: Dated, line: Line) -> Booth | None:
        """The booth that stays, of the line it is about."""
        if self.does != "pin" or self.on is None or self.part is None or self.team_code is None:
            return None
        return Booth(line.id, self.team_code, dated.slot(self.on, self.part), line.volunteers)

    def forbidden(self, dated: Dated) -> Iterator[Forbidden]:
        if self.does != "forbid":
            return
        if self.on is None:
            yield Forbidden(self.line_id, self.team_code)
            return
        for part in [self.part] if self.part else PARTS:
            yield Forbidden(self.line_id, self.team_code, Slot(*dated.slot(self.on, part)))
