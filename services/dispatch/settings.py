"""What dispatch is told from outside; see shared.settings for what all services are told."""

from typing import ClassVar

from pydantic import Field

from shared.settings import ServiceSettings, settings_of

HOURS = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"


class DispatchSettings(ServiceSettings):
    name: ClassVar[str] = "dispatch"
    model_config = settings_of("dispatch_")

    candidates_kept_days: int = Field(
        default=90,
        ge=30,
        description="how long planning runs and candidates are kept that were not published",
    )
    confirm_within_days: int = Field(
        default=3,
        ge=1,
        le=30,
        description="a township and a team say within so many business days whether a stop's half-day suits them",
    )
    confirm_before_stop_days: int = Field(
        default=2,
        ge=1,
        le=30,
        description="and so many business days before the stop at the latest, even when they were asked late",
    )
    confirm_reminder_days: int = Field(
        default=1,
        ge=0,
        le=10,
        description="so many business days before the last one, who has not answered is reminded",
    )
    confirm_escalation_days: int = Field(
        default=0,
        ge=0,
        le=10,
        description="so many business days after the last one are still waited for before the corps has a task",
    )
    hours_kept_years: int = Field(
        default=10,
        ge=10,
        description="how long service hours and the check-ins behind them are kept (GB/T 40143-2021, 5.2.2)",
    )
    coverage_weight: int = Field(
        default=10,
        ge=0,
        le=40,
        description="what a planned line is worth more for each month, 12 at most, that its township has gone without"
        " the item; docs/decisions/0027-coverage-in-the-score.md compares it with the other weights",
    )
    morning_hours: str = Field(
        default="08:30-11:30",
        pattern=HOURS,
        description="from when to when a morning's service usually lasts, as telephones' calendars show it",
    )
    afternoon_hours: str = Field(
        default="14:00-17:00",
        pattern=HOURS,
        description="the same of an afternoon",
    )
    public_url: str = Field(
        default="",
        description="address of the residents' pages, an origin of their own, e.g. https://fuwu.example.gov.cn;"
        " links to stops are made for it",
    )
