"""Waiting for what must happen soon, by asking."""

import asyncio
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 20.0
"""Longer than anything asked for takes; a test that waits so long fails."""


async def until(check: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> Any:
    """Asks ``check`` (which may be a coroutine function) again and again until it gives something true.

    :raises TimeoutError: it never did.
    """
    async with asyncio.timeout(seconds):
        while True:
            result = check()
            if asyncio.iscoroutine(result):
                result = await result
            if result:
                return result
            await asyncio.sleep(0.005)
