"""The identity provider as it was set up: who signs tokens, for whom, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from services.catalog.accounts.use_cases.failed_attempts import PasswordHashes
from shared.identity.links import Links
from shared.kernel.errors import NotFound

ACCESS_TOKEN, ID_TOKEN = "at+jwt", "JWT"
"""What the header of a token says as its ``typ`` (RFC 9068, 2.1)."""


class Signer(Protocol):
    def sign(self, claims: Mapping[str, Any], *, kind: str) -> str:
        """Returns a JWT with ``kind`` as the ``typ`` of its header."""

    def read(self, token: str, *, kind: str) -> Mapping[str, Any] | None:
        """Returns the claims of a token of this ``kind``; None when no key that has not ended signed it."""


@dataclass(frozen=True, slots=True)
class Provider:
    """The settings and parts of the provider.

    ``devices`` signs the cookies that known devices keep. A sign-in ends when it was not renewed for
    ``idle``, and at the latest after ``longest``. ``demonstration`` names the accounts that a
    demonstration signs in to without a password, by their role; everywhere else there are none.
    ``also_at`` are further origins, such as ``http://127.0.0.1:8000``, at which browsers reach the
    console besides that of ``web_redirect_uri``. ``residents_page`` is what those see who need no
    account; empty where that is served elsewhere.
    """

    issuer: str
    audience: str
    signer: Signer
    passwords: PasswordHashes
    web_redirect_uri: str
    devices: Links
    idle: timedelta
    longest: timedelta
    demonstration: Mapping[str, str] = field(default_factory=dict)
    also_at: tuple[str, ...] = ()
    residents_page: str = ""

    @property
    def web_redirect_uris(self) -> list[str]:
        """Where answers for the console may be sent."""
        return [self.web_redirect_uri, *(f"{origin}/" for origin in self.also_at)]


def require_own_provider(provider: Provider | None) -> Provider:
    """Returns the provider.

    :raises NotFound: accounts are kept by the city's own provider, not here.
    """
    if provider is None:
        raise NotFound("provider", "-")
    return provider
