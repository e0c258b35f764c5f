"""Bodies and answers about service items."""

from typing import Annotated

from pydantic import Field

from shared.http.inputs import Answer, Body, Code, Name


class ItemBody(Body):
    name: Name
    name_en: Name
    category_code: Code
    teams: Annotated[list[Code], Field(min_length=1, max_length=200, description="codes of the teams that offer it")]
    volunteers_needed: Annotated[int, Field(ge=1, le=100, description="the least for one booth")]
    minutes_per_resident: Annotated[int, Field(ge=1, le=240)]


class ItemAnswer(Answer):
    code: str
    name: str
    name_en: str
    category_code: str
    teams: list[str]
    volunteers_needed: int
    minutes_per_resident: int
