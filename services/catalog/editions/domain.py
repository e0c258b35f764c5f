"""An edition: one dated issue of the menu, frozen when it is published."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from services.catalog.items.domain import ServiceItem, refuse_repeated
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import InvalidInput

EditionState = Literal["draft", "published", "withdrawing", "withdrawn"]

MOST_YEARS = 10
"""For which an edition sees to a standing campaign; each later year has its own from its start."""


@dataclass(eq=False, kw_only=True)
class Edition(Aggregate):
    """A menu for the days from ``effective_on`` to ``retires_on`` inclusive.

    A draft names items by code; publishing copies what they are on that day into ``menu``, which no
    later change of an item touches.
    """

    kind: ClassVar[str] = "edition"
    CONTENT: ClassVar[tuple[str, ...]] = ("title", "effective_on", "retires_on", "item_codes")
    STEPS: ClassVar[Steps] = {
        "draft": ("redraft", "publish"),
        "published": ("withdraw",),
        "withdrawing": (),
        "withdrawn": (),
    }

    code: str
    title: str
    effective_on: date
    retires_on: date
    item_codes: list[str]
    state: EditionState = "draft"
    menu: list[dict[str, object]] = field(default_factory=list)
    orders_against_withdrawal: int | None = None
    """How many orders were handed in from it when it was last to be withdrawn, and therefore was not."""

    def __post_init__(self) -> None:
        self._check()

    @property
    def key(self) -> str:
        return self.code

    def redraft(
        self, *, title: str, effective_on: date, retires_on: date, item_codes: list[str]
    ) -> None:
        """Changes the draft. :raises InvalidInput: its days are reversed, or an item stands twice."""
        self.require("redraft", self.state)
        self.title, self.effective_on, self.retires_on = title, effective_on, retires_on
        self.item_codes = item_codes
        self._check()

    def publish(self, items: list[ServiceItem], *, active_teams: Collection[str]) -> None:
        """Freezes the menu with the items as they are now, in the order of the draft.

        :raises InvalidInput: an item has no team that is still in the corps; names all such items.
        """
        self.require("publish", self.state)
        if without := self.items_without_team(items, active_teams=active_teams):
            raise InvalidInput("item_without_team", field="item_codes", codes=", ".join(without))
        by_code = {item.code: item for item in items}
        self.menu = [
            {
                "item_code": item.code,
                "name": item.name,
                "name_en": item.name_en,
                "category_code": item.category_code,
                "volunteers_needed": item.volunteers_needed,
            }
            for item in (by_code[code] for code in self.item_codes)
        ]
        self.state = "published"

    def items_without_team(
        self, items: Iterable[ServiceItem], *, active_teams: Collection[str]
    ) -> list[str]:
        """Returns the codes of its items that no team in the corps offers, in the order of the draft."""
        offered = {item.code for item in items if set(item.teams) & set(active_teams)}
        return [code for code in self.item_codes if code not in offered]

    def years(self) -> range:
        """The years that it is in force in; of an edition without an end in sight, the first few."""
        return range(
            self.effective_on.year,
            min(self.retires_on.year, self.effective_on.year + MOST_YEARS - 1) + 1,
        )

    def ask_for_withdrawal(self) -> None:
        """Nothing is decided yet: an order may have been handed in already."""
        self.require("withdraw", self.state)
        self.state, self.orders_against_withdrawal = "withdrawing", None

    def withdraw(self) -> None:
        """No order was handed in from it, and none will be."""
        self.state = "withdrawn"

    def keep_for(self, orders: int) -> None:
        """So many orders were handed in from it before: it stays in force."""
        self.state, self.orders_against_withdrawal = "published", orders

    def _check(self) -> None:
        if self.retires_on < self.effective_on:
            raise InvalidInput(
                "days_reversed", field="retires_on", first=self.effective_on, last=self.retires_on
            )
        refuse_repeated("item_codes", self.item_codes)
