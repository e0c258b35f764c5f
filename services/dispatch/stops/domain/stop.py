"""A stop and the teams' assignments to its booths; they change together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Literal

from services.dispatch.planning.problem.problem import DayPart, HalfDay
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import IllegalTransition, InvalidInput, NotFound

LIVE = ("offered", "accepted")
"""States in which a team is expected at its booth."""


DeclineReason = Literal["no_volunteers", "busy", "weather", "other"]
"""Why a team can't take a booth. Illness is no code of its own: in a small team it would say who is ill."""

StopReason = Literal["weather", "township_asked", "team_unavailable", "venue", "other"]
"""Why the corps moves a stop or calls it off."""

REPLANNED, STOP_MOVED, PLAN_WITHDRAWN = "replanned", "stop_moved", "plan_withdrawn"
TEAM_LEFT, ORDER_CANCELLED, ORDER_CLOSED = "team_left", "order_cancelled", "order_closed"
"""Why a stop or a team's booth changes in consequence of something else."""


@dataclass(frozen=True, slots=True)
class StatedReason:
    """A code, which events carry, and words, which only those may read who may read the stop."""

    code: str
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What one booth did: residents served, leaflets given, cases to follow up."""

    served: int
    leaflets: int
    follow_ups: int


@dataclass(eq=False, kw_only=True)
class Assignment:
    """One team's booth at one stop, for one order line."""

    kind: ClassVar[str] = "assignment"
    STEPS: ClassVar[Steps] = {
        "proposed": ("offer", "release"),
        "offered": ("accept", "decline", "release", "report"),
        "accepted": ("decline", "release", "report"),
        "declined": (),
        "released": (),
        "done": (),
    }

    id: str
    order_id: str
    line_id: str
    item_code: str
    item_name: str
    item_name_en: str
    team_code: str
    volunteers: int
    state: str = "proposed"
    reason_code: str | None = None
    reason: str | None = None
    served: int | None = None
    leaflets: int | None = None
    follow_ups: int | None = None
    offered_at: datetime | None = None
    told_at: datetime | None = None
    told_problem: str | None = None

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    def offer(self, at: datetime) -> None:
        self._require("offer")
        self.state, self.offered_at = "offered", at

    def accept(self) -> None:
        self._require("accept")
        self.state = "accepted"

    def decline(self, reason: StatedReason) -> None:
        self._require("decline")
        self.state, self.reason_code, self.reason = "declined", reason.code, reason.words

    def release(self, reason_code: str) -> None:
        """Takes the booth back. Words about the reason stand with the stop or the order."""
        self._require("release")
        self.state, self.reason_code = "released", reason_code

    def for_another(self, assignment_id: str, team_code: str) -> "Assignment":
        """The same booth for another team, not yet offered."""
        return Assignment(
            id=assignment_id,
            order_id=self.order_id,
            line_id=self.line_id,
            item_code=self.item_code,
            item_name=self.item_name,
            item_name_en=self.item_name_en,
            team_code=team_code,
            volunteers=self.volunteers,
        )

    def ask_again(self, at: datetime) -> None:
        """The stop moved, so teams that had accepted have to answer again."""
        self.state, self.offered_at, self.told_at = "offered", at, None

    def report(self, report: Report) -> None:
        self._require("report")
        self.state = "done"
        self.served, self.leaflets, self.follow_ups = (
            report.served,
            report.leaflets,
            report.follow_ups,
        )

    def _require(self, step: str) -> None:
        possible = self.STEPS[self.state]
        if step not in possible:
            raise IllegalTransition(
                self.kind, self.id, state=self.state, wanted=step, possible=possible
            )


