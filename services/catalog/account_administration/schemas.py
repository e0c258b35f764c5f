"""Bodies and answers about accounts."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.accounts.domain.account import AccountState
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
    state: AccountState
    made_at: datetime


class ColleagueAnswer(Answer):
    """A coordinator whom others may hand tasks to; ``login`` is the name that the account goes by."""

    id: str
    login: str


class AccountView(AccountAnswer):
    """An account with what whoever asks may do with it."""

    acts: list[Literal["disable", "enable", "reset", "erase", "sign_out"]]
    out_of_reach: Annotated[
        list[Role], Field(description="its roles that are not the asker's to grant or look after")
    ]
    is_own: bool


class AccountSearch(Body):
    """What to look for. It is no query, because a login name may be a phone number."""

    login: Annotated[
        str | None, Field(min_length=1, max_length=80, description="part of a login name")
    ] = None
    role: Role | None = None
    state: AccountState | None = None
    township_code: TownshipCode | None = None
    team_code: Code | None = None
    after: Annotated[str | None, Field(max_length=40, description="id to begin behind")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class RoleAnswer(Answer):
    """A role, whether the asker may grant it, and what an account needs that has it."""

    role: Role
    grantable: bool
    granted_by: Annotated[
        list[list[Role]], Field(description="who holds all roles of one of these may grant it")
    ]
    scope: Literal["township_code", "team_code", "volunteer_no"] | None
    needs_second_factor: bool


class InvitedAnswer(Answer):
    """Said once. The link is for the account's owner: it leads to a page on which to choose a password, once."""

    id: str
    invitation: Annotated[
        str, Field(description="the link to hand over, in person or by a channel that is safe")
    ]
    expires_at: datetime
