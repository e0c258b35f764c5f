"""HTTP bodies and answers about corrections of what was reported."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.dispatch.corrections.domain import (
    CorrectionReason,
    CorrectionRefusal,
    CorrectionState,
)
from services.dispatch.stops.domain.stop import Report
from services.dispatch.stops.schemas import Count
from shared.http.inputs import Answer, Body, Code, Key, ReasonBody

Number = Annotated[int, Field(ge=1, le=1_000_000)]


class CorrectionBody(ReasonBody):
    """What the booth did, all of it, as it is right. ``team_code`` is a coordinator's: which team was there, where it
    was another one."""

    assignment_id: Key
    served: Count
    leaflets: Count
    follow_ups: Count
    team_code: Code | None = None
    reason_code: CorrectionReason

    def figures(self) -> Report:
        return Report(self.served, self.leaflets, self.follow_ups)


class CorrectionNumberBody(Body):
    number: Number


class CorrectionRefusalBody(ReasonBody):
    number: Number
    reason_code: CorrectionRefusal


class DoneAnswer(Answer):
    team_code: str
    team_name: str
    team_name_en: str
    served: int
    leaflets: int
    follow_ups: int


class CorrectionAnswer(Answer):
    """One correction: what was said of the booth, and what is so, or is asked for."""

    number: int
    assignment_id: str
    item_name: str
    item_name_en: str
    state: CorrectionState
    before: DoneAnswer
    after: DoneAnswer
    reason_code: str
    reason: str | None
    made_at: datetime
    by: Literal["coordinator", "team_leader"] | None
    decided_at: datetime | None
    decided_by: Literal["coordinator", "team_leader"] | None
    refusal_code: str | None
    refusal: str | None
