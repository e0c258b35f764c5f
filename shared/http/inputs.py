"""Parts of request and answer bodies that all services share."""

from datetime import date
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Header, Query, Request
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from starlette.datastructures import State

from shared.http.entity_tags import target_of
from shared.kernel.text import UnreadableText, shown, typed_code
from shared.privacy.personal_data import named, personal_data_in
from shared.unit_of_work import UnitOfWork

T = TypeVar("T")
D = TypeVar("D", bound=date)


PUBLIC_TEXT = {"x-free-text": "public"}
"""The JSON schema extension of a text that events, notices or the residents' page repeat: it names no person."""

PRIVATE_TEXT = {"x-free-text": "private"}
"""The JSON schema extension of a text that stays with its service. See :mod:`shared.http.free_text`."""

AUDITED_TEXT = {"x-free-text": "audited"}
"""The JSON schema extension of a text that the audit log keeps for good: personal data in it is refused."""


def _code(value: object) -> object:
    return typed_code(value) if isinstance(value, str) else value


def _line(value: object) -> object:
    return _shown(value, lines=False) if isinstance(value, str) else value


def _lines(value: object) -> object:
    return _shown(value, lines=True) if isinstance(value, str) else value


def _shown(value: str, *, lines: bool) -> str:
    try:
        text = shown(value, lines=lines)
    except UnreadableText as error:
        raise unreadable(error) from None
    if not text:
        raise PydanticCustomError("text_empty", "nothing visible in it")
    return text


def unreadable(error: UnreadableText) -> PydanticCustomError:
    """The same fault, as one of a request's field."""
    if error.fault == "control_character":
        return PydanticCustomError(
            "control_character", "control character", {"character": error.character}
        )
    if error.fault == "broken_character":
        return PydanticCustomError(
            "broken_character", "half a character", {"character": error.character}
        )
    return PydanticCustomError(
        "unknown_character", "character without meaning", {"character": error.character}
    )


def _without_personal_data(value: str) -> str:
    if kinds := personal_data_in(value):
        raise PydanticCustomError("personal_data_public", "personal data", {"kinds": named(kinds)})
    return value


Typed = BeforeValidator(_code)
"""For parameters that name something by a code, number or id; see :func:`shared.kernel.text.typed_code`."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$"), Typed]
"""A short name for machines: lower-case letters, digits, hyphens; see :func:`shared.kernel.text.typed_code`."""

TownshipCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$"), Typed]
"""The 12-digit division code; see :func:`shared.kernel.text.typed_code`."""

Key = Annotated[str, StringConstraints(min_length=1, max_length=40), Typed]
"""An id as the service gave it, perhaps pasted; see :func:`shared.kernel.text.typed_code`."""

Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80),
    BeforeValidator(_line),
    AfterValidator(_without_personal_data),
    Field(json_schema_extra=PUBLIC_TEXT),
]
"""A name, title or place: one line, shown to everybody and repeated in events, so it may hold no personal number."""

Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    BeforeValidator(_line),
    AfterValidator(_without_personal_data),
    Field(json_schema_extra=PUBLIC_TEXT),
]
"""A short line for everybody to read, such as stands on a badge; it may hold no personal number."""

PublicText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500),
    BeforeValidator(_line),
    AfterValidator(_without_personal_data),
    Field(json_schema_extra=PUBLIC_TEXT),
]
"""Some sentences that everybody may read, so they may hold no personal number; line breaks become blanks."""

PublicLines = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500),
    BeforeValidator(_lines),
    AfterValidator(_without_personal_data),
    Field(json_schema_extra=PUBLIC_TEXT),
]
"""The same, whose line breaks stay."""

Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500),
    BeforeValidator(_lines),
    Field(json_schema_extra=PRIVATE_TEXT),
]
"""What somebody has to say; it stays with the service that it was said to, and goes into no event. An operation that
takes one asks about personal data in it by :func:`shared.http.free_text.ask_about`."""

AuditedText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500),
    BeforeValidator(_lines),
    Field(json_schema_extra=AUDITED_TEXT),
]
"""Why somebody did what the audit log keeps. Its use case refuses personal data (``reason_is_personal``)."""

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years that a day or a moment may be in; outside them it is a slip, and shifting it by a time zone may overflow."""


