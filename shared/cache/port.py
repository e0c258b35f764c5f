"""Tells the processes that hold browsers' connections that there is something new to read.

A signal may get lost (Redis keeps nothing): readers ask the store on every signal, and now and then
without one. The truth is in the store.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Cache(Protocol):
    def running(self) -> AbstractAsyncContextManager[None]:
        """Connects for the length of the block. Entering does not wait for the server."""

    def signal(self, topic: str) -> None:
        """Tell whoever watches ``topic``, in any process; returns at once and never raises."""

    def watching(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[None]]:
        """Yields once for every burst of signals on ``topic`` from the moment of entering."""

    async def take(self, key: str, *, limit: int, seconds: int) -> int:
        """Counts one more for ``key`` in the window of ``seconds`` that runs now; gives 0 while there are no more
        than ``limit``, else the seconds until the window ends. Never raises: while the counts of the others can't be
        had, this process counts alone."""
