"""One read for all who ask at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class SharedReads:
    """What many ask at the same moment is read once: a signal wakes all of a recipient's browsers.

    Whoever asks gets the answer of a read that begins afterwards, never of one that is under way: that
    may not see what the signal was about.
    """

    def __init__(self) -> None:
        self._next: dict[Hashable, asyncio.Task[Any]] = {}
        """What begins when the read before it is over; whoever asks till then shares it."""
        self._running: dict[Hashable, asyncio.Task[Any]] = {}

    async def read(self, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """``read`` is the same for all who give the same ``key``; the first one's is called, in its
        context. Whoever leaves does not end it for the others.
        """
        task: asyncio.Task[T] | None = self._next.get(key)
        if task is None:
            task = asyncio.create_task(self._in_turn(key, read))
            self._next[key] = task
        return await asyncio.shield(task)

    async def _in_turn(self, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        if (before := self._running.get(key)) is not None:
            await asyncio.wait([before])
        self._running[key] = self._next.pop(key)
        try:
            return await read()
        finally:
            del self._running[key]
