"""Answers about putting an edition in force."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.editions.schemas import EditionNamed
from shared.http.inputs import Answer


class BlockerAnswer(Answer):
    """What is in the way of publishing: an item that nobody offers, or ``count`` opinions without an answer."""

    code: Literal["item_without_team", "opinions_unanswered"]
    item_code: str | None
    item_name: str
    item_name_en: str
    count: int


class PublicationAnswer(Answer):
    """What publishing a draft would do now: nothing as long as there are ``blockers``."""

    items: Annotated[int, Field(description="how many items its menu would have")]
    blockers: list[BlockerAnswer]
    is_over: Annotated[bool, Field(description="its last day is past; publishing asks to confirm")]
    consultation_until: Annotated[
        date | None,
        Field(description="opinions are taken until then; publishing asks to confirm"),
    ]
    overlaps: Annotated[
        list[EditionNamed], Field(description="published editions of the same days; they stay")
    ]
    new_standing_years: Annotated[
        list[int], Field(description="years whose standing campaign would be created")
    ]
