"""The interfaces as documents: OpenAPI of each service, AsyncAPI of the events."""

from pathlib import Path
from typing import Any

import services.notify
from services.notify.contract.queries import asyncapi as events
from shared.http.texts import Texts
from shared.service import Service

Json = dict[str, Any]


def openapi(service: Service) -> Json:
    """The OpenAPI 3.1 document that the running service gives at ``/api/<name>/openapi.json``."""
    document: Json = service.api.openapi()
    document["servers"] = [{"url": f"/api/{service.name}"}]
    return document


def asyncapi(version: str) -> Json:
    """The AsyncAPI 3.1 document that the running system gives at ``/api/notify/public/contract/asyncapi.json``."""
    return events.document(Texts(Path(services.notify.__path__[0]) / "locales"), version)
