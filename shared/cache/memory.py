"""Signals, counters and kept answers inside one process."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

MOST_COUNTS = 100_000
MOST_KEPT = 500
"""Answers; the oldest goes first."""


class MemoryCache:
    """See :class:`shared.cache.port.Cache`. Windows of counts are told by ``now``, in seconds since 1970."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._counts: defaultdict[int, dict[str, int]] = defaultdict(dict)
        self._windows: dict[int, int] = {}
        """Both by the length of a window in seconds: the end of one does not end the counts of longer ones."""
        self._kept: dict[str, tuple[float, str]] = {}
        """By key: until when, in monotonic seconds, and what."""
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
        window, rest = divmod(int(self._now()), seconds)
        counts = self._counts[seconds]
        if window != self._windows.get(seconds):
            counts.clear()
            self._windows[seconds] = window
        elif len(counts) >= MOST_COUNTS and key not in counts:
            return 0  # rather a limit that does not hold for a window than memory without end
        counts[key] = counts.get(key, 0) + 1
        return seconds - rest if counts[key] > limit else 0

    async def get(self, key: str) -> str | None:
        until, value = self._kept.get(key, (0.0, None))
        return value if time.monotonic() < until else None

    async def put(self, key: str, value: str, *, seconds: int) -> None:
        self._kept.pop(key, None)
        self._kept[key] = time.monotonic() + seconds, value
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]


async def _bursts(watcher: asyncio.Event) -> AsyncIterator[None]:
    while True:
        await watcher.wait()
        watcher.clear()
        yield
