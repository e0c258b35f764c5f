"""Bodies and answers about allowed networks."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.http.inputs import Answer, Body, Name, Typed

NetworkText = Annotated[
    str,
    StringConstraints(max_length=50, pattern=r"^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$"),
    Typed,
    Field(description="an address or a network: 10.1.2.0/24"),
]


class NetworkBody(Body):
    network: NetworkText
    in_clear: Annotated[bool, Field(description="gateways there may also be reached by http")] = (
        False
    )
    note: Annotated[Name, Field(description="what is there")]


class NetworkAnswer(Answer):
    id: str
    network: str
    in_clear: bool
    note: str
    entered_at: datetime
