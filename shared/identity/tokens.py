"""Checks access tokens: JWTs (RFC 7519, RFC 9068) of the configured OpenID Connect provider, and of
no other.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import extract_compact

from shared.identity.jwks import ALGORITHMS, PublishedKey
from shared.identity.keys import KeySource
from shared.kernel.access import Actor, Role
from shared.kernel.clock import Clock
from shared.kernel.errors import Unauthenticated

LONGEST_TOKEN = 8192
LONGEST_TEXT = 120
"""Of a subject or a scope; the columns that keep them are as wide."""

LATEST_MOMENT = 253_402_214_400
"""The last day of the year 9999, in seconds since 1970: beyond it no calendar goes."""

REMEMBERED = 2_000
"""Tokens whose signature was found good; an account uses one for minutes."""

_UNREADABLE = (JoseError, ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What reading a token raises, whose every part is chosen by whoever sent it."""

_ID_TOKEN_CLAIMS = ("nonce", "at_hash", "c_hash", "s_hash")
"""What only an id token says (OpenID Connect Core 1.0, 2 and 3.3.2.11)."""


class TokenVerifier:
    """Verifies the tokens of any provider in the same way.

    ``issuer`` and ``audience`` must be in the token word for word. ``skew_seconds`` is how far
    clocks may differ. ``roles_claim`` is the claim with the roles: a claim of exactly that name (it
    may be a URL), or a path whose dots lead into objects (``realm_access.roles``). ``token_type``
    is what the header's ``typ`` must be: ``at+jwt`` (RFC 9068), or ``jwt`` for a provider whose
    access tokens have ``JWT`` or nothing. With ``jwt``, a token that looks like an id token is
    refused by its claims.
    """

    def __init__(
        self,
        keys: KeySource,
        clock: Clock,
        *,
        issuer: str,
        audience: str,
        skew_seconds: int,
        roles_claim: str,
        token_type: str = "at+jwt",  # noqa: S107 - the kind of token, not one
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._issuer = issuer
        self._audience = audience
        self._skew = skew_seconds
        self._roles_claim = roles_claim
        self._token_type = token_type
        self._good: OrderedDict[str, tuple[Mapping[str, Any], PublishedKey, dict[str, Any]]] = (
            OrderedDict()
        )

    async def verify(self, token: str, *, address: str = "") -> tuple[Actor, Mapping[str, Any]]:
        """Returns the actor of a token, and its claims (``exp``, ``iat`` in seconds since 1970).

        :raises Unauthenticated: a check failed; names it.
        :raises KeysUnavailable: the provider's keys are unavailable.
        """
        claims = await self._claims(token)
        self._check(claims)
        return _actor(claims, self._roles_claim, address), claims

    async def _claims(self, token: str) -> dict[str, Any]:
        if not self._issuer or len(token) > LONGEST_TOKEN:
            raise Unauthenticated("malformed")
        now = self._clock().timestamp()
        remembered = self._good.get(token)
        if remembered is not None:
            header, signed_by, claims = remembered
            if signed_by in await self._keys.find(
                header.get("kid"), header["alg"], now
            ):  # it is still published
                return claims
        header = self._header(token)
        keys = await self._keys.find(header.get("kid"), header["alg"], now)
        if not keys:
            raise Unauthenticated("key")
        signed_by, claims = _first_good(token, header["alg"], keys)
        if self._token_type != "at+jwt" and _is_id_token(claims):  # noqa: S105 - the kind of token, not one
            raise Unauthenticated("type")
        self._good[token] = header, signed_by, claims
        if len(self._good) > REMEMBERED:
            self._good.popitem(last=False)
        return claims

    def _header(self, token: str) -> Mapping[str, Any]:
        try:
            header: object = extract_compact(token.encode("ascii")).headers()
        except _UNREADABLE as error:
            raise Unauthenticated("malformed") from error
        if not isinstance(header, Mapping):
            raise Unauthenticated("malformed")
        if header.get("alg") not in ALGORITHMS:
            raise Unauthenticated("algorithm")
        if not isinstance(header.get("kid"), (str, type(None))):
            raise Unauthenticated("key")
        if not self._is_access_token(header.get("typ")):
            raise Unauthenticated("type")
        return header

    def _is_access_token(self, kind: object) -> bool:
        """Checks the header's ``typ``, which may begin with ``application/`` (RFC 7515, 4.1.9)."""
        if kind is None:
            return self._token_type == "jwt"  # noqa: S105 - the kind of token, not one
        said = kind.lower().removeprefix("application/") if isinstance(kind, str) else ""
        return said in {"at+jwt", self._token_type}

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
        if text_claim(claims, "sub") is None:
            raise Unauthenticated("subject")


def text_claim(claims: Mapping[str, Any], name: str) -> str | None:
    """Returns a claim that is a text which can be stored and compared; None when it is anything
    else.
    """
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or not value.isprintable():
        return None
    return value


def _first_good(
    token: str, algorithm: str, keys: Iterable[PublishedKey]
) -> tuple[PublishedKey, dict[str, Any]]:
    for key in keys:
        try:
            claims: object = jwt.decode(token, key.key, algorithms=[algorithm]).claims
        except _UNREADABLE:
            continue
        if isinstance(claims, dict):
            return key, claims
    raise Unauthenticated("signature")


def _is_id_token(claims: Mapping[str, Any]) -> bool:
    """Returns whether a token without a ``typ`` of its own is an id token.

    It has claims that only an id token has, or its provider says so (``token_use`` of Amazon
    Cognito; ``typ`` of Keycloak, whose access tokens may have a nonce).
    """
    if claims.get("typ") == "Bearer":
        return False
    if "typ" in claims or claims.get("token_use", "access") != "access":
        return True
    return any(name in claims for name in _ID_TOKEN_CLAIMS)


def _is_moment(value: Any) -> bool:
    """Returns whether a value is a NumericDate (RFC 7519, 2), no later than the year 9999."""
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and 0 <= value < LATEST_MOMENT
    )


def _claim_at(claims: Mapping[str, Any], path: str) -> Any:
    """Returns the claim of exactly this name, or else what a path with dots leads to, or None.

    The longest name is tried first, for a name may contain dots
    (``https://id.example.org/access.roles``).
    """
    if path in claims:
        return claims[path]
    end = path.rfind(".")
    while end >= 0:
        inner = claims.get(path[:end])
        if isinstance(inner, Mapping):
            found = _claim_at(inner, path[end + 1 :])
            if found is not None:
                return found
        end = path.rfind(".", 0, end)
    return None


def _actor(claims: Mapping[str, Any], roles_claim: str, address: str) -> Actor:
    found = _claim_at(claims, roles_claim)
    said = {name for name in found if isinstance(name, str)} if isinstance(found, list) else set()
    return Actor(
        subject=claims["sub"],
        roles=frozenset(role for role in Role if role in said),
        township_code=text_claim(claims, "township_code"),
        team_code=text_claim(claims, "team_code"),
        volunteer_no=text_claim(claims, "volunteer_no"),
        address=address,
    )
