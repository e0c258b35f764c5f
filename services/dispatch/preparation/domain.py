"""What a township says is ready for a stop."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from services.dispatch.planning.problem.problem import DayPart, HalfDay
from services.dispatch.stops.domain.confirmation import business_days_after
from shared.kernel.aggregate import Aggregate, Steps

Provision = Literal[
    "tables", "chairs", "power", "shade", "water", "room", "projector", "loudspeaker"
]

REMIND_BEFORE = 2
"""Business days before the stop on which a township is reminded of what is not ready."""


@dataclass(eq=False, kw_only=True)
class Preparation(Aggregate):
    """What is ready for a stop on its half-day. When the stop moves, all of it has to be looked at again."""

    kind: ClassVar[str] = "preparation"
    STEPS: ClassVar[Steps] = {}

    stop_id: str
    on: date
    part: DayPart
    ready: list[str] = field(default_factory=list)
    said_on: date | None = None
    reminded_for: date | None = None

    @property
    def key(self) -> str:
        return self.stop_id

    def ready_for(self, half_day: HalfDay) -> frozenset[str]:
        return frozenset(self.ready if (self.on, self.part) == half_day else ())

    def say(self, half_day: HalfDay, ready: Collection[str], today: date) -> bool:
        """These are ready, and nothing else. Returns whether that is new."""
        before = self.ready_for(half_day)
        self.on, self.part = half_day
        self.ready, self.said_on = sorted(ready), today
        return before != frozenset(ready)

    def remind(self, on: date) -> bool:
        """The township is reminded of a stop on this day. Returns whether it was not yet."""
        is_new = self.reminded_for != on
        self.reminded_for = on
        return is_new


def remind_until(today: date) -> date:
    """The last day of stops of which their townships are reminded today."""
    return business_days_after(today, REMIND_BEFORE)
