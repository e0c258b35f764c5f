"""Bodies and answers about accounts."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.http.inputs import Answer, Body, Code, TownshipCode
from shared.kernel.access import Role


class AccountBody(Body):
    login: Annotated[str, Field(min_length=2, max_length=80)]
    roles: Annotated[list[Role], Field(min_length=1, max_length=8)]
    township_code: TownshipCode | None = None
    team_code: Code | None = None
    volunteer_no: Annotated[str | None, Field(max_length=20)] = None


class AccountAnswer(Answer):
    id: str
    login: str
    roles: list[str]
    township_code: str | None
    team_code: str | None
    volunteer_no: str | None
    state: Literal["invited", "active", "disabled"]
    made_at: datetime


class InvitedAnswer(Answer):
    """Said once. The link is for the account's owner: it leads to a page on which to choose a password, once."""

    id: str
    invitation: Annotated[
        str, Field(description="the link to hand over, in person or by a channel that is safe")
    ]
    expires_at: datetime


class PasswordBody(Body):
    old_password: Annotated[str, Field(max_length=200)]
    new_password: Annotated[str, Field(max_length=200)]
    code: Annotated[
        str, Field(max_length=12, description="the one-time code, where the account has one")
    ] = ""
