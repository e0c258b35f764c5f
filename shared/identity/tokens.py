"""Checks access tokens: JWTs (RFC 7519, RFC 9068) of the configured OpenID Connect provider, and of no other."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import extract_compact

from shared.identity.keys import KeySource
from shared.kernel.access import Actor, Role
from shared.kernel.clock import Clock
from shared.kernel.errors import Unauthenticated

ALGORITHMS = ("ES256", "ES384", "RS256", "PS256", "Ed25519", "EdDSA")
"""Asymmetric ones only: no ``none``, and no HMAC that a public key could be passed off as."""

LONGEST_TOKEN = 8192

REMEMBERED = 2_000
"""Tokens whose signature was found good; an account uses one for minutes."""


class TokenVerifier:
    """One verifying path for every provider.

    ``issuer`` and ``audience`` must stand in the token word for word; ``skew_seconds`` is how far clocks
    may differ; ``roles_claim`` is where roles stand, dots lead into objects (``realm_access.roles``).
    """

    def __init__(
        self, keys: KeySource, clock: Clock, *, issuer: str, audience: str, skew_seconds: int, roles_claim: str
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._issuer = issuer
        self._audience = audience
        self._skew = skew_seconds
        self._roles_claim = roles_claim
        self._good: OrderedDict[str, tuple[str, Key, dict[str, Any]]] = OrderedDict()

    async def verify(self, token: str, *, address: str = "") -> tuple[Actor, Mapping[str, Any]]:
        """Who the token speaks of, and all it says (``exp``, ``iat`` in seconds since 1970).

        :raises Unauthenticated: a check failed; names it.
        :raises KeysUnavailable: the provider's keys can't be had now.
        """
        claims = await self._claims(token)
        self._check(claims)
        return replace(_actor(claims, self._roles_claim), address=address), claims

    async def _claims(self, token: str) -> dict[str, Any]:
        if not self._issuer or len(token) > LONGEST_TOKEN:
            raise Unauthenticated("malformed")
        kid, key, claims = self._good.get(token, ("", None, {}))
        if key is not None and await self._keys.find(kid) is key:  # the key is still published
            return claims
        kid, key = await self._key_of(token)
        try:
            claims = dict(jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims)
        except (JoseError, ValueError, TypeError) as error:
            raise Unauthenticated("signature") from error
        self._good[token] = kid, key, claims
        if len(self._good) > REMEMBERED:
            self._good.popitem(last=False)
        return claims

    async def _key_of(self, token: str) -> tuple[str, Key]:
        try:
            header = extract_compact(token.encode("ascii")).headers()
        except (JoseError, ValueError) as error:
            raise Unauthenticated("malformed") from error
        if header.get("alg") not in ALGORITHMS:
            raise Unauthenticated("algorithm")
        kid = header.get("kid")
        key = await self._keys.find(kid) if isinstance(kid, str) else None
        if not isinstance(kid, str) or key is None:
            raise Unauthenticated("key")
        return kid, key

    def _check(self, claims: Mapping[str, Any]) -> None:
        now = self._clock().timestamp()
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self._issuer:
            raise Unauthenticated("issuer")
        if self._audience not in audiences:
            raise Unauthenticated("audience")
        for name in ("exp", "iat"):
            if not _is_moment(claims.get(name)):
                raise Unauthenticated(name)
        if claims["exp"] <= now - self._skew:
            raise Unauthenticated("expired")
        not_before = claims.get("nbf", claims["iat"])
        if not _is_moment(not_before) or max(not_before, claims["iat"]) > now + self._skew:
            raise Unauthenticated("not_yet_valid")
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise Unauthenticated("subject")


def _is_moment(value: Any) -> bool:
    """A NumericDate (RFC 7519, 2), no later than the year 9999."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 253_402_300_800


def _actor(claims: Mapping[str, Any], roles_claim: str) -> Actor:
    found: Any = claims
    for step in roles_claim.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    known = {role.value for role in Role}
    roles = frozenset(Role(name) for name in found if name in known) if isinstance(found, list) else frozenset()

    def text(name: str) -> str | None:
        value = claims.get(name)
        return value if isinstance(value, str) else None

    return Actor(
        subject=claims["sub"],
        roles=roles,
        township_code=text("township_code"),
        team_code=text("team_code"),
        volunteer_no=text("volunteer_no"),
    )
