"""Signals to the processes with open browser connections that there is something new to read; counters; answers that
are kept for a while.

A signal may get lost, for Redis stores none. Readers therefore query the store after every signal,
and from time to time without one. The store is always right.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Cache(Protocol):
    """The interface to signals, counters and kept answers."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Connects for the length of the block. Entering does not wait for the server."""

    def signal(self, topic: str) -> None:
        """Notifies those who watch ``topic``, in any process. Returns at once and never raises."""

    def watching(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[None]]:
        """Yields once for every burst of signals on ``topic`` after entering."""

    async def take(self, key: str, *, limit: int, seconds: int) -> int:
        """Counts one more for ``key`` in the current window of ``seconds``.

        Returns 0 up to ``limit``, and above it the seconds until the window ends. It never raises:
        while the counts of other processes are unavailable, this process counts alone.
        """

    async def get(self, key: str) -> str | None:
        """Returns what was kept under ``key``, or None. ``key`` begins with the service's name and a colon.

        It never raises: whatever is kept can be made again.
        """

    async def put(self, key: str, value: str, *, seconds: int) -> None:
        """Keeps ``value`` for so many seconds at the most, for all processes of the service. It never raises."""
