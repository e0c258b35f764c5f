"""What can be ordered, and by whom: this service's copies of what catalog published."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, NotRequired, TypedDict

from shared.kernel.aggregate import Aggregate

ServiceMode = Literal["booth", "lecture", "visit", "leaflet"]


class Dish(TypedDict):
    """One item of a menu, as it was when the edition was published; see :class:`shared.contracts.catalog.MenuItem`."""

    item_code: str
    name: str
    name_en: str
    category_code: str
    volunteers_needed: int
    minutes_per_resident: NotRequired[int | None]
    mode: NotRequired[ServiceMode]
    residents_per_volunteer: NotRequired[int | None]
    notice_days: NotRequired[int]
    weekly_capacity: NotRequired[int | None]
    township_provides: NotRequired[list[str]]


def volunteers_for(dish: Dish, attendance: int) -> int:
    """Returns how many volunteers its booth needs for so many expected residents: the least, or one for each
    ``residents_per_volunteer`` of them."""
    each = dish.get("residents_per_volunteer")
    return max(dish["volunteers_needed"], math.ceil(attendance / each) if each else 0)


@dataclass(eq=False, kw_only=True)
class Edition(Aggregate):
    """A published menu (版次). Its content never changes: orders keep the one they were made from. Once it is
    ``withdrawn``, no order is handed in from it."""

    kind: ClassVar[str] = "edition"

    id: str
    title: str
    effective_on: date
    retires_on: date
    items: list[Dish]
    state: Literal["open", "withdrawn"] = "open"

    @property
    def key(self) -> str:
        return self.id

    def longest_notice(self, item_codes: Collection[str]) -> Dish | None:
        """Returns the one of these items that is to be ordered the longest ahead; None where none is."""
        asked = [
            dish
            for dish in self.items
            if dish["item_code"] in item_codes and dish.get("notice_days", 0)
        ]
        return max(asked, key=lambda dish: dish.get("notice_days", 0), default=None)

    def limited(self, item_codes: Collection[str]) -> list[Dish]:
        """Returns those of these items that are served only so often a week."""
        return [
            dish
            for dish in self.items
            if dish["item_code"] in item_codes and dish.get("weekly_capacity") is not None
        ]

    def is_in_force(self, on: date) -> bool:
        """Whether it can be ordered from on that day."""
        return self.state == "open" and self.effective_on <= on <= self.retires_on


@dataclass(eq=False, kw_only=True)
class Campaign:
    """What an order is for (活动): chosen by its id, the code that catalog gave it. ``revision`` is catalog's."""

    id: str
    name: str
    name_en: str
    starts_on: date
    ends_on: date
    state: Literal["open", "closed"]
    revision: int

    def runs_on(self, day: date) -> bool:
        """Whether it is open, and ``day`` is one of its days."""
        return self.state == "open" and self.starts_on <= day <= self.ends_on


@dataclass(eq=False, kw_only=True)
class Township:
    """A township that may order (镇街)."""

    code: str
    name: str
    name_en: str
