"""HTTP bodies and answers about incidents."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.dispatch.incidents.domain import What
from shared.http.inputs import Answer, Body, Text


class IncidentBody(Body):
    what: What
    text: Annotated[Text, Field(description="what happened; no names, no health data")]


class ClosingBody(Body):
    words: Annotated[Text | None, Field(description="what was done about it")] = None


class IncidentAnswer(Answer):
    """``by`` is a role; ``words`` are the corps', once it has seen to it."""

    id: str
    number: int
    what: What
    text: str
    noted_at: datetime
    by: str
    team_code: str | None
    state: Literal["open", "closed"]
    closed_at: datetime | None
    words: str | None
