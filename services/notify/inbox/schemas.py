"""HTTP bodies of notify."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Path, Request
from pydantic import Field

from shared.http.inputs import PERSONAL, Answer, Body, Position, Typed
from shared.http.texts import preferred_language


def _language(request: Request) -> str:
    return preferred_language(request.headers.get("accept-language"))


Language = Annotated[str, Depends(_language)]
Key = Annotated[str, Path(max_length=60, pattern=r"^[\w.:-]+$"), Typed]


class PreferenceBody(Body):
    language: Literal["zh-CN", "en"]
    email: Annotated[
        str | None, Field(max_length=300, description="null: no mail", json_schema_extra=PERSONAL)
    ] = None


class RecipientAnswer(Answer):
    id: str
    name: str
    name_en: str
    language: str
    has_email: bool
    email: Annotated[str | None, Field(description="masked: l****@e****.org")]
    unread: int


class MessageAnswer(Answer):
    id: str
    position: int
    code: str
    subject: str
    text: str
    about: Annotated[str, Field(description="the stream it tells of, e.g. order:<id>")]
    colleague: Annotated[
        str | None,
        Field(description="the coordinator who did it; names of accounts are catalog's"),
    ]
    created_at: Annotated[datetime, Field(description="when that happened")]
    read_at: datetime | None
    asks_acknowledgement: bool
    acknowledged_at: datetime | None


class ReadBody(Body):
    up_to: Position


class ReadAnswer(Answer):
    """How many messages were not read before."""

    read: int


class CountsAnswer(Answer):
    total: int
    by_recipient: dict[str, int]
    by_channel: dict[str, int]
