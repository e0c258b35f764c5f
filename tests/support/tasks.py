"""What runs beside a test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from shared.kernel.tasks import end


@asynccontextmanager
async def background(run: Callable[[asyncio.Event], Awaitable[Any]]) -> AsyncIterator[None]:
    """Runs ``run`` for the length of the block, and tells it to stop by its event."""
    stop = asyncio.Event()
    task = asyncio.ensure_future(run(stop))
    try:
        yield
    finally:
        stop.set()
        await end(task)
