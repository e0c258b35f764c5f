"""HTTP bodies and answers of ratings."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.requests.ratings.domain import HideReason, Rater
from shared.http.inputs import Answer, Body, Key, ReasonBody, Text
from shared.http.qr import CodeAnswer

Score = Annotated[int, Field(ge=1, le=5, description="1 (poor) to 5 (excellent)")]


class RatingBody(Body):
    line_id: Key
    score: Score
    text: Text | None = None


class ResidentRatingBody(Body):
    score: Score
    text: Text | None = None


class HideBody(ReasonBody):
    reason_code: HideReason


class ReplyBody(Body):
    reply: Text


class CloseBody(Body):
    answer: Text


class ResidentRatingAnswer(Answer):
    """``reason_code`` and ``reason`` say why it is hidden, which only the corps sees."""

    id: str
    order_id: str
    township_code: str
    team_code: str
    item_code: str
    item_name: str
    item_name_en: str
    score: int
    text: str | None
    rated_on: date
    by_ticket: Annotated[bool, Field(description="of somebody who was served by a ticket")]
    state: Literal["shown", "hidden"]
    reason_code: HideReason | None
    reason: str | None
    reply: str | None
    replied_at: datetime | None


class AverageRatingAnswer(Answer):
    code: str
    ratings: int
    average: Annotated[float | None, Field(description="null where too few rated")]


class ComparisonAnswer(Answer):
    """The best average first; those with fewer than ``least`` ratings last, without one."""

    least: int
    items: list[AverageRatingAnswer]


class FollowUpAnswer(Answer):
    id: str
    rater: Rater
    order_id: str
    township_code: str
    team_code: str
    item_code: str
    item_name: str
    item_name_en: str
    score: int
    words: str | None
    opened_on: date
    due_on: date
    state: Literal["open", "closed"]
    answer: str | None
    closed_at: datetime | None


class SignAnswer(Answer):
    """What the sign of a booth needs: residents rate it under the link that the code holds."""

    assignment_id: str
    team_code: str
    item_code: str
    item_name: str
    item_name_en: str
    url: str
    code: CodeAnswer
