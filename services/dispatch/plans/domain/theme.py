"""A campaign's theme, as catalog announces it: 红七月, 学雷锋月."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.dispatch.planning.problem.problem import Theme


@dataclass(frozen=True, kw_only=True)
class CampaignTheme:
    """From ``starts_on`` to ``ends_on``, both included, plans prefer lines of ``item_codes``; without one of them,
    from the plan's first day, or to its last."""

    name: str
    starts_on: date | None
    ends_on: date | None
    item_codes: frozenset[str]

    @classmethod
    def stored(cls, row: Mapping[str, Any]) -> "CampaignTheme":
        """Reads a theme from the copy of its campaign, with days in ISO 8601."""
        first, last = row["starts_on"], row["ends_on"]
        return cls(
            name=row["name"],
            starts_on=date.fromisoformat(first) if first else None,
            ends_on=date.fromisoformat(last) if last else None,
            item_codes=frozenset(row["item_codes"]),
        )

    def counted(self, first: date, days: int) -> Theme:
        """The theme in a problem of ``days`` days, whose day 0 is ``first``."""
        begin = 0 if self.starts_on is None else max(0, (self.starts_on - first).days)
        end = days if self.ends_on is None else min(days, (self.ends_on - first).days + 1)
        return Theme(self.name, self.item_codes, frozenset(range(begin, end)))
