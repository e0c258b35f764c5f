"""What requests is told from outside; see shared.settings for what all services are told."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from shared.settings import ServiceSettings, settings_of


class RequestsSettings(ServiceSettings):
    name: ClassVar[str] = "requests"
    model_config = settings_of("requests_")

    files_url: str = Field(
        default=Path("files").absolute().as_uri(),
        description="where files of orders are kept: file:///folder, which all processes of this service share, or"
        " s3+https://KEY:SECRET@host/bucket?region=… (s3+http:// in clear)",
    )

    recurring_ahead_days: int = Field(
        default=21,
        ge=1,
        le=180,
        description="so many days ahead the orders of recurring orders are made",
    )
    public_url: str = Field(
        default="",
        description="address of the residents' pages, an origin of their own, e.g. https://fuwu.example.gov.cn;"
        " the codes on the booths' signs lead there",
    )

    regular_from_points: int = Field(
        default=65,
        ge=1,
        description="from so many points of evidence on, a recurring service is proposed;"
        " docs/decisions/0029-regularisation.md says what gives how many",
    )
    regular_least_kinds: int = Field(
        default=2, ge=1, le=5, description="how many kinds of evidence there must be for it"
    )
    regular_long_queue: int = Field(
        default=15, ge=1, description="a queue is too long if so many wait at once"
    )
    regular_long_wait_minutes: int = Field(
        default=30, ge=1, description="or if one waits for so long in the mean"
    )
    regular_waiting_days: int = Field(
        default=30, ge=1, description="an order that has had no day for so long is evidence"
    )
    regular_new_points: int = Field(
        default=30,
        ge=1,
        description="what was answered is proposed again once facts that are new have so many points",
    )
    regular_answer_days: int = Field(
        default=14, ge=1, description="a team is to answer a proposal within so many days"
    )
    regular_lapse_days: int = Field(
        default=90, ge=1, description="a proposal that nobody answers lapses after so many days"
    )
    regular_remind_days: int = Field(
        default=14, ge=0, description="so many days before its last one the team is reminded of it"
    )
    regular_most_a_day: int = Field(
        default=20, ge=1, description="so many are proposed on a day, the strongest first"
    )
