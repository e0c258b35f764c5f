"""Authentication: from the bearer token of a request to the actor on whose behalf it is served."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from shared.db.engine import store_is_away
from shared.http.forwarding import ForwardingHeader, Network, client_address
from shared.http.limits import Limiter
from shared.http.openapi import ACTION, PROBE
from shared.identity.revocation import Revocations
from shared.identity.tokens import TokenVerifier, text_claim
from shared.kernel.access import ANONYMOUS, Actor
from shared.kernel.clock import Clock
from shared.kernel.errors import Unauthenticated
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AdmittedToken:
    """A token that was accepted. Long-lived responses check from time to time whether it still
    ``holds``.
    """

    actor: Actor
    sid: str | None
    issued_at: datetime
    ends_at: datetime
    _authenticator: "Authenticator"

    async def holds(self) -> bool:
        """Returns whether the token would still be accepted."""
        return await self._authenticator.holds(self)


class Authenticator:
    """Checks the tokens of requests to one service."""

    def __init__(
        self,
        verifier: TokenVerifier,
        revocations: Revocations,
        limiter: Limiter,
        clock: Clock,
        trusted: Sequence[Network] = (),
        header: ForwardingHeader = "x-forwarded-for",
    ) -> None:
        """``trusted`` are the gateways whose ``header`` says where a request comes from."""
        self._limiter = limiter
        self._trusted = trusted
        self._header = header
        self._verifier = verifier
        self._revocations = revocations
        self._clock = clock

    async def count_request(self, request: Request) -> None:
        """Records the client's address and counts the request against its limit. Every operation
        begins with this.

        :raises TooMany: see :mod:`shared.http.limits`.
        """
        address = request.state.address = client_address(request, self._trusted, self._header)
        said = _said_of(request)
        if said.get(ACTION) == PROBE:
            await self._limiter.admit_probe(address)
        elif said.get("security"):
            await self._limiter.admit_address(address)
        else:
            await self._limiter.admit_stranger(address)

    async def acting(self, request: Request, unit: UnitOfWork) -> UnitOfWork:
        """Returns ``unit`` on behalf of the sender of a request.

        A public operation needs no token, so an invalid one is ignored there.

        :raises Unauthenticated: the operation needs an account, and there is no valid token.
        :raises TooMany: see :mod:`shared.http.limits`.
        """
        address: str = request.state.address
        if not _said_of(request).get("security"):
            return unit.acting(replace(ANONYMOUS, address=address))
        try:
            token = await self.admit(request.headers.get("authorization"), address)
        except Unauthenticated:
            await self._limiter.admit_stranger(address)
            raise
        await self._limiter.admit_actor(token.actor, request)
        request.state.token = token
        return unit.acting(token.actor)

    async def admit(self, authorization: str | None, address: str) -> AdmittedToken:
        """Checks an ``Authorization`` header.

        :raises Unauthenticated: there is no token (RFC 6750), or it is not valid.
        """
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
        """Returns whether an accepted token would still be accepted. While the store is
        unavailable, it would.
        """
        if self._clock() >= token.ends_at:
            return False
        try:
            return not await self._revocations.is_void(
                token.actor.subject, token.sid, token.issued_at
            )
        except Exception as error:
            if not store_is_away(error):
                raise
            return True


def _said_of(request: Request) -> dict[str, Any]:
    """Returns what :mod:`shared.http.openapi` declared about the operation."""
    return getattr(request.scope.get("route"), "openapi_extra", None) or {}
