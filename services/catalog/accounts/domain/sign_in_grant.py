"""What a client holds of a sign-in: an authorization code, then one refresh token after another."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(kw_only=True)
class SignInGrant:
    """An authorization code or a refresh token, by its hash.

    ``family`` joins all grants of one sign-in, and is the ``sid`` of its tokens; ``began_at`` is when the person
    signed in. ``scope`` and ``nonce`` are what the client asked for (OpenID Connect Core 1.0, 3.1.2.1).
    """

    hash: str
    kind: str
    family: str
    account_id: str
    client_id: str
    redirect_uri: str
    challenge: str
    scope: str
    nonce: str
    began_at: datetime
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
