"""Answers about the menu for those outside."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from services.catalog.items.domain import Mode, Provision
from services.catalog.open_menu.queries import Offer

Hsds = dict[str, Any]
"""An object as HSDS 3.1 defines it; see :mod:`services.catalog.open_menu.routes.hsds`."""


def picture_address(picture_id: object) -> str | None:
    """Where anybody sees a picture."""
    return f"/api/catalog/open/pictures/{picture_id}" if picture_id else None


class OpenDish(BaseModel):
    """What may be ordered today, until ``until``."""

    item_code: str
    name: str
    name_en: str
    category: str
    category_en: str
    agencies: Annotated[list[str], Field(description="who serves it")]
    mode: Mode
    notice_days: Annotated[int, Field(description="it is ordered so many days ahead")]
    weekly_capacity: Annotated[int | None, Field(description="at most so often a week")]
    township_provides: list[Provision]
    qualification: str | None
    picture: Annotated[str | None, Field(description="address of its picture, at this origin")]
    edition: str
    until: date

    @classmethod
    def of(cls, offer: Offer) -> "OpenDish":
        """Returns the answer about an offer."""
        category = offer.category
        return cls.model_validate(
            {
                "mode": "booth",
                "notice_days": 0,
                "weekly_capacity": None,
                "township_provides": [],
                "qualification": None,
            }
            | offer.dish
            | {
                "picture": picture_address(offer.dish.get("picture")),
                "category": category.name if category else "",
                "category_en": category.name_en if category else "",
                "agencies": [agency.name for agency in offer.agencies],
                "edition": offer.edition.title,
                "until": offer.edition.retires_on,
            }
        )


class OpenMenu(BaseModel):
    today: date
    items: list[OpenDish]


class HsdsPage(BaseModel):
    """A page as HSDS 3.1 has it."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[Hsds]
