"""Bodies and answers about editions of the menu."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.http.inputs import Answer, Body, Code, Day, Name


class EditionBody(Body):
    title: Name
    effective_on: Day
    retires_on: Day
    item_codes: Annotated[list[Code], Field(min_length=1, max_length=1000)]


class MenuItemAnswer(Answer):
    item_code: str
    name: str
    name_en: str
    category_code: str
    volunteers_needed: int


class EditionAnswer(Answer):
    code: str
    title: str
    effective_on: date
    retires_on: date
    state: Literal["draft", "published", "withdrawing", "withdrawn"]
    orders_against_withdrawal: int | None
    item_codes: list[str]
    menu: list[MenuItemAnswer]


class BlockerAnswer(Answer):
    """What is in the way of publishing, and the item that it is about."""

    code: Literal["item_without_team"]
    item_code: str
    item_name: str
    item_name_en: str


class OverlapAnswer(Answer):
    code: str
    title: str
    effective_on: date
    retires_on: date


class PublicationAnswer(Answer):
    """What publishing a draft would do now: nothing as long as there are ``blockers``."""

    items: Annotated[int, Field(description="how many items its menu would have")]
    blockers: list[BlockerAnswer]
    is_over: Annotated[bool, Field(description="its last day is past; publishing asks to confirm")]
    overlaps: Annotated[
        list[OverlapAnswer], Field(description="published editions of the same days; they stay")
    ]
    new_standing_years: Annotated[
        list[int], Field(description="years whose standing campaign would be created")
    ]
