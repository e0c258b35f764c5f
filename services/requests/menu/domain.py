"""What can be ordered, and by whom: this service's copies of what catalog published."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, NotRequired, TypedDict

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Conflict

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
    picture: NotRequired[str | None]


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
    """A township that may order (镇街), on the days on which its division code is valid: from ``valid_from`` to
    ``valid_to``, both included, where they are known."""

    code: str
    name: str
    name_en: str
    population: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether its division code is valid on that day."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)

    def require_valid(self, on: date) -> None:
        """:raises Conflict: its division code is not valid yet on that day, or not any more."""
        if self.valid_to is not None and on > self.valid_to:
            raise Conflict(
                "township_code_ended",
                field="township_code",
                name=self.name,
                township_code=self.code,
                last=self.valid_to,
            )
        if self.valid_from is not None and on < self.valid_from:
            raise Conflict(
                "township_code_not_yet",
                field="township_code",
                name=self.name,
                township_code=self.code,
                first=self.valid_from,
            )
