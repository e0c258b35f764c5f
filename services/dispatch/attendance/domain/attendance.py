"""Who was at a booth and when: what follows from marks, in whatever order they come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal

from services.dispatch.planning.problem.problem import DayPart
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict

Way = Literal["in", "out"]
By = Literal["code", "list"]
"""By the code that the leader's phone shows, or by the leader's list."""

State = Literal["expected", "present", "left", "unmatched", "absent"]
"""``unmatched``: whoever went was not seen to come."""

MOST_MARKS = 40

Spell = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Somebody came or went at a moment, as the phone's clock said then."""

    at: datetime
    way: Way
    by: By


def spells_of(marks: Iterable[Mark]) -> list[Spell]:
    """From coming to going, in the order of time. Of several comings in a row the first counts, of several goings the
    last. Who is still there has no spell yet; whoever went without having come has none either."""
    found: list[Spell] = []
    came: datetime | None = None
    for mark in sorted(marks):
        if mark.way == "in":
            came = came or mark.at
        elif came is not None:
            found.append((came, mark.at))
            came = None
        elif found:
            found[-1] = (found[-1][0], mark.at)
    return [spell for spell in found if spell[1] > spell[0]]


def minutes_of(spells: Iterable[Spell]) -> int:
    """Whole minutes, of all spells together."""
    return int(sum((end - start for start, end in spells), timedelta()) / timedelta(minutes=1))


@dataclass(eq=False, kw_only=True)
class Attendance(Aggregate):
    """One volunteer at one booth. ``marks`` are those that were accepted, with ``at`` as text, as they are stored."""

    kind: ClassVar[str] = "attendance"
    STEPS: ClassVar[Steps] = {
        "expected": ("mark", "miss"),
        "present": ("mark",),
        "left": ("mark",),
        "unmatched": ("mark",),
        "absent": ("mark", "expect"),
    }

    id: str
    assignment_id: str
    stop_id: str
    team_code: str
    volunteer_no: str
    on: date
    part: DayPart
    marks: list[dict[str, str]] = field(default_factory=list)
    is_absent: bool = False
    inside_fence: bool | None = None
    """Whether the phone was near the stop when its owner came; None where it did not say. No place is kept."""

    @property
    def key(self) -> str:
        return self.id

    @property
    def said(self) -> list[Mark]:
        return sorted(
            Mark(
                datetime.fromisoformat(each["at"]),
                "in" if each["way"] == "in" else "out",
                "code" if each["by"] == "code" else "list",
            )
            for each in self.marks
        )

    @property
    def spells(self) -> Sequence[Spell]:
        return spells_of(self.said)

    @property
    def minutes(self) -> int:
        return minutes_of(self.spells)

    @property
    def state(self) -> State:
        said = self.said
        if not said:
            return "absent" if self.is_absent else "expected"
        if said[-1].way == "in":
            return "present"
        return "left" if self.spells else "unmatched"

    @property
    def came_at(self) -> datetime | None:
        return next((mark.at for mark in self.said if mark.way == "in"), None)

    @property
    def left_at(self) -> datetime | None:
        said = self.said
        return said[-1].at if said and said[-1].way == "out" else None

    def mark(self, mark: Mark, *, inside_fence: bool | None = None) -> bool:
        """Somebody came or went. Returns whether anything follows from it that did not from the marks before. One that
        says nothing new stays all the same: an earlier one that comes later may give it a meaning.

        :raises Conflict: there are too many, as no person makes.
        """
        self.require("mark", self.state)
        if len(self.marks) >= MOST_MARKS:
            raise Conflict("too_many_marks", field="nonce", most=MOST_MARKS)
        before = self.state, self.came_at, list(self.spells)
        entry = {"at": mark.at.isoformat(), "way": mark.way, "by": mark.by}
        self.marks, self.is_absent = [*self.marks, entry], False
        if mark.way == "in" and inside_fence is not None:
            self.inside_fence = inside_fence
        return (self.state, self.came_at, list(self.spells)) != before

    def miss(self) -> None:
        """The leader says that the volunteer has not come.

        :raises IllegalTransition: somebody who has come is not absent.
        """
        self.require("miss", self.state)
        self.is_absent = True

    def expect(self) -> None:
        """That was a mistake."""
        self.require("expect", self.state)
        self.is_absent = False
