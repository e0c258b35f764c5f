"""Limits of ordering in a campaign: until when, and how many items a township may order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from shared.kernel.aggregate import Aggregate


@dataclass(eq=False, kw_only=True)
class TownshipLimit:
    """An exception: this township may order so many items."""

    id: str
    campaign_id: str
    township_code: str
    lines: int


@dataclass(eq=False, kw_only=True)
class OrderLimit(Aggregate):
    """What the corps set for a campaign. ``orders_until`` is the last day on which orders are taken, ``lines`` how many
    items a township may order, over all its orders; None: no limit. An item of an order is one booth."""

    kind: ClassVar[str] = "order_limit"
    CONTENT: ClassVar[tuple[str, ...]] = ("orders_until", "lines", "townships")

    campaign_id: str
    orders_until: date | None = None
    lines: int | None = None
    townships: list[TownshipLimit]
    version: int | None = field(default=None, init=False)
    """None: nothing was set yet."""

    @property
    def key(self) -> str:
        return self.campaign_id

    def content(self) -> Mapping[str, object]:
        exceptions = sorted((each.township_code, each.lines) for each in self.townships)
        return {"orders_until": self.orders_until, "lines": self.lines, "townships": exceptions}

    def is_over(self, today: date) -> bool:
        return self.orders_until is not None and today > self.orders_until

    def most_for(self, township_code: str) -> int | None:
        """How many items this township may order; None where there is no limit."""
        own = [each.lines for each in self.townships if each.township_code == township_code]
        return max(own, default=self.lines)
