"""What requests is told from outside; see shared.settings for what all services are told."""

from typing import ClassVar

from shared.settings import ServiceSettings, settings_of


class RequestsSettings(ServiceSettings):
    name: ClassVar[str] = "requests"
    model_config = settings_of("requests_")
