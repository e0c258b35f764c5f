"""Who knocks: from the bearer token of a request to the actor on whose behalf it is served."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from shared.db.unit_of_work import UnitOfWork
from shared.identity.revocation import Revocations
from shared.identity.tokens import TokenVerifier
from shared.kernel.access import ANONYMOUS, Actor
from shared.kernel.errors import Unauthenticated


class Gate:
    """Checks tokens for one service."""

    def __init__(self, verifier: TokenVerifier, revocations: Revocations) -> None:
        self._verifier = verifier
        self._revocations = revocations

    async def admit(self, authorization: str | None, address: str) -> tuple[Actor, float]:
        """The actor (ANONYMOUS without a token), and when its token ends, in seconds since 1970.

        :raises Unauthenticated: there is a token, and it does not hold.
        """
        if authorization is None:
            return replace(ANONYMOUS, address=address), 0.0
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("malformed")
        actor, claims = await self._verifier.verify(token.strip(), address=address)
        if await self._revocations.is_void(actor.subject, datetime.fromtimestamp(claims["iat"], UTC)):
            raise Unauthenticated("revoked")
        return actor, float(claims["exp"])

    async def acting(self, request: Request, unit: UnitOfWork) -> UnitOfWork:
        """``unit`` on behalf of whoever sent ``request``. A public door asks for no token, so no wrong one closes it.

        :raises Unauthenticated: the operation needs an account, and there is no valid token.
        """
        said: dict[str, Any] = getattr(request.scope.get("route"), "openapi_extra", None) or {}
        address = request.client.host if request.client else ""
        if not said.get("security"):
            return unit.acting(replace(ANONYMOUS, address=address))
        actor, request.state.token_ends_at = await self.admit(request.headers.get("authorization"), address)
        if actor.is_anonymous:
            raise Unauthenticated()
        return unit.acting(actor)

    async def holds(self, actor: Actor, issued_at: datetime) -> bool:
        """Whether a token that was admitted earlier would still be; for streams that stay open."""
        return not await self._revocations.is_void(actor.subject, issued_at)
