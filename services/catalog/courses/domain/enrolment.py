"""A volunteer's place in a course, or in its waiting list."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict

EnrolmentState = Literal["enrolled", "waiting", "left"]
By = Literal["self", "leader", "corps", "system"]
LeaveReason = Literal["own_wish", "other_duty", "entered_wrongly", "person_gone", "other"]
"""Why somebody takes no part; ``person_gone`` is the system's own."""
WithdrawalReason = Literal["records_wrong", "issued_twice", "person_asked", "other"]


MOST_AT_ONCE = 200
"""Volunteers who are enrolled by one request."""


@dataclass(eq=False, kw_only=True)
class Enrolment(Aggregate):
    """A volunteer in a course, once in each. ``turn`` is the place in the order of enrolling; whoever left and comes
    back stands last. ``passed_on``, ``points`` and the certificate are there once the test is passed."""

    kind: ClassVar[str] = "course_enrolment"
    STEPS: ClassVar[Steps] = {
        "enrolled": ("leave", "sit"),
        "waiting": ("leave", "move_up"),
        "left": ("enrol",),
    }

    id: str
    course_id: str
    volunteer_no: str
    turn: int
    state: EnrolmentState
    by: By
    since: datetime
    reason_code: LeaveReason | None = None
    reason: str | None = None
    passed_on: date | None = None
    points: int | None = None
    certificate_no: str | None = None
    token: str | None = None
    withdrawn_on: date | None = None
    withdrawal_code: WithdrawalReason | None = None
    withdrawal_reason: str | None = None

    @property
    def key(self) -> str:
        return self.id

    def enrol(self, turn: int, state: Literal["enrolled", "waiting"], by: By, at: datetime) -> None:
        """Takes part again."""
        self.require("enrol", self.state)
        self.turn, self.state, self.by, self.since = turn, state, by, at
        self.reason_code = self.reason = None

    def move_up(self, at: datetime) -> None:
        """Gets the place that somebody else gave up."""
        self.require("move_up", self.state)
        self.state, self.since = "enrolled", at

    def leave(self, reason_code: LeaveReason, reason: str | None, at: datetime) -> bool:
        """Takes part no more. Returns whether a place is free by that."""
        self.require("leave", self.state)
        had_place = self.state == "enrolled"
        self.state, self.since = "left", at
        self.reason_code, self.reason = reason_code, reason
        return had_place

    def certify(self, on: date, points: int, number: str, token: str) -> None:
        self.passed_on, self.points = on, points
        self.certificate_no, self.token = number, token

    def withdraw(self, reason_code: WithdrawalReason, reason: str | None, on: date) -> None:
        """The certificate holds no more; whoever verifies it learns that.

        :raises Conflict: there is none, or it was withdrawn before.
        """
        if self.certificate_no is None:
            raise Conflict("test_not_passed", field="enrolment_id")
        if self.withdrawn_on is not None:
            raise Conflict("certificate_withdrawn", field="enrolment_id", day=self.withdrawn_on)
        self.withdrawn_on = on
        self.withdrawal_code, self.withdrawal_reason = reason_code, reason
