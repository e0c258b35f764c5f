"""Bodies and answers about the gateway for text messages."""

from typing import Annotated, Any

from pydantic import Field, SecretStr, StringConstraints

from services.notify.preferences.schemas import Hour
from services.notify.sms.domain.gateway import BodyKind, Method
from services.notify.sms.queries import GatewayView
from shared.http.inputs import PERSONAL, Answer, Body, Typed
from shared.http.links import Link

HeaderName = Annotated[
    str, StringConstraints(max_length=60, pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"), Typed
]
HeaderValue = Annotated[str, StringConstraints(max_length=500, pattern=r"^[\x20-\x7e]*$")]
Template = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"),
    Field(description="{phone}, {text}, {secret} and {id} stand for the facts of a message"),
]
FieldName = Annotated[str, StringConstraints(max_length=80, pattern=r"^[A-Za-z0-9_.-]*$"), Typed]
FieldValue = Annotated[str, StringConstraints(max_length=80, pattern=r"^[\x20-\x7e]*$"), Typed]
Signature = Annotated[
    str,
    StringConstraints(max_length=20, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Field(description="what every message begins with: 【点菜】"),
]


class HeaderBody(Body):
    name: HeaderName
    value: HeaderValue


class GatewayBody(Body):
    is_active: bool
    method: Method = "POST"
    url: Link
    headers: Annotated[tuple[HeaderBody, ...], Field(max_length=20)] = ()
    body_kind: BodyKind = "json"
    body: Template = ""
    ok_field: Annotated[FieldName, Field(description="field of a JSON answer: data.code")] = ""
    ok_value: Annotated[FieldValue, Field(description="what it says when all is well")] = ""
    signature: Signature = ""
    most_segments: Annotated[int, Field(ge=1, le=10, description="of one message")] = 3
    daily_segments: Annotated[int, Field(ge=0, le=1_000_000, description="of one day")] = 1000
    quiet_from: Hour | None = None
    quiet_until: Hour | None = None
    secret: Annotated[
        SecretStr | None,
        Field(max_length=500, description="left out: stays", json_schema_extra=PERSONAL),
    ] = None

    @property
    def keeps_secret(self) -> bool:
        return "secret" not in self.model_fields_set

    def in_clear(self) -> str | None:
        return self.secret.get_secret_value() if self.secret else None

    def described(self) -> dict[str, Any]:
        """What the gateway wants, without its secret."""
        headers = [header.model_dump() for header in self.headers]
        return self.model_dump(exclude={"secret"}) | {"headers": headers}


class HeaderAnswer(Answer):
    name: str
    value: str


class GatewayAnswer(Answer):
    is_active: bool
    method: str
    url: str
    headers: list[HeaderAnswer]
    body_kind: str
    body: str
    ok_field: str
    ok_value: str
    signature: str
    most_segments: int
    daily_segments: int
    quiet_from: str | None
    quiet_until: str | None
    has_secret: bool
    used_today: Annotated[int, Field(description="segments, by China's day")]

    @classmethod
    def of(cls, view: GatewayView) -> "GatewayAnswer":
        names = cls.model_fields.keys() - {"has_secret", "used_today", "headers"}
        return cls(
            **{name: getattr(view.gateway, name) for name in names},
            headers=[HeaderAnswer(**each) for each in view.gateway.headers],
            has_secret=view.has_secret,
            used_today=view.used_today,
        )
