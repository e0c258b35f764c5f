"""HTTP bodies and answers about plans."""

from datetime import date
from typing import Literal

from pydantic import Field

from services.dispatch.stops.schemas import StopAnswer
from shared.http.inputs import Answer, Body, Code, Day, TownshipCode


class PlanBody(Body):
    campaign_id: Code
    starts_on: Day
    ends_on: Day
    start_township_code: TownshipCode
    weekends: bool = False


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
    phase: Literal["ahead", "running", "over"] = Field(
        description="where the business day lies: before, within or after the plan's days"
    )
    start_township_code: str
    distance_km: float
    stops: list[StopAnswer]
    unserved: list[UnservedAnswer]
