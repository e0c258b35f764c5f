"""Parts of request and answer bodies that all services share."""

import unicodedata
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Header, Query, Request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError
from starlette.datastructures import State

from shared.db.unit_of_work import UnitOfWork

T = TypeVar("T")


def _half_width(value: object) -> object:
    """Codes are often typed with a Chinese keyboard's full-width digits; they mean the same."""
    return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value


def _without_controls(value: str) -> str:
    """Text is stored as typed; but nobody types a control character (and PostgreSQL can't store NUL)."""
    for character in value:
        if unicodedata.category(character) == "Cc" and character not in "\n\r\t":
            raise PydanticCustomError("control_character", "control character", {"character": repr(character)})
    return value


Code = Annotated[str, BeforeValidator(_half_width), StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""A short name for machines: lower-case letters, digits, hyphens; full-width forms are folded."""

TownshipCode = Annotated[str, BeforeValidator(_half_width), StringConstraints(pattern=r"^[0-9]{12}$")]
"""The 12-digit division code; full-width digits are folded."""

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True), AfterValidator(_without_controls)
]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), AfterValidator(_without_controls)
]

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
        description="the codes of the doubts (409 confirmation_needed) in spite of which the request is to go on",
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


class Answer(BaseModel):
    """Base of answers; made straight from an aggregate or a row."""

    model_config = ConfigDict(from_attributes=True)


class Page(Answer, Generic[T]):
    """A stretch of a list; ask again with ``after=next_after`` for what follows, until it is null."""

    items: list[T]
    next_after: str | None


async def _uow(request: Request) -> UnitOfWork:
    acting: UnitOfWork = await request.app.state.gate.acting(request, request.app.state.uow)
    return acting


async def _state(request: Request) -> State:  # async, or FastAPI runs it in another thread
    state: State = request.app.state
    return state


Uow = Annotated[UnitOfWork, Depends(_uow)]
"""The unit of work on behalf of whoever asks."""

AppState = Annotated[State, Depends(_state)]
