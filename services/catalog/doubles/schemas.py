"""Bodies and answers about entries that are likely to be one."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.catalog.doubles.domain import Kind, Likeness
from shared.http.inputs import Answer, Body, Code


class PairBody(Body):
    kind: Kind
    code: Code
    other_code: Code


class DismissalBody(PairBody):
    basis: Annotated[Code, Field(description="`basis` of the pair: what it had in common")]


class DismissalAnswer(Answer):
    on: date
    by: Annotated[str, Field(description="the account that has said it")]


class DoubleAnswer(Answer):
    """``code`` and ``other_code`` are likely to be one, unless ``dismissed``; a volunteer's name is masked."""

    code: str
    name: str
    other_code: str
    other_name: str
    reasons: list[Likeness]
    basis: str
    team_code: str | None
    other_team_code: str | None
    dismissed: Annotated[
        DismissalAnswer | None, Field(description="that they are two, as somebody has said")
    ]


class DoublesAnswer(Answer):
    agencies: list[DoubleAnswer]
    teams: list[DoubleAnswer]
    volunteers: list[DoubleAnswer]
