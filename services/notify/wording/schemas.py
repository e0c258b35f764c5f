"""Bodies and answers about the wording of messages."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.notify.preferences.domain.kinds import Kind
from services.notify.templates.domain import Wording
from shared.http.inputs import Answer, Body, Key, Name, PublicLines


class WordingBody(Body):
    """What a message says in both languages. In its braces stand the words of ``facts``, or their names."""

    subject: Name
    text: PublicLines
    subject_en: Name
    text_en: PublicLines

    def wording(self) -> Wording:
        return Wording(self.subject, self.text, self.subject_en, self.text_en)


class LookBody(WordingBody):
    message_id: Annotated[Key | None, Field(description="whose facts; none: their words")] = None


class TrialBody(LookBody):
    channel: Literal["email", "sms", "robot"]
    language: Literal["zh-CN", "en"]


class RestoreBody(Body):
    number: Annotated[int, Field(ge=0, le=1_000_000, description="of the version; 0: as released")]


class TemplateAnswer(Answer):
    code: str
    kind: Kind
    subject: Annotated[str, Field(description="in the reader's language")]
    text: str
    number: Annotated[int, Field(description="how often it was worded; 0: never")]
    saved_at: datetime | None
    is_own: Annotated[bool, Field(description="whether it differs from the release")]


class WordingAnswer(Answer):
    subject: str
    text: str
    subject_en: str
    text_en: str


class VersionAnswer(Answer):
    number: int
    saved_at: datetime
    by_id: Annotated[str, Field(description="the account; names of accounts are catalog's")]
    restored: Annotated[int | None, Field(description="whose words it took again; 0: as released")]
    wording: WordingAnswer


class SampleAnswer(Answer):
    id: str
    recipient_id: str
    name: str
    name_en: str
    created_at: datetime


class EditorAnswer(Answer):
    code: str
    kind: Kind
    is_urgent: bool
    number: int
    is_own: bool
    wording: WordingAnswer
    released: WordingAnswer
    facts: Annotated[
        dict[str, list[str]], Field(description="what may stand in braces, by language")
    ]
    versions: Annotated[list[VersionAnswer], Field(description="the latest first")]
    samples: Annotated[list[SampleAnswer], Field(description="the last that were sent")]


class LookAnswer(Answer):
    language: str
    subject: str
    text: str
    segments: Annotated[int, Field(description="as a text message")]
