"""Rate limits per account, per address and per township, counted where all processes see them."""

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
    """Counts requests by the minute and refuses those above the rates."""

    def __init__(self, cache: Cache, rates: Rates) -> None:
        self._cache = cache
        self._rates = rates

    async def admit_address(self, address: str) -> None:
        """Counts a request of any account from an address, before any work on its token.

        :raises TooMany: the address exceeded its rate.
        """
        await self._take(f"address:{limited_address(address)}", self._rates.address)

    async def admit_stranger(self, address: str) -> None:
        """Counts a request without an account.

        :raises TooMany: the address exceeded its rate.
        """
        await self._take(f"stranger:{limited_address(address)}", self._rates.stranger)

    async def admit_probe(self, address: str) -> None:
        """Counts a health check.

        Probes have the rate of an address and are counted apart, so that no traffic makes a healthy
        process look dead.

        :raises TooMany: the address exceeded its rate.
        """
        await self._take(f"probe:{limited_address(address)}", self._rates.address)

    async def admit_actor(self, actor: Actor, request: Request) -> None:
        """Counts a request of an account, and a write also for the account's township.

        :raises TooMany: the account exceeded its rate, or the township's accounts together exceeded
        theirs.
        """
        await self._take(f"account:{actor.subject}", self._rates.account)
        if actor.township_code and request.method not in SAFE_METHODS:
            await self._take(f"township:{actor.township_code}", self._rates.township_writes)

    async def _take(self, key: str, limit: int) -> None:
        wait = await self._cache.take(key, limit=limit, seconds=WINDOW_SECONDS)
        if wait:
            raise TooMany(retry_after=wait)
