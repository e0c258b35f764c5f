"""HTTP bodies and answers about planning runs."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.dispatch.plans.schemas.plans import PlanBody
from shared.http.inputs import Answer


class RunBody(PlanBody):
    """``seconds`` is how long to search; the same ``seed`` gives the same plan."""

    purpose: Literal["plan", "repair"] = "plan"
    seconds: Annotated[float, Field(ge=1, le=3600)] = 20
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


class RunAnswer(Answer):
    """``gap``: how far the plan is from the bound, which no plan exceeds, as a share of the bound."""

    id: str
    purpose: Literal["plan", "repair"]
    campaign_id: str
    starts_on: date
    ends_on: date
    start_township_code: str
    weekends: bool
    seed: int
    seconds: float
    made_at: datetime
    state: Literal["queued", "running", "done", "cancelled", "failed"]
    candidate_id: str | None
    spent_seconds: float
    objective: int | None
    bound: int | None
    gap: float | None
    error: str | None
    error_detail: str | None
