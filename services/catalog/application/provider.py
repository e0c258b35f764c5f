"""What the use cases of signing in need of the identity provider: who signs, for whom, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from shared.identity.links import Links
from shared.kernel.errors import NotFound

ACCESS_TOKEN, ID_TOKEN = "at+jwt", "JWT"
"""What the header of a token says as its ``typ`` (RFC 9068, 2.1)."""


class Signer(Protocol):
    def sign(self, claims: Mapping[str, Any], *, kind: str) -> str:
        """A JWT whose header says ``kind`` as its ``typ``."""

    def read(self, token: str, *, kind: str) -> Mapping[str, Any] | None:
        """What a token of this ``kind`` says that one of the keys signed; None: none did, or the key has ended."""


class PasswordHashes(Protocol):
    async def hash(self, password: str) -> str:
        """:raises SignInBusy: too many are being checked."""

    async def matches(self, password: str, stored: str | None) -> bool:
        """:raises SignInBusy: too many are being checked."""


@dataclass(frozen=True, slots=True)
class Provider:
    """``devices`` signs the cookies that known devices keep. A sign-in ends when it was not renewed for ``idle``, and
    at the latest after ``longest``."""

    issuer: str
    audience: str
    signer: Signer
    passwords: PasswordHashes
    web_redirect_uri: str
    devices: Links
    idle: timedelta
    longest: timedelta


def require_own_provider(provider: Provider | None) -> Provider:
    """:raises NotFound: accounts are kept by the city's own provider, not here."""
    if provider is None:
        raise NotFound("provider", "-")
    return provider
