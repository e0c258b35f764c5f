"""HTTP bodies of catalog."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.domain.campaign import Theme
from shared.http.inputs import Answer, Body, Code, Day, Name, TownshipCode
from shared.kernel.access import Actor, Role


class EntryBody(Body):
    name: Name
    name_en: Name


class EntryAnswer(Answer):
    code: str
    name: str
    name_en: str


class TownshipBody(EntryBody):
    lat: Annotated[float, Field(ge=-90, le=90, description="degrees, WGS-84")]
    lon: Annotated[float, Field(ge=-180, le=180, description="degrees, WGS-84")]


class TownshipAnswer(EntryAnswer):
    lat: float
    lon: float


class TeamBody(EntryBody):
    agency_code: Code
    members: Annotated[int, Field(ge=1, le=10_000, description="volunteers it can send at once")]


class TeamAnswer(EntryAnswer):
    agency_code: str
    members: int
    state: Literal["active", "retired"]


class ItemBody(EntryBody):
    category_code: Code
    teams: Annotated[list[Code], Field(min_length=1, max_length=200, description="codes of the teams that offer it")]
    volunteers_needed: Annotated[int, Field(ge=1, le=100, description="the least for one booth")]
    minutes_per_resident: Annotated[int, Field(ge=1, le=240)]


class ItemAnswer(EntryAnswer):
    category_code: str
    teams: list[str]
    volunteers_needed: int
    minutes_per_resident: int


class ThemeBody(Body):
    """Plans prefer lines of these items from ``starts_on`` to ``ends_on``, both included; without one of them, from the
    campaign's first day, or to its last. Nothing is left out because it does not fit."""

    name: Name
    name_en: Name
    starts_on: Day | None = None
    ends_on: Day | None = None
    item_codes: Annotated[list[Code], Field(min_length=1, max_length=1000)]

    def as_theme(self) -> Theme:
        return Theme(
            name=self.name,
            name_en=self.name_en,
            starts_on=self.starts_on.isoformat() if self.starts_on else None,
            ends_on=self.ends_on.isoformat() if self.ends_on else None,
            item_codes=self.item_codes,
        )


class CampaignBody(EntryBody):
    starts_on: Day
    ends_on: Annotated[Day, Field(description="the last day, included")]
    themes: Annotated[tuple[ThemeBody, ...], Field(max_length=50)] = ()


class ThemeAnswer(Answer):
    name: str
    name_en: str
    starts_on: date | None
    ends_on: date | None
    item_codes: list[str]


class CampaignAnswer(EntryAnswer):
    """``code`` is what orders and plans give as ``campaign_id``."""

    starts_on: date
    ends_on: date
    themes: list[ThemeAnswer]
    state: Literal["open", "closed"]
    revision: int


class EditionBody(Body):
    title: Name
    effective_on: Day
    retires_on: Day
    item_codes: Annotated[list[Code], Field(min_length=1, max_length=1000)]


class MenuItemAnswer(Answer):
    item_code: str
    name: str
    name_en: str
    category_code: str
    volunteers_needed: int


class EditionAnswer(Answer):
    code: str
    title: str
    effective_on: date
    retires_on: date
    state: Literal["draft", "published", "withdrawing", "withdrawn"]
    orders_against_withdrawal: int | None
    item_codes: list[str]
    menu: list[MenuItemAnswer]


class TokensAnswer(Answer):
    """RFC 6749, 5.1."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the kind of token, not one
    expires_in: Annotated[int, Field(description="seconds")]
    refresh_token: str
    scope: str
    id_token: Annotated[str | None, Field(description="when the scope openid was asked for")] = None


class UserAnswer(Answer):
    """An account by its pseudonymous id. The login name stays here, for it may be a phone number."""

    sub: str
    roles: list[str]
    township_code: str | None = None
    team_code: str | None = None
    volunteer_no: str | None = None

    @classmethod
    def of(cls, actor: Actor) -> "UserAnswer":
        return cls(
            sub=actor.subject,
            roles=sorted(actor.roles),
            township_code=actor.township_code,
            team_code=actor.team_code,
            volunteer_no=actor.volunteer_no,
        )


class TokenRefusalAnswer(Answer):
    """RFC 6749, 5.2."""

    error: str
    error_description: str


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
    invitation: Annotated[str, Field(description="the link to hand over, in person or by a channel that is safe")]
    expires_at: datetime


class PasswordBody(Body):
    old_password: Annotated[str, Field(max_length=200)]
    new_password: Annotated[str, Field(max_length=200)]
    code: Annotated[str, Field(max_length=12, description="the one-time code, where the account has one")] = ""
