"""Signals and counters inside one process."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_COUNTS = 100_000


class MemoryCache:
    """See :class:`shared.cache.port.Cache`."""

    def __init__(self) -> None:
        self._counts: defaultdict[int, dict[str, int]] = defaultdict(dict)
        self._windows: dict[int, int] = {}
        """Both by the length of a window in seconds: the end of one does not end the counts of longer ones."""
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

    async def take(self, key: str, *, limit: int, seconds: int) -> int:
        window, rest = divmod(int(time.time()), seconds)
        counts = self._counts[seconds]
        if window != self._windows.get(seconds):
            counts.clear()
            self._windows[seconds] = window
        elif len(counts) >= MOST_COUNTS and key not in counts:
            return 0  # rather a limit that does not hold for a window than memory without end
        counts[key] = counts.get(key, 0) + 1
        return seconds - rest if counts[key] > limit else 0


async def _bursts(watcher: asyncio.Event) -> AsyncIterator[None]:
    while True:
        await watcher.wait()
        watcher.clear()
        yield
