"""HTTP bodies of what changes a published stop."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.dispatch.stops.domain.stop import DeclineReason, StopReason
from shared.http.inputs import Answer, Day, ReasonBody


class DeclineBody(ReasonBody):
    reason_code: DeclineReason


class CancelStopBody(ReasonBody):
    reason_code: StopReason


class PostponeBody(CancelStopBody):
    not_before: Day | None = None


class ClashAnswer(Answer):
    assignment_id: str
    stop_id: str
    township_code: str
    on: date
    part: str


class MergingAnswer(Answer):
    """What merging a team into another one would mean for stops."""

    assignments: Annotated[int, Field(description="booths that the team ever had")]
    ahead: Annotated[int, Field(description="of these, the ones that it has ahead")]
    clashes: Annotated[
        list[ClashAnswer],
        Field(description="of those, the ones that would be offered to other teams"),
    ]
