"""Bodies and answers about accounts."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from services.catalog.accounts.domain.account import AccountState
from shared.http.inputs import PERSONAL, Answer, Body, Code, TownshipCode
from shared.kernel.access import Role

DisplayName = Annotated[
    SecretStr,
    Field(
        min_length=1,
        max_length=80,
        json_schema_extra=PERSONAL,
        description="what colleagues call the owner; null: the login name",
    ),
]


class NameBody(Body):
    name: DisplayName | None

    def in_clear(self) -> str | None:
        """For the use case, which seals it."""
        return self.name.get_secret_value() if self.name is not None else None


class AccountBody(Body):
    login: Annotated[str, Field(min_length=2, max_length=80)]
    name: DisplayName | None = None
    roles: Annotated[list[Role], Field(min_length=1, max_length=8)]
    township_code: TownshipCode | None = None
    team_code: Code | None = None
    volunteer_no: Annotated[str | None, Field(max_length=20)] = None

    def name_in_clear(self) -> str | None:
        """For the use case, which seals it."""
        return self.name.get_secret_value() if self.name is not None else None


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
    """A coordinator whom others may hand tasks to. ``name`` is what colleagues call the owner, else the login name,
    which also tells apart two of one name."""

    id: str
    name: str
    login: str


class AccountView(AccountAnswer):
    """An account with what whoever asks may do with it."""

    name: Annotated[str | None, Field(description="what colleagues call its owner")]
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
