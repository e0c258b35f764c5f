"""HTTP bodies and answers about what a township gets ready."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.dispatch.preparation.domain import Provision
from shared.http.inputs import Answer, Body


class PreparationBody(Body):
    ready: Annotated[list[Provision], Field(max_length=20, description="all that is ready now")]


class AskingItemAnswer(Answer):
    item_name: str
    item_name_en: str


class ProvisionAnswer(Answer):
    """What the township provides, and for which items."""

    code: Provision
    is_ready: bool
    items: list[AskingItemAnswer]


class PreparationAnswer(Answer):
    said_on: Annotated[date | None, Field(description="when the township said so last")]
    is_open: Annotated[bool, Field(description="whether it can still be said")]
    provisions: list[ProvisionAnswer]
