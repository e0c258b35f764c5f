"""Bodies and answers about campaigns."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.campaigns.domain import Campaign, Theme
from services.catalog.directory.schemas import EntryAnswer, EntryBody
from shared.http.inputs import Answer, Body, Code, Day, Name


class ThemeBody(Body):
    """Plans prefer lines of these items from ``starts_on`` to ``ends_on``, both included; without one of them, from the
    campaign's first day, or to its last. Nothing is left out because it does not fit."""

    name: Name
    name_en: Name
    starts_on: Day | None = None
    ends_on: Day | None = None
    item_codes: Annotated[list[Code], Field(min_length=1, max_length=1000)]

    def as_theme(self) -> Theme:
        """Returns the theme as the domain has it."""
        return Theme(
            name=self.name,
            name_en=self.name_en,
            starts_on=self.starts_on.isoformat() if self.starts_on else None,
            ends_on=self.ends_on.isoformat() if self.ends_on else None,
            item_codes=self.item_codes,
        )


class CampaignBody(EntryBody):
    starts_on: Day
    ends_on: Annotated[Day, Field(description="the last day, included")]
    themes: Annotated[tuple[ThemeBody, ...], Field(max_length=50)] = ()


class ThemeAnswer(Answer):
    name: str
    name_en: str
    starts_on: date | None
    ends_on: date | None
    item_codes: list[str]


class CampaignAnswer(EntryAnswer):
    """``code`` is what orders and plans give as ``campaign_id``."""

    starts_on: date
    ends_on: date
    themes: list[ThemeAnswer]
    state: Literal["open", "closed"]
    revision: int
    runs: Annotated[bool, Field(description="it is open, and today is one of its days")] = False

    @classmethod
    def on(cls, day: date, campaign: Campaign) -> "CampaignAnswer":
        """Returns the answer about a campaign on a day."""
        return cls.model_validate(campaign).model_copy(update={"runs": campaign.runs_on(day)})
