"""Rate limits: per account, per address, per township; counted where all processes see it."""

from dataclasses import dataclass

from starlette.requests import Request

from shared.cache.port import Cache
from shared.http.forwarding import limited_address
from shared.kernel.access import Actor
from shared.kernel.errors import TooMany

WINDOW_SECONDS = 60
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests a minute; beyond them it is 429 until the minute is over."""

    account: int
    address: int
    township_writes: int
    stranger: int
    """Per address, without an account: to public operations, or with tokens that are not valid."""


class Limiter:
    def __init__(self, cache: Cache, rates: Rates) -> None:
        self._cache = cache
        self._rates = rates

    async def admit_address(self, address: str) -> None:
        """Ahead of any work on a token. :raises TooMany: from this address, whoever it is."""
        await self._take(f"address:{limited_address(address)}", self._rates.address)

    async def admit_stranger(self, address: str) -> None:
        """:raises TooMany: without an account, from this address."""
        await self._take(f"stranger:{limited_address(address)}", self._rates.stranger)

    async def admit_probe(self, address: str) -> None:
        """For health checks: as many as accounts may ask from one address, and counted apart, so that no traffic
        makes a healthy process look dead. :raises TooMany: from this address."""
        await self._take(f"probe:{limited_address(address)}", self._rates.address)

    async def admit_actor(self, actor: Actor, request: Request) -> None:
        """:raises TooMany: this account; or for writes, all accounts of its township together."""
        await self._take(f"account:{actor.subject}", self._rates.account)
        if actor.township_code and request.method not in SAFE_METHODS:
            await self._take(f"township:{actor.township_code}", self._rates.township_writes)

    async def _take(self, key: str, limit: int) -> None:
        wait = await self._cache.take(key, limit=limit, seconds=WINDOW_SECONDS)
        if wait:
            raise TooMany(retry_after=wait)
