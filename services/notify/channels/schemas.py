"""Bodies and answers about channels."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from services.notify.channels.domain.letter import Outcome
from shared.http.inputs import PERSONAL, Answer, Body


class TestBody(Body):
    address: Annotated[
        SecretStr,
        Field(min_length=1, max_length=300, json_schema_extra=PERSONAL, description="whose"),
    ]


class ChannelAnswer(Answer):
    code: str
    is_set_up: Annotated[bool, Field(description="whether it can send at all")]
    waiting: Annotated[int, Field(description="messages that are not over")]


class FailureAnswer(Answer):
    channel: str
    recipient_id: str
    code: Annotated[str, Field(description="the message's")]
    error: str
    failed_at: datetime


class TestAnswer(Answer):
    """What became of a test message. ``detail`` is the other side's code, ``until`` when it may be tried again."""

    outcome: Literal["sent", "refused", "unreachable", "throttled", "no_address", "unwanted"]
    detail: str
    until: datetime | None

    @classmethod
    def of(cls, outcome: Outcome) -> "TestAnswer":
        return cls(outcome=outcome.what, detail=outcome.detail, until=outcome.until)
