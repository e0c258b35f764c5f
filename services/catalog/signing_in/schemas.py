"""Answers of the identity provider."""

from typing import Annotated, Literal

from pydantic import Field

from shared.http.inputs import Answer
from shared.kernel.access import Actor


class TokensAnswer(Answer):
    """RFC 6749, 5.1."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the kind of token, not one
    expires_in: Annotated[int, Field(description="seconds")]
    refresh_token: Annotated[
        str | None, Field(description="absent for the console, which gets a cookie instead")
    ] = None
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
