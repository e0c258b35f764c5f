"""What catalog is told from outside; see shared.settings for what all services are told."""

from typing import ClassVar

from shared.settings import ServiceSettings, settings_of


class CatalogSettings(ServiceSettings):
    name: ClassVar[str] = "catalog"
    model_config = settings_of("catalog_")
