"""HTTP bodies of what both sides say about a stop's half-day."""

from typing import Annotated

from pydantic import Field

from services.dispatch.planning.problem.problem import DayPart
from services.dispatch.stops.domain.confirmation import MOST_DAYS, OtherDayReason, StayReason
from shared.http.inputs import Body, Code, Day, ReasonBody


class ConfirmBody(Body):
    """The half-day that is confirmed, as it was read."""

    on: Day
    part: DayPart


class AnotherDayBody(ReasonBody):
    """``days`` are those that would suit; none stands for any other. ``team_code`` is for a coordinator who enters what
    a leader says."""

    reason_code: OtherDayReason
    days: Annotated[list[Day], Field(default_factory=list, max_length=MOST_DAYS)]
    team_code: Code | None = None


class KeepDayBody(ReasonBody):
    reason_code: StayReason
