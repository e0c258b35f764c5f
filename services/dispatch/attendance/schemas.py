"""HTTP bodies and answers about attendance."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.dispatch.attendance.domain.hours import ClaimState, Evidence, HoursState, Side
from services.dispatch.planning.problem.problem import DayPart
from shared.http.inputs import Answer, Body, Key, Moment, Text
from shared.http.people import VolunteerNumber

Way = Literal["in", "out"]
State = Literal["expected", "present", "left", "unmatched", "absent"]
HOUR_SECONDS = 3600


class ScanBody(Body):
    """What a phone says of a coming or going, at once or later. ``device_at`` is its clock's time then, and
    ``device_ahead_seconds`` by how much that clock is ahead of the service's, as it measured when it was connected.
    ``roster`` is the sealed one that it had. Of the place it says only whether it was near the stop."""

    nonce: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9-]{16,40}$"),
        Field(description="the phone's own; the same when it is sent again"),
    ]
    stop_id: Key
    volunteer_no: VolunteerNumber
    way: Way
    by: Literal["code", "list"] = "code"
    code: Annotated[str | None, StringConstraints(pattern=r"^[0-9]{6}$")] = None
    device_at: Moment
    device_ahead_seconds: Annotated[int, Field(ge=-HOUR_SECONDS, le=HOUR_SECONDS)] = 0
    roster: Annotated[str | None, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,20000}$")] = None
    inside_fence: bool | None = None


class AbsenceBody(Body):
    volunteer_no: VolunteerNumber
    absent: bool = True


class FaultAnswer(Answer):
    code: str
    text: str


class ScanAnswer(Answer):
    """``repeated``: it was taken, and nothing new follows from it. ``at`` is when it counts."""

    nonce: str
    outcome: Literal["accepted", "repeated", "refused"]
    fault: FaultAnswer | None
    at: datetime


class RefusedScanAnswer(Answer):
    way: Way
    at: datetime
    text: str


class AttendantAnswer(Answer):
    volunteer_no: str
    assignment_id: str
    team_code: str
    item_name: str
    item_name_en: str
    state: State
    came_at: datetime | None
    left_at: datetime | None
    minutes: int
    inside_fence: bool | None
    refused: Annotated[list[RefusedScanAnswer], Field(description="scans that were not taken")]


class AttendanceAnswer(Answer):
    """``now`` is the service's clock, by which a phone measures its own; ``roster`` is sealed, for phones to send
    back."""

    stop_id: str
    state: str
    on: date
    part: DayPart
    place: str
    lat: float
    lon: float
    is_today: bool
    now: datetime
    roster: str
    people: list[AttendantAnswer]


class CheckInCodeAnswer(Answer):
    """With ``secret`` a phone makes the code of each ``step_seconds`` by itself (RFC 6238, SHA-1, six digits)."""

    secret: str
    step_seconds: int
    now: datetime


class EnteredHoursBody(Body):
    assignment_id: Key
    volunteer_no: VolunteerNumber
    starts_at: Moment
    ends_at: Moment
    reason: Text


class ClaimBody(Body):
    assignment_id: Key
    volunteer_no: VolunteerNumber
    starts_at: Moment
    ends_at: Moment
    words: Text


class ClaimReplyBody(Body):
    agrees: bool
    words: Text | None = None


class DecisionBody(Body):
    accepts: bool
    reason: Text


class WhereAnswer(Answer):
    assignment_id: str
    stop_id: str
    team_code: str
    volunteer_no: str
    starts_at: datetime
    ends_at: datetime
    place: str
    township_name: str
    township_name_en: str
    item_name: str
    item_name_en: str


class HoursStateAnswer(Answer):
    id: str
    state: HoursState
    minutes: int
    evidence: Evidence
    anomalies: list[str]
    reason: str | None


class HoursAnswer(WhereAnswer):
    """``held``: a person has to look at the ``anomalies`` that are not ``settled``; they don't count until then."""

    id: str
    state: HoursState
    on: date
    part: DayPart
    minutes: int
    evidence: Evidence
    anomalies: list[str]
    settled: list[str]
    reason: str | None
    revision: int


class TotalsAnswer(Answer):
    """Minutes by class, of what counts; ``held``: how many entries a person has still to look at."""

    checked: int
    cosigned: int
    by_hand: int
    held: int


class ClaimStateAnswer(Answer):
    id: str
    state: ClaimState
    words: str
    answer: str | None
    decision: str | None


class ClaimAnswer(WhereAnswer):
    id: str
    state: ClaimState
    side: Side
    words: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None
    decision: str | None
    decided_at: datetime | None
