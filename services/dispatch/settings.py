"""What dispatch is told from outside; see shared.settings for what all services are told."""

from typing import ClassVar

from pydantic import Field

from shared.settings import ServiceSettings, settings_of


class DispatchSettings(ServiceSettings):
    name: ClassVar[str] = "dispatch"
    model_config = settings_of("dispatch_")

    candidates_kept_days: int = Field(
        default=90,
        ge=30,
        description="how long planning runs and candidates are kept that were not published",
    )
    public_url: str = Field(
        default="",
        description="address of the residents' pages, an origin of their own, e.g. https://fuwu.example.gov.cn;"
        " links to stops are made for it",
    )
