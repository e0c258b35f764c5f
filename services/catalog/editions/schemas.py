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
