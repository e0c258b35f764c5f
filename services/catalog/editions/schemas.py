"""Bodies and answers about editions of the menu."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.editions.domain import EditionState
from services.catalog.items.domain import Mode, Provision
from shared.http.inputs import Answer, Body, Code, Day, Name


class EditionBody(Body):
    title: Name
    effective_on: Day
    retires_on: Day
    item_codes: Annotated[list[Code], Field(min_length=1, max_length=1000)]
    based_on: Annotated[
        Code | None, Field(description="the edition that it was copied from, and is compared with")
    ] = None


class MenuItemAnswer(Answer):
    item_code: str
    name: str
    name_en: str
    category_code: str
    volunteers_needed: int
    minutes_per_resident: int | None = None
    mode: Mode = "booth"
    residents_per_volunteer: int | None = None
    notice_days: int = 0
    weekly_capacity: int | None = None
    township_provides: list[Provision] = Field(default_factory=list)
    picture: str | None = None
    qualification: str | None = None
    risks: str | None = None


class EditionAnswer(Answer):
    code: str
    title: str
    effective_on: date
    retires_on: date
    state: EditionState
    based_on: str | None
    survey_opened_on: Annotated[date | None, Field(description="when the teams were first asked")]
    survey_until: date | None
    consultation_opened_on: Annotated[
        date | None, Field(description="when opinions were first asked for")
    ]
    consultation_until: date | None
    residents_may_speak: bool
    published_on: date | None
    orders_against_withdrawal: int | None
    item_codes: list[str]
    menu: list[MenuItemAnswer]


class EditionNamed(Answer):
    code: str
    title: str
    effective_on: date
    retires_on: date


class DifferenceAnswer(Answer):
    """How one item differs. ``changed`` has the fields that differ, each with what it was and what it is."""

    item_code: str
    what: Literal["added", "gone", "changed"]
    name: str
    name_en: str
    changed: dict[str, tuple[object, object]]


class ComparisonAnswer(Answer):
    before: EditionNamed
    after: EditionNamed
    differences: list[DifferenceAnswer]
