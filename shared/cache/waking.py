"""Waits for a signal, an end, or a time, for all that read the store when there may be something
new.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from shared.cache.port import Cache


class Waking:
    """What wakes a waiting reader; made by :func:`waking`."""

    def __init__(self, bursts: AsyncIterator[None], end: Callable[[], Awaitable[object]]) -> None:
        self._bursts = bursts
        self._ended = asyncio.ensure_future(end())
        self._woken: asyncio.Future[None] = asyncio.ensure_future(anext(bursts))

    @property
    def ended(self) -> bool:
        """Whether nothing more should be started."""
        return self._ended.done()

    async def wait(self, seconds: float, *others: "asyncio.Future[Any]") -> bool:
        """Returns at a signal, at the end, when one of ``others`` is done, or after ``seconds``;
        True at a signal.

        A signal that came since the last call counts.
        """
        waited: set[asyncio.Future[Any]] = {self._woken, self._ended, *others}
        await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not self._woken.done():
            return False
        self._woken = asyncio.ensure_future(anext(self._bursts))
        return True

    async def close(self) -> None:
        self._woken.cancel()
        self._ended.cancel()
        await asyncio.gather(self._woken, self._ended, return_exceptions=True)


@asynccontextmanager
async def waking(
    cache: Cache, topic: str, end: Callable[[], Awaitable[object]]
) -> AsyncIterator[Waking]:
    """Watches ``topic`` for the length of the block; ``end`` returns when it is time to stop."""
    async with cache.watching(topic) as bursts:
        watch = Waking(bursts, end)
        try:
            yield watch
        finally:
            await watch.close()
