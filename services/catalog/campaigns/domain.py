"""A campaign (活动): a period with a name and themes, which orders, plans and figures refer to by its code."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from typing import ClassVar, Literal, TypedDict

from services.catalog.items.domain import refuse_repeated
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import InvalidInput
from shared.kernel.text import matched

ALIKE = 0.75
"""How similar two names are, of 0 to 1, that a person might take for one; 红七月、服务月 and 七月服务月 are 0.83."""

LONGEST_DAYS = 3 * 366
"""A campaign is a period that has an end."""


CampaignState = Literal["open", "closed"]


class Theme(TypedDict):
    """What a campaign is about from ``starts_on`` to ``ends_on``, days in ISO 8601, both included: plans prefer lines
    of ``item_codes`` then. Without one of the days, it is the campaign's first, or its last."""

    name: str
    name_en: str
    starts_on: str | None
    ends_on: str | None
    item_codes: list[str]


@dataclass(eq=False, kw_only=True)
class Campaign(Aggregate):
    """Runs from ``starts_on`` to ``ends_on``, both included. Nothing is ordered for one that is ``closed``; what was
    ordered before stays. ``revision`` rises with each change, so that a copy is never replaced by an older state."""

    kind: ClassVar[str] = "campaign"
    CONTENT: ClassVar[tuple[str, ...]] = ("name", "name_en", "starts_on", "ends_on", "themes")
    STEPS: ClassVar[Steps] = {"open": ("correct", "close"), "closed": ("reopen",)}

    code: str
    name: str
    name_en: str
    starts_on: date
    ends_on: date
    themes: list[Theme] = field(default_factory=list)
    state: CampaignState = "open"
    revision: int = 1

    def __post_init__(self) -> None:
        _check(self.starts_on, self.ends_on, self.themes)

    @property
    def key(self) -> str:
        return self.code

    def runs_on(self, day: date) -> bool:
        """Whether it is open, and ``day`` is one of its days."""
        return self.state == "open" and self.starts_on <= day <= self.ends_on

    def correct(
        self, *, name: str, name_en: str, starts_on: date, ends_on: date, themes: list[Theme]
    ) -> bool:
        """Takes over the given content, and returns whether anything changed.

        :raises InvalidInput: days are reversed, or a theme lies outside the campaign.
        :raises IllegalTransition: it is closed.
        """
        self.require("correct", self.state)
        _check(starts_on, ends_on, themes)
        wanted = (name, name_en, starts_on, ends_on, themes)
        if wanted == (self.name, self.name_en, self.starts_on, self.ends_on, self.themes):
            return False
        self.name, self.name_en, self.starts_on, self.ends_on, self.themes = wanted
        self.revision += 1
        return True

    def close(self) -> None:
        """Takes no orders any more. :raises IllegalTransition: it is closed."""
        self.require("close", self.state)
        self.state, self.revision = "closed", self.revision + 1

    def reopen(self) -> None:
        """Takes orders again. :raises IllegalTransition: it is open."""
        self.require("reopen", self.state)
        self.state, self.revision = "open", self.revision + 1


def standing(year: int) -> Campaign:
    """Returns the campaign 常态 of a whole year, for service that belongs to no particular period."""
    return Campaign(
        code=f"changtai-{year:04}",
        name=f"常态服务（{year}年）",
        name_en=f"Standing service {year}",
        starts_on=date(year, 1, 1),
        ends_on=date(year, 12, 31),
    )


def alike(name: str, other: str) -> bool:
    """Returns whether people may take two names for one.

    They are equal but for width, case, blanks and punctuation, or very similar. Names with different numbers in them,
    such as years, are told apart by these.
    """
    one, two = _bare(name), _bare(other)
    if one == two:
        return True
    if re.findall(r"\d+", one) != re.findall(r"\d+", two):
        return False
    return SequenceMatcher(None, one, two, autojunk=False).ratio() >= ALIKE


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", folded) or folded if (folded := matched(name)) else ""


def _check(starts_on: date, ends_on: date, themes: Iterable[Theme]) -> None:
    if ends_on < starts_on:
        raise InvalidInput("days_reversed", field="ends_on", first=starts_on, last=ends_on)
    if (ends_on - starts_on).days >= LONGEST_DAYS:
        raise InvalidInput("campaign_too_long", field="ends_on", most=LONGEST_DAYS)
    for number, theme in enumerate(themes):
        where = f"themes[{number}]"
        refuse_repeated(f"{where}.item_codes", theme["item_codes"])
        first, last = _day(theme["starts_on"], starts_on), _day(theme["ends_on"], ends_on)
        if last < first:
            raise InvalidInput("days_reversed", field=f"{where}.ends_on", first=first, last=last)
        if first < starts_on or last > ends_on:
            raise InvalidInput("theme_outside_campaign", field=where, first=starts_on, last=ends_on)


def _day(said: str | None, otherwise: date) -> date:
    return date.fromisoformat(said) if said else otherwise


Step = Callable[[Campaign], None]
