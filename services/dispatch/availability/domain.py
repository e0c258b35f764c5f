"""Days on which a volunteer or a team can't come. Nobody asks why, for the reason may be an illness."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from services.dispatch.planning.problem.problem import DayPart
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import InvalidInput

Party = Literal["team", "volunteer"]

LONGEST_DAYS = 366
"""Whoever can't come for longer has left; a longer stretch is a slip of the year."""
FARTHEST_DAYS = 730
MOST_AHEAD = 100
"""Entries that a party has ahead."""


@dataclass(eq=False, kw_only=True)
class Unavailable(Aggregate):
    """From ``first_on`` to ``last_on``, both included, a party can't come: on ``part`` of these days, or all day."""

    kind: ClassVar[str] = "unavailable_day"

    id: str
    party: Party
    code: str
    first_on: date
    last_on: date
    part: DayPart | None
    entered_at: datetime

    @property
    def key(self) -> str:
        return self.id


def require_days(first: date, last: date, today: date) -> None:
    """:raises InvalidInput: the days are over, far away, or no stretch; names the field."""
    if last < first:
        raise InvalidInput("days_reversed", field="last_on", first=first, last=last)
    if last < today:
        raise InvalidInput("unavailable_is_over", field="last_on", day=last, today=today)
    if (first - today).days > FARTHEST_DAYS:
        raise InvalidInput("unavailable_is_far", field="first_on", day=first, most=FARTHEST_DAYS)
    if (last - first).days >= LONGEST_DAYS:
        raise InvalidInput("unavailable_is_long", field="last_on", most=LONGEST_DAYS)
