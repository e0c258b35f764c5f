"""What a campaign is about, as a coordinator says it: 红七月, 学雷锋月."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.dispatch.domain.planning.problem import Theme
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import InvalidInput


@dataclass(eq=False, kw_only=True)
class CampaignTheme(Aggregate):
    """From ``starts_on`` to ``ends_on``, both included, plans prefer lines of ``item_codes``; without one of them,
    from the campaign's first day, or to its last."""

    kind: ClassVar[str] = "campaign_theme"

    id: str
    campaign: str
    made_at: datetime
    name: str
    name_en: str
    starts_on: date | None = None
    ends_on: date | None = None
    item_codes: list[str]

    def __post_init__(self) -> None:
        _require_days(self.starts_on, self.ends_on)

    @property
    def key(self) -> str:
        return self.id

    def correct(
        self, *, name: str, name_en: str, starts_on: date | None, ends_on: date | None, item_codes: list[str]
    ) -> None:
        """:raises InvalidInput: the days are reversed."""
        _require_days(starts_on, ends_on)
        self.name, self.name_en, self.item_codes = name, name_en, item_codes
        self.starts_on, self.ends_on = starts_on, ends_on

    def counted(self, first: date, days: int) -> Theme:
        """As a problem of so many days says it, whose day 0 is ``first``."""
        begin = 0 if self.starts_on is None else max(0, (self.starts_on - first).days)
        end = days if self.ends_on is None else min(days, (self.ends_on - first).days + 1)
        return Theme(self.name, frozenset(self.item_codes), frozenset(range(begin, end)))


def _require_days(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise InvalidInput("days_reversed", field="ends_on", first=starts_on, last=ends_on)
