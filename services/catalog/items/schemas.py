"""Bodies and answers about service items."""

from typing import Annotated

from pydantic import Field

from services.catalog.directory.schemas import EntryAnswer, EntryBody
from shared.http.inputs import Code


class ItemBody(EntryBody):
    category_code: Code
    teams: Annotated[
        list[Code],
        Field(min_length=1, max_length=200, description="codes of the teams that offer it"),
    ]
    volunteers_needed: Annotated[int, Field(ge=1, le=100, description="the least for one booth")]
    minutes_per_resident: Annotated[int, Field(ge=1, le=240)]


class ItemAnswer(EntryAnswer):
    category_code: str
    teams: list[str]
    volunteers_needed: int
    minutes_per_resident: int
