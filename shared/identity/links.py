"""Links for people without an account, such as residents who scan a code: signed, for one purpose,
and they expire.

A link is a JWT (RFC 7519, HS256): ``sub`` is the object, ``aud`` the purpose, ``exp`` its end. Its
key is derived (HKDF-SHA256, RFC 5869) from the service's vault key of the same id, so that it can
neither seal nor open anything, and a key that is taken out of the file ends its links. As an access
token it is worth nothing: those are signed by the provider, with algorithms of another kind.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jws import extract_compact

from shared.db.vault import Ring, Vault
from shared.kernel.clock import Clock
from shared.kernel.errors import DomainError

ALGORITHM = "HS256"
LONGEST_LINK = 500


class LinkInvalid(DomainError):
    """The link was not made by this service, or for another purpose."""

    status = 404

    def __init__(self) -> None:
        super().__init__("link.not_found", field="link")


class LinkExpired(DomainError):
    """The link was valid, and has expired."""

    status = 410

    def __init__(self, ended_at: datetime) -> None:
        super().__init__("link.expired", field="link", ended_at=ended_at)


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    expires_at: datetime


class Links:
    """Makes and opens the links of one service."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def make(self, purpose: str, subject: str, expires_at: datetime) -> Link:
        """Makes a link.

        :raises VaultError: there is no key.
        """
        ring = self._vault.ring()
        end = int(expires_at.timestamp())
        claims = {"sub": subject, "aud": purpose, "exp": end}
        header = {"alg": ALGORITHM, "kid": ring.current}
        text = jwt.encode(header, claims, _key(ring, ring.current), algorithms=[ALGORITHM])
        return Link(text, datetime.fromtimestamp(end, UTC))

    def open(self, purpose: str, text: str) -> str:
        """Returns the subject of a link.

        :raises LinkInvalid: :raises LinkExpired: :raises VaultError: there is no key.
        """
        ring = self._vault.ring()
        try:
            kid = extract_compact(text[: LONGEST_LINK + 1].encode("ascii")).headers().get("kid")
            if not isinstance(kid, str) or kid not in ring.keys or len(text) > LONGEST_LINK:
                raise LinkInvalid
            claims: dict[str, Any] = jwt.decode(
                text, _key(ring, kid), algorithms=[ALGORITHM]
            ).claims
        except (JoseError, ValueError, TypeError) as error:
            raise LinkInvalid from error
        if claims.get("aud") != purpose:
            raise LinkInvalid
        ends_at = datetime.fromtimestamp(claims["exp"], UTC)
        if self._clock() >= ends_at:
            raise LinkExpired(ends_at)
        return str(claims["sub"])


def _key(ring: Ring, key_id: str) -> OctKey:
    derived = HKDF(SHA256(), 32, salt=None, info=b"diancai link").derive(ring.keys[key_id])
    return OctKey.import_key(derived)
