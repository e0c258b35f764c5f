"""A candidate: a plan that is not in force, kept beside others, changed by hand, and perhaps published."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from services.dispatch.planning.problem.circuit import Unserved
from services.dispatch.planning.problem.problem import PARTS, Booth, DayPart, Slot
from services.dispatch.planning.problem.score import Score
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict

MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class ProblemDates:
    """Converts between dates and the days of a problem, which are counted from ``first``."""

    first: date

    def slot(self, on: date, part: str) -> Slot:
        return Slot((on - self.first).days, PARTS.index(_part(part)))

    def half_day(self, slot: Slot) -> tuple[date, DayPart]:
        return self.first + timedelta(days=slot.day), PARTS[slot.part]

    def written(self, booths: Iterable[Booth]) -> list[dict[str, Any]]:
        """Booths as they are stored, with dates, so that they mean the same beside any other plan."""
        return [
            {
                "line_id": booth.line,
                "team_code": booth.team,
                "on": self.half_day(booth.slot)[0].isoformat(),
                "part": PARTS[booth.slot.part],
                "volunteers": booth.volunteers,
            }
            for booth in sorted(booths)
        ]

    def read(self, booths: Iterable[Mapping[str, Any]]) -> tuple[Booth, ...]:
        return tuple(
            Booth(
                b["line_id"],
                b["team_code"],
                self.slot(date.fromisoformat(b["on"]), b["part"]),
                b["volunteers"],
            )
            for b in booths
        )


def _part(name: str) -> DayPart:
    return "morning" if name == "morning" else "afternoon"


@dataclass(frozen=True, slots=True)
class Content:
    """The booths and unserved lines of a candidate, and its score."""

    booths: list[dict[str, Any]]
    unserved: list[dict[str, Any]]
    score: dict[str, float]

    @classmethod
    def of(
        cls,
        dates: ProblemDates,
        booths: Iterable[Booth],
        unserved: Iterable[Unserved],
        score: Score,
    ) -> "Content":
        return cls(dates.written(booths), [_unserved(line) for line in unserved], asdict(score))


def _unserved(line: Unserved) -> dict[str, Any]:
    relaxation = line.relaxation
    return {
        "line_id": line.line,
        "reason": line.reason,
        "facts": dict(line.facts),
        "relaxation": {"code": relaxation.code, "facts": dict(relaxation.facts)}
        if relaxation
        else None,
    }


def renamed(booths: list[dict[str, Any]], teams: Mapping[str, str]) -> list[dict[str, Any]]:
    """Booths as they are stored, with other codes for some ``teams``."""
    return [
        booth | {"team_code": teams.get(booth["team_code"], booth["team_code"])} for booth in booths
    ]


@dataclass(eq=False, kw_only=True)
class Candidate(Aggregate):
    """``revision`` 1 is the planner's, and improves while its run is under way. Every edit makes the next revision.

    ``booths`` (line_id, team_code, on, part, volunteers), ``unserved`` (line_id, reason, facts, relaxation) and
    ``score`` (the fields of :class:`Score`) are those of that revision. ``plan_id`` is the plan that it was published
    as.
    """

    kind: ClassVar[str] = "candidate"
    STEPS: ClassVar[Steps] = {
        "growing": ("grow", "settle"),
        "kept": ("edit", "publish", "discard"),
        "published": (),
        "discarded": (),
    }

    id: str
    run_id: str
    campaign_id: str
    made_at: datetime
    state: str = "growing"
    revision: int = 1
    booths: list[dict[str, Any]] = field(default_factory=list)
    unserved: list[dict[str, Any]] = field(default_factory=list)
    score: dict[str, float] = field(default_factory=dict)
    plan_id: str | None = None

    @property
    def key(self) -> str:
        return self.id

    def grow(self, content: Content) -> None:
        self.require("grow", self.state)
        self._say(content)

    def settle(self) -> None:
        """Its run is over; from now on a coordinator may edit, publish or discard it."""
        self.require("settle", self.state)
        self.state = "kept"

    def edit(self, revision: int, content: Content) -> None:
        """:raises Conflict: ``revision`` is not the present one."""
        self.require("edit", self.state)
        self.require_revision(revision)
        self.revision += 1
        self._say(content)

    def publish(self, revision: int, plan_id: str) -> None:
        """:raises Conflict: ``revision`` is not the present one."""
        self.require("publish", self.state)
        self.require_revision(revision)
        self.state, self.plan_id = "published", plan_id

    def discard(self) -> None:
        self.require("discard", self.state)
        self.state = "discarded"

    def require_revision(self, revision: int) -> None:
        if revision != self.revision:
            raise Conflict(
                "candidate_changed",
                field="revision",
                id=self.id,
                given=revision,
                present=self.revision,
            )

    def rename_team(self, code: str, into: str) -> None:
        """The team is the same as another one, whose are its booths now."""
        self.booths = renamed(self.booths, {code: into})

    def _say(self, content: Content) -> None:
        self.booths, self.unserved, self.score = content.booths, content.unserved, content.score


@dataclass(frozen=True, slots=True)
class Placed:
    """A step of an edit: the line goes to this team on this half-day, wherever it was before."""

    line: str
    team: str
    on: date
    part: DayPart


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A step of an edit: the line is not served."""

    line: str


Step = Placed | TakenOut


def edited(
    booths: Iterable[Booth],
    steps: Iterable[Step],
    volunteers: Mapping[str, int],
    dates: ProblemDates,
) -> tuple[Booth, ...]:
    """The booths after the steps, taken in order. ``volunteers`` is how many each line needs. A line that is missing
    there gets a booth for one volunteer, and ``check_plan`` then reports an unknown line."""
    of_line: dict[str, tuple[Booth, ...]] = {}
    for booth in booths:
        of_line[booth.line] = (*of_line.get(booth.line, ()), booth)
    for step in steps:
        if isinstance(step, TakenOut):
            of_line.pop(step.line, None)
        else:
            slot = dates.slot(step.on, step.part)
            of_line[step.line] = (Booth(step.line, step.team, slot, volunteers.get(step.line, 1)),)
    return tuple(sorted(booth for its in of_line.values() for booth in its))
