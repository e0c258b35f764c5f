"""The fan-out inside one process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class MemoryCache:
    """See :class:`shared.cache.port.Cache`."""

    def __init__(self) -> None:
        self._watchers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    def signal(self, topic: str) -> None:
        for watcher in self._watchers.get(topic, ()):
            watcher.set()

    @asynccontextmanager
    async def watching(self, topic: str) -> AsyncIterator[AsyncIterator[None]]:
        watcher = asyncio.Event()
        self._watchers[topic].add(watcher)
        try:
            yield _bursts(watcher)
        finally:
            self._watchers[topic].discard(watcher)
            if not self._watchers[topic]:
                del self._watchers[topic]


async def _bursts(watcher: asyncio.Event) -> AsyncIterator[None]:
    while True:
        await watcher.wait()
        watcher.clear()
        yield
