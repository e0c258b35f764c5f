"""Who knocks: from the bearer token of a request to the actor on whose behalf it is served."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from fastapi import Request

from shared.db.engine import store_is_away
from shared.db.unit_of_work import UnitOfWork
from shared.http.limits import Limiter
from shared.identity.revocation import Revocations
from shared.identity.tokens import TokenVerifier, text_claim
from shared.kernel.access import ANONYMOUS, Actor
from shared.kernel.clock import Clock
from shared.kernel.errors import Unauthenticated

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class AdmittedToken:
    """A token that was let in; what stays open asks now and then whether it still ``holds``."""

    actor: Actor
    sid: str | None
    issued_at: datetime
    ends_at: datetime
    _gate: "Gate"

    async def holds(self) -> bool:
        return await self._gate.holds(self)


class Gate:
    """Checks tokens for one service."""

    def __init__(
        self,
        verifier: TokenVerifier,
        revocations: Revocations,
        limiter: Limiter,
        clock: Clock,
        trusted: Sequence[Network] = (),
    ) -> None:
        self._limiter = limiter
        self._trusted = trusted
        self._verifier = verifier
        self._revocations = revocations
        self._clock = clock

    async def acting(self, request: Request, unit: UnitOfWork) -> UnitOfWork:
        """Counts the request, and gives ``unit`` on behalf of whoever sent it. A public door asks for no token, so
        no wrong one closes it.

        :raises Unauthenticated: the operation needs an account, and there is no valid token.
        :raises TooMany: see shared.http.limits.
        """
        said: dict[str, Any] = getattr(request.scope.get("route"), "openapi_extra", None) or {}
        address = client_address(request, self._trusted)
        if not said.get("security"):
            await self._limiter.admit_stranger(address)
            return unit.acting(replace(ANONYMOUS, address=address))
        await self._limiter.admit_address(address)
        try:
            token = await self.admit(request.headers.get("authorization"), address)
        except Unauthenticated:
            await self._limiter.admit_stranger(address)
            raise
        await self._limiter.admit_actor(token.actor, request)
        request.state.token = token
        return unit.acting(token.actor)

    async def admit(self, authorization: str | None, address: str) -> AdmittedToken:
        """:raises Unauthenticated: there is no token (RFC 6750), or it does not hold."""
        if authorization is None:
            raise Unauthenticated()
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("malformed")
        actor, claims = await self._verifier.verify(token.strip(), address=address)
        issued_at, ends_at = (datetime.fromtimestamp(claims[name], UTC) for name in ("iat", "exp"))
        admitted = AdmittedToken(actor, text_claim(claims, "sid"), issued_at, ends_at, self)
        if await self._revocations.is_void(actor.subject, admitted.sid, issued_at):
            raise Unauthenticated("revoked")
        return admitted

    async def holds(self, token: AdmittedToken) -> bool:
        """Whether a token that was let in would be still. While the store is away, nothing is held against it."""
        if self._clock() >= token.ends_at:
            return False
        try:
            return not await self._revocations.is_void(token.actor.subject, token.sid, token.issued_at)
        except Exception as error:
            if not store_is_away(error):
                raise
            return True


def networks_of(text: str) -> list[Network]:
    """Networks from "a,b". :raises ValueError: one is none."""
    return [ip_network(part.strip()) for part in text.split(",") if part.strip()]


def client_address(request: Request, trusted: Sequence[Network]) -> str:
    """Where a request comes from. What a proxy says of that is believed only of those that are trusted, from the
    last one back: whoever sends the header himself is not taken at his word."""
    address = request.client.host if request.client else ""
    said = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    while said and _is_in(address, trusted):
        address = said.pop()
    return address[:60]


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)
