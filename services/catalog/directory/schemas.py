"""Bodies and answers about the directory."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from shared.http.inputs import Answer, Body, Code, Day, Name, TownshipCode
from shared.kernel.text import typed_code


def _compact(value: object) -> object:
    return uscc.compact(typed_code(value)) if isinstance(value, str) else value


def _checked(value: str) -> str:
    try:
        return uscc.validate(value)
    except ValidationError:
        raise PydanticCustomError("credit_code", "not a unified social credit code") from None


CreditCode = Annotated[
    str,
    StringConstraints(max_length=18),
    BeforeValidator(_compact),
    AfterValidator(_checked),
    Field(description="18 characters, of which the last checks the others (GB 32100-2015)"),
]
"""A unified social credit code (统一社会信用代码), however it is spaced and in capitals or not."""


class EntryBody(Body):
    name: Name
    name_en: Name


class EntryAnswer(Answer):
    code: str
    name: str
    name_en: str


class AgencyBody(EntryBody):
    credit_code: CreditCode | None = None


class AgencyAnswer(EntryAnswer):
    credit_code: str | None
    merged_into: Annotated[str | None, Field(description="code of the entry it was a double of")]


class TownshipBody(EntryBody):
    lat: Annotated[float, Field(ge=-90, le=90, description="degrees, WGS-84")]
    lon: Annotated[float, Field(ge=-180, le=180, description="degrees, WGS-84")]
    population: Annotated[int | None, Field(ge=1, le=10_000_000, description="residents")] = None
    area_km2: Annotated[float | None, Field(gt=0, le=100_000)] = None
    valid_from: Annotated[Day | None, Field(description="first day of its division code")] = None
    valid_to: Annotated[Day | None, Field(description="last day of its division code")] = None


class TownshipAnswer(EntryAnswer):
    lat: float
    lon: float
    population: int | None
    area_km2: float | None
    valid_from: date | None
    valid_to: date | None
    former_code: Annotated[str | None, Field(description="the one that it had before")]
    new_code: Annotated[str | None, Field(description="the one that it has after `valid_to`")]
    is_former: Annotated[bool, Field(description="everything is with the new code's entry now")]


class TeamBody(EntryBody):
    agency_code: Code
    members: Annotated[int, Field(ge=1, le=10_000, description="volunteers it can send at once")]
    area: Annotated[
        list[TownshipCode],
        Field(
            default_factory=list,
            max_length=500,
            description="codes of the townships that it serves; none for the whole city",
        ),
    ]


class TeamAnswer(EntryAnswer):
    agency_code: str
    members: int
    area: list[str]
    state: Literal["active", "retired", "merged"]
    merged_into: Annotated[str | None, Field(description="code of the entry it was a double of")]
