"""The roster of a booth: the volunteers who stand there."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from services.dispatch.planning.problem.problem import DayPart, HalfDay
from shared.kernel.aggregate import Aggregate, Steps

Cause = Literal[
    "rostered",
    "swapped",
    "dropped_out",
    "stepped_in",
    "stop_moved",
    "booth_released",
    "left",
    "merged",
]
"""Why a roster changed: somebody named others, or it followed something else."""


@dataclass(eq=False, kw_only=True)
class Roster(Aggregate):
    """Who stands at a booth on its half-day, by number. ``revision`` rises with each change."""

    kind: ClassVar[str] = "roster"
    STEPS: ClassVar[Steps] = {}

    assignment_id: str
    stop_id: str
    team_code: str
    on: date
    part: DayPart
    volunteers: list[str] = field(default_factory=list)
    standby: list[str] = field(default_factory=list)
    """Who is asked first when one of them drops out, in this order."""
    revision: int = 0

    @property
    def key(self) -> str:
        return self.assignment_id

    @property
    def half_day(self) -> HalfDay:
        return self.on, self.part

    def name(self, volunteers: Iterable[str]) -> bool:
        """These stand there, and nobody else. Returns whether that is new."""
        wanted = list(dict.fromkeys(volunteers))
        if wanted == self.volunteers:
            return False
        self.volunteers = wanted
        self.standby = [no for no in self.standby if no not in wanted]
        self.revision += 1
        return True

    def keep_ready(self, standby: Iterable[str]) -> bool:
        """These are on standby, as far as they don't stand there. Returns whether that is new."""
        wanted = [no for no in dict.fromkeys(standby) if no not in self.volunteers]
        if wanted == self.standby:
            return False
        self.standby = wanted
        self.revision += 1
        return True

    def move(self, half_day: HalfDay) -> None:
        """The stop is on another half-day."""
        self.on, self.part = half_day
        self.revision += 1
