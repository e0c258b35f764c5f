"""Bodies and answers about preferences."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.notify.preferences.domain.kinds import KINDS, Kind
from services.notify.preferences.domain.preference import WAYS, Way
from services.notify.preferences.domain.rhythm import Rhythm
from shared.http.inputs import Answer, Body, Day, Typed

Hour = Annotated[
    str,
    StringConstraints(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"),
    Typed,
    Field(description="by China's time: 22:00"),
]
PostId = Annotated[str, StringConstraints(max_length=60, pattern=r"^[\w.:-]+$"), Typed]


class KindBody(Body):
    kind: Kind
    channels: Annotated[list[Way], Field(max_length=len(WAYS), description="beside the inbox")]


class PreferencesBody(Body):
    language: Literal["zh-CN", "en"]
    kinds: Annotated[list[KindBody], Field(max_length=len(KINDS))]
    quiet_from: Hour | None = None
    quiet_until: Hour | None = None
    rhythm: Annotated[
        Rhythm, Field(description="mail at once, or in a summary at 8:00, each day or on Mondays")
    ] = "at_once"
    stand_in_id: Annotated[
        PostId | None, Field(description="who is told as well; a post of the same kind")
    ] = None
    stand_in_until_on: Annotated[Day | None, Field(description="the last such day")] = None


class KindAnswer(Answer):
    kind: Kind
    channels: list[str]


class PreferencesAnswer(Answer):
    recipient_id: str
    language: str
    kinds: list[KindAnswer]
    quiet_from: str | None
    quiet_until: str | None
    rhythm: Rhythm
    stand_in_id: str | None
    stand_in_until_on: date | None