def _in_calendar(value: D) -> D:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError(
            "year_out_of_range", "year out of range", {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
    return value


Day = Annotated[
    date,
    AfterValidator(_in_calendar),
    Field(json_schema_extra={"x-years": f"{FIRST_YEAR}-{LAST_YEAR}"}),
]
"""A calendar day that somebody enters."""

Moment = Annotated[
    AwareDatetime,
    AfterValidator(_in_calendar),
    Field(json_schema_extra={"x-years": f"{FIRST_YEAR}-{LAST_YEAR}"}),
]
"""A time with its zone that somebody enters."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        description="Repeat a request under the same key and it takes effect once.",
    ),
]


Confirmed = Annotated[
    frozenset[str],
    Query(
        alias="confirm",
        max_length=20,
        description="the codes of the doubts (409 confirmation_needed) in spite of which the request is to go on: of"
        " all answers so far, for a later one may name more",
    ),
]
"""For operations that ask back; give it to :class:`shared.kernel.doubts.Doubts`. Its default is ``frozenset()``."""


PERSONAL = {"x-personal": True}
"""The JSON schema extension of a body's field for what is personal; such values are sealed where they are stored."""

Position = Annotated[int, Field(ge=0, le=2**63 - 1, description="position to begin behind")]
"""A place in a log; as large as a store's numbers go."""


class Body(BaseModel):
    """Base of request bodies: a misspelt field is an error, not silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReasonBody(Body):
    """Base of bodies that give a reason: ``reason_code``, of which a subclass lists the values, is for everybody who
    must know; the words to it stay with the service."""

    reason_code: str
    reason: Annotated[
        Text | None,
        Field(
            validate_default=True,
            description="in words, for those who may read this; needed where the code is other",
        ),
    ] = None

    @field_validator("reason")
    @classmethod
    def _say_what_other_means(cls, reason: str | None, info: ValidationInfo) -> str | None:
        if reason is None and info.data.get("reason_code") == "other":
            raise PydanticCustomError("words_needed", "words are needed where the code is other")
        return reason


class Answer(BaseModel):
    """Base of answers; made straight from an aggregate or a row."""

    model_config = ConfigDict(from_attributes=True)


After = Annotated[str | None, Query(max_length=81, description="id or code to begin behind"), Typed]
"""Where a stretch of a list begins; see :class:`Page`. The longest ids are two codes."""

AfterCode = Annotated[str | None, Query(max_length=40, description="code to begin behind"), Typed]
"""The same, of a list whose entries all have codes."""

Limit = Annotated[int, Query(ge=1, le=500)]
"""The most entries of a list that one answer holds."""

Filter = Annotated[str | None, Query(max_length=80), Typed]
"""Only entries with this id, code or state."""

Searched = Annotated[str, StringConstraints(min_length=1, max_length=40), BeforeValidator(_line)]
"""What somebody looks for in a list. It is one line, as names are."""


Search = Annotated[
    str | None,
    BeforeValidator(_line),
    Query(max_length=80, description="only entries whose name or code contains this"),
]
"""Words that a list is searched for; upper and lower case are the same."""


class Page(Answer, Generic[T]):
    """A stretch of a list; ask again with ``after=next_after`` for what follows, until it is null."""

    items: list[T]
    next_after: str | None


class CountedPage(Page[T], Generic[T]):
    """The same, with the number of entries that the whole list has under the same filters."""

    total: int


async def _uow(request: Request) -> UnitOfWork:
    acting: UnitOfWork = await request.app.state.authenticator.acting(
        request, request.app.state.uow
    )
    acting.target = request.state.target = target_of(request)
    return acting


async def _state(request: Request) -> State:  # async, or FastAPI runs it in another thread
    state: State = request.app.state
    return state


Uow = Annotated[UnitOfWork, Depends(_uow)]
"""The unit of work on behalf of whoever asks."""

AppState = Annotated[State, Depends(_state)]