@dataclass(eq=False, kw_only=True)
class Stop(Aggregate):
    """One township, one place, one half-day; the ``position``-th of its circuit, from 1.

    Declined and released assignments stay as history. ``postponed_from`` tells on, part,
    reason_code and reason of the last move.
    """

    kind: ClassVar[str] = "stop"
    STEPS: ClassVar[Steps] = {
        "proposed": ("publish", "withdraw"),
        "planned": ("accept", "decline", "postpone", "start", "cancel"),
        "under_way": ("report",),
        "completed": (),
        "cancelled": (),
    }

    id: str
    plan_id: str
    position: int
    township_code: str
    place: str
    lat: float
    lon: float
    on: date
    part: DayPart
    state: str = "proposed"
    reason_code: str | None = None
    reason: str | None = None
    off_day_reason: str | None = None
    """Why a coordinator started it or reported its booths on another day than its own."""
    postponed_from: dict[str, str | None] | None = None
    assignments: list[Assignment] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.id

    @property
    def half_day(self) -> HalfDay:
        return self.on, self.part

    @property
    def live(self) -> list[Assignment]:
        return [assignment for assignment in self.assignments if assignment.is_live]

    @property
    def teams(self) -> set[str]:
        """The teams that are expected."""
        return {assignment.team_code for assignment in self.live}

    def assignment(self, assignment_id: str) -> Assignment:
        """The assignment with this id.

        :raises NotFound: this stop has none.
        """
        for assignment in self.assignments:
            if assignment.id == assignment_id:
                return assignment
        raise NotFound(Assignment.kind, assignment_id, states=Assignment.STEPS)

    def publish(self, at: datetime) -> list[Assignment]:
        """Offers every booth, and returns the assignments that are offered by that."""
        self.require("publish", self.state)
        self.state = "planned"
        proposed = [assignment for assignment in self.assignments if assignment.state == "proposed"]
        for assignment in proposed:
            assignment.offer(at)
        return proposed

    def withdraw(self) -> None:
        """Its plan is withdrawn. Nobody was told of the stop, so no event says that it is gone."""
        self.require("withdraw", self.state)
        self.state, self.reason_code = "cancelled", PLAN_WITHDRAWN
        for assignment in self.assignments:
            assignment.release(PLAN_WITHDRAWN)

    def assign(self, assignment: Assignment, at: datetime) -> None:
        """Offers a booth to another team, in the course of a decline or a postponement."""
        assignment.offer(at)
        self.assignments.append(assignment)

    def accept(self, assignment_id: str) -> Assignment:
        assignment = self.assignment(assignment_id)
        self.require("accept", self.state)
        assignment.accept()
        return assignment

    def decline(self, assignment_id: str, reason: StatedReason) -> Assignment:
        assignment = self.assignment(assignment_id)
        self.require("decline", self.state)
        assignment.decline(reason)
        return assignment

    def move(self, to: HalfDay, reason: StatedReason, at: datetime) -> list[Assignment]:
        """Moves the stop to another half-day and asks every expected team again. Returns those
        assignments."""
        self.require("postpone", self.state)
        was = {"on": self.on.isoformat(), "part": self.part}
        self.postponed_from = {**was, "reason_code": reason.code, "reason": reason.words}
        self.on, self.part = to
        for assignment in self.live:
            assignment.ask_again(at)
        return self.live

    def cancel(self, reason: StatedReason) -> list[Assignment]:
        """Calls the stop off, and returns the assignments that are released by that."""
        self.require("cancel", self.state)
        self.state, self.reason_code, self.reason = "cancelled", reason.code, reason.words
        released = self.live
        for assignment in released:
            assignment.release(reason.code)
        return released

    def start(self) -> None:
        """Starts the stop.

        :raises IllegalTransition: it can't start in its state, or no team has accepted.
        """
        self.require("start", self.state)
        if not any(assignment.state == "accepted" for assignment in self.assignments):
            raise IllegalTransition(
                self.kind,
                self.id,
                state=self.state,
                wanted="start",
                possible=("accept", "decline", "postpone", "cancel"),
            )
        self.state = "under_way"

    def report(self, reports: Mapping[str, Report]) -> list[Assignment]:
        """Takes what booths did, and returns the assignments that are done by that. The stop is over when
        every expected team has reported.

        :raises InvalidInput: a report is of no booth that is expected here; the error names its place in the request.
        """
        self.require("report", self.state)
        expected = {assignment.id: assignment for assignment in self.live}
        for number, assignment_id in enumerate(reports):
            if assignment_id not in expected:
                raise InvalidInput("booth_not_expected", field=f"booths[{number}].assignment_id")
        done = [expected[assignment_id] for assignment_id in reports]
        for assignment in done:
            assignment.report(reports[assignment.id])
        if not self.live:
            self.state = "completed"
        return done

    def expects(self, teams: Collection[str]) -> bool:
        """Whether one of these teams has taken a booth here and is to come."""
        return any(
            entry.state == "accepted" and entry.team_code in teams for entry in self.assignments
        )
