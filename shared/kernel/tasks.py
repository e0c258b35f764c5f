"""Ends tasks."""

import asyncio
from typing import Any

AGAIN_SECONDS = 0.5


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancels ``tasks`` until all have ended, and drops what they raise.

    Cancelling once is not enough. A library whose task is cancelled may take that for a fault of
    its connection, and its fault handling starts again (as redis and aio-pika do now and then).
    Whoever waited for such a task would wait for ever.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)
