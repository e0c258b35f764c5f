"""HTTP bodies and answers of orders."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.requests.orders.domain.order import (
    CancelReason,
    Draft,
    Point,
    ReturnReason,
    WantedItem,
)
from shared.http.inputs import Answer, Body, Code, Day, Key, Name, ReasonBody, Text, TownshipCode

OrderState = Literal[
    "draft",
    "submitted",
    "returned",
    "accepted",
    "scheduled",
    "served",
    "rated",
    "closed",
    "cancelled",
]
OrderSort = Literal[
    "created",
    "-created",
    "submitted",
    "-submitted",
    "township",
    "-township",
    "state",
    "-state",
]
LineState = Literal["waiting", "scheduled", "unserved", "served", "cancelled"]
DayList = Annotated[tuple[Day, ...], Field(max_length=366)]


class PointBody(Body):
    lat: Annotated[float, Field(ge=-90, le=90, description="degrees, WGS-84")]
    lon: Annotated[float, Field(ge=-180, le=180, description="degrees, WGS-84")]


class LineBody(Body):
    item_code: Code
    expected_attendance: Annotated[int, Field(ge=1, le=100_000, description="residents")]
    remark: Text | None = None


class OrderBody(Body):
    township_code: TownshipCode
    edition_id: Code
    campaign_id: Code
    place: Name
    point: PointBody | None = None
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=50)]
    wished_on: DayList = ()
    ruled_out_on: DayList = ()
    priority: Annotated[int, Field(ge=1, le=5, description="1 (low) to 5 (urgent)")] = 3

    def as_draft(self) -> Draft:
        """:raises InvalidInput: an item stands twice, or a day is both wished and ruled out."""
        return Draft(
            township_code=self.township_code,
            edition_id=self.edition_id,
            campaign_id=self.campaign_id,
            place=self.place,
            point=Point(lat=self.point.lat, lon=self.point.lon) if self.point else None,
            items=tuple(
                WantedItem(
                    item_code=line.item_code,
                    expected_attendance=line.expected_attendance,
                    remark=line.remark,
                )
                for line in self.lines
            ),
            wished_on=self.wished_on,
            ruled_out_on=self.ruled_out_on,
            priority=self.priority,
        )


class NewOrderBody(OrderBody):
    submit: Annotated[bool, Field(description="hand it in at once; false: keep a draft")] = False


class ReturnBody(ReasonBody):
    reason_code: ReturnReason


class CancelBody(ReasonBody):
    reason_code: CancelReason


class RatingBody(Body):
    line_id: Key
    score: Annotated[int, Field(ge=1, le=5, description="1 (poor) to 5 (excellent)")]
    text: Text | None = None


class PointAnswer(Answer):
    lat: float
    lon: float


class RatingAnswer(Answer):
    score: int
    text: str | None


class LineAnswer(Answer):
    """``name`` and ``name_en`` as the menu had them when it was ordered, and the volunteers that it asks for so many.
    ``unserved_reason`` is a code of dispatch's texts; ``served`` counts residents."""

    id: str
    item_code: str
    name: str
    name_en: str
    expected_attendance: int
    remark: str | None
    volunteers_needed: int
    state: LineState
    stop_id: str | None
    assignment_id: str | None
    team_code: str | None
    on: date | None
    part: str | None
    unserved_reason: str | None
    served: int | None
    rating: RatingAnswer | None


class StateChangeAnswer(Answer):
    """``by`` is the role of who did it, null where the order followed the plan. ``reason_code``
    says why it was returned or cancelled.
    """

    state: OrderState
    at: datetime
    by: str | None
    reason_code: str | None


class OrderAnswer(Answer):
    """``reason_code`` and ``reason``, the words to it, say why it was returned or cancelled.

    ``history`` are its states so far, oldest first.
    """

    id: str
    number: Annotated[str, Field(description="the number that people use: year and running number")]
    township_code: str
    edition_id: str
    campaign_id: str
    place: str
    point: PointAnswer | None
    priority: int
    wished_on: list[date]
    ruled_out_on: list[date]
    state: OrderState
    reason_code: str | None
    reason: str | None
    lines: list[LineAnswer]
    created_at: datetime
    submitted_at: datetime | None
    history: list[StateChangeAnswer]
