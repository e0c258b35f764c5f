"""Bodies and answers about robots. Addresses and secrets are taken, and never given."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, SecretStr

from services.notify.preferences.schemas import PostId
from services.notify.robots.domain.robot import Style, Vendor
from shared.http.inputs import PERSONAL, Answer, Body, Name

Secret = Annotated[SecretStr, Field(min_length=1, max_length=500, json_schema_extra=PERSONAL)]


class RobotBody(Body):
    recipient_id: Annotated[PostId, Field(description="whose group: the corps, a township, a team")]
    vendor: Vendor
    style: Style = "text"
    name: Annotated[Name, Field(description="how the group is called")]
    address: Annotated[Secret, Field(description="its webhook, as the vendor shows it")]
    secret: Annotated[Secret | None, Field(description="where calls are to be signed")] = None


class RobotAnswer(Answer):
    id: str
    recipient_id: str
    vendor: str
    style: str
    name: str
    entered_at: datetime
    held_until: datetime | None
    failure: Annotated[str | None, Field(description="what went wrong last: the errcode")]
    failed_at: datetime | None
