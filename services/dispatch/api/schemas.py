"""HTTP bodies of dispatch."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.dispatch.domain.stop import DeclineReason, Report, StopReason
from shared.http.inputs import Answer, Body, Code, Day, Key, ReasonBody, Text, TownshipCode
from shared.kernel.errors import InvalidInput

Count = Annotated[int, Field(ge=0, le=1_000_000)]


class CopyAnswer(Answer):
    code: str
    name: str
    name_en: str


class TownshipAnswer(CopyAnswer):
    lat: float
    lon: float


class TeamAnswer(CopyAnswer):
    members: int
    state: Literal["active", "retired"]


class ItemAnswer(CopyAnswer):
    teams: list[str]


class DemandAnswer(Answer):
    line_id: str
    order_id: str
    campaign_id: str
    township_code: str
    place: str
    item_code: str
    item_name: str
    item_name_en: str
    volunteers: int
    priority: int
    wished_on: list[date]
    ruled_out_on: list[date]
    state: Literal["open", "planned", "served", "cancelled"]


class PlanBody(Body):
    campaign_id: Code
    starts_on: Day
    ends_on: Day
    start_township_code: TownshipCode
    weekends: bool = False


class PointAnswer(Answer):
    lat: float
    lon: float


class AssignmentAnswer(Answer):
    id: str
    order_id: str
    line_id: str
    item_code: str
    item_name: str
    item_name_en: str
    team_code: str
    team_name: str
    team_name_en: str
    volunteers: int
    state: Literal["proposed", "offered", "accepted", "declined", "released", "done"]
    reason_code: str | None
    reason: str | None
    served: int | None
    leaflets: int | None
    follow_ups: int | None
    told_at: datetime | None
    told_problem: str | None


class DutyAnswer(Answer):
    """An assignment as its team sees it: with where and when."""

    id: str
    stop_id: str
    order_id: str
    line_id: str
    item_code: str
    item_name: str
    item_name_en: str
    team_code: str
    volunteers: int
    state: str
    township_code: str
    place: str
    on: date
    part: Literal["morning", "afternoon"]


class PostponedAnswer(Answer):
    """Where a stop was before it moved, and why it did."""

    on: date
    part: Literal["morning", "afternoon"]
    reason_code: str | None = None
    reason: str | None


class StopAnswer(Answer):
    id: str
    plan_id: str
    position: int
    township_code: str
    township_name: str
    township_name_en: str
    place: str
    point: PointAnswer
    on: date
    part: Literal["morning", "afternoon"]
    state: Literal["proposed", "planned", "under_way", "completed", "cancelled"]
    reason_code: str | None
    reason: str | None
    postponed_from: PostponedAnswer | None
    off_day_reason: str | None
    assignments: list[AssignmentAnswer]


class StopLinkAnswer(Answer):
    """A link for residents. ``path`` is to be opened at this system's address, e.g. from a printed code."""

    path: str
    expires_at: datetime


class PublicBoothAnswer(Answer):
    item_name: str
    item_name_en: str
    team_name: str
    team_name_en: str


class PublicStopAnswer(Answer):
    """A stop as residents see it."""

    township_name: str
    township_name_en: str
    place: str
    point: PointAnswer
    on: date
    part: Literal["morning", "afternoon"]
    state: Literal["planned", "under_way", "completed", "cancelled"]
    booths: list[PublicBoothAnswer]


class UnservedAnswer(Answer):
    order_id: str
    line_id: str
    township_code: str
    item_code: str
    item_name: str
    item_name_en: str
    reason: str
    detail: str


class PlanAnswer(Answer):
    id: str
    campaign_id: str
    campaign_name: str
    campaign_name_en: str
    state: Literal["proposed", "published", "withdrawn"]
    revision: int
    starts_on: date
    ends_on: date
    start_township_code: str
    distance_km: float
    stops: list[StopAnswer]
    unserved: list[UnservedAnswer]


class DeclineBody(ReasonBody):
    reason_code: DeclineReason


class CancelStopBody(ReasonBody):
    reason_code: StopReason


class PostponeBody(CancelStopBody):
    not_before: Day | None = None


class BoothReportBody(Body):
    assignment_id: Key
    served: Count
    leaflets: Count = 0
    follow_ups: Count = 0


class OffDayBody(Body):
    """``off_day_reason`` is a coordinator's, for a stop that is entered on another day than its own."""

    off_day_reason: Text | None = None


class ReportsBody(OffDayBody):
    """A leader reports the booths of the own team, a coordinator any."""

    booths: Annotated[list[BoothReportBody], Field(min_length=1, max_length=200)]

    def reports(self) -> dict[str, Report]:
        """By assignment id. :raises InvalidInput: a booth is reported twice; names the second."""
        reports: dict[str, Report] = {}
        for number, booth in enumerate(self.booths):
            if booth.assignment_id in reports:
                raise InvalidInput("booth_reported_twice", field=f"booths[{number}].assignment_id")
            reports[booth.assignment_id] = Report(booth.served, booth.leaflets, booth.follow_ups)
        return reports
