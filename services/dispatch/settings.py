"""What dispatch is told from outside; see shared.settings for what all services are told."""

from typing import ClassVar

from shared.settings import ServiceSettings, settings_of


class DispatchSettings(ServiceSettings):
    name: ClassVar[str] = "dispatch"
    model_config = settings_of("dispatch_")
