"""HTTP answers of the menu."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.requests.menu.domain import Campaign, Edition, ServiceMode
from shared.http.inputs import Answer


class DishAnswer(Answer):
    item_code: str
    name: str
    name_en: str
    category_code: str
    volunteers_needed: int
    minutes_per_resident: int | None = None
    mode: ServiceMode = "booth"
    residents_per_volunteer: int | None = None
    notice_days: Annotated[int, Field(description="it is ordered so many days ahead")] = 0
    weekly_capacity: Annotated[int | None, Field(description="at most so often a week")] = None
    township_provides: list[str] = Field(default_factory=list)
    picture: Annotated[str | None, Field(description="the id by which catalog shows it")] = None


class EditionAnswer(Answer):
    edition_id: Annotated[str, Field(validation_alias="id")]
    title: str
    effective_on: date
    retires_on: date
    state: Literal["open", "withdrawn"]
    in_force: Annotated[bool, Field(description="whether it can be ordered from today")] = False
    items: list[DishAnswer]

    @classmethod
    def on(cls, today: date, edition: Edition) -> "EditionAnswer":
        return cls.model_validate(edition).model_copy(
            update={"in_force": edition.is_in_force(today)}
        )


class CampaignAnswer(Answer):
    """Both its first and its last day are in it. Nothing is ordered for one that is closed."""

    campaign_id: Annotated[str, Field(validation_alias="id")]
    name: str
    name_en: str
    starts_on: date
    ends_on: date
    state: Literal["open", "closed"]
    runs: Annotated[bool, Field(description="it is open, and today is one of its days")] = False

    @classmethod
    def on(cls, today: date, campaign: Campaign) -> "CampaignAnswer":
        """Returns the answer about a campaign on a day."""
        return cls.model_validate(campaign).model_copy(update={"runs": campaign.runs_on(today)})


class TownshipAnswer(Answer):
    """It may order on the days on which its division code is valid, both included."""

    code: str
    name: str
    name_en: str
    population: int | None
    valid_from: date | None
    valid_to: date | None
