"""HTTP bodies of acknowledgements."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.http.inputs import Answer


class AcknowledgementAnswer(Answer):
    message_id: str
    recipient_id: str
    name: str
    name_en: str
    subject: str
    asked_at: datetime
    read_at: datetime | None
    acknowledged_at: datetime | None
    by_id: Annotated[
        str | None,
        Field(description="the account that acknowledged; names of accounts are catalog's"),
    ]
    by_corps: Annotated[bool, Field(description="whether the corps did so for the recipient")]
    reminders: Annotated[int, Field(description="how often it was asked about since")]
    escalated_at: Annotated[datetime | None, Field(description="when the corps was told")]


class AcknowledgementsAnswer(Answer):
    items: list[AcknowledgementAnswer]
