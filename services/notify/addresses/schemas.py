"""Bodies and answers about addresses. They are taken in clear, and shown masked."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from services.notify.addresses.domain import AddressChannel
from shared.http.inputs import PERSONAL, Answer, Body, Typed


class ClaimBody(Body):
    channel: AddressChannel
    address: Annotated[
        SecretStr,
        Field(
            min_length=1,
            max_length=300,
            json_schema_extra=PERSONAL,
            description="an e-mail address, or a mobile number",
        ),
    ]


class CodeBody(Body):
    channel: AddressChannel
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$"), Typed]


class ChannelBody(Body):
    channel: AddressChannel


class AddressAnswer(Answer):
    channel: str
    address: Annotated[str, Field(description="masked: l****@e****.org, 138****8000")]
    state: Literal["confirmed", "unconfirmed"]
    expires_at: Annotated[datetime | None, Field(description="until when its code is awaited")]
