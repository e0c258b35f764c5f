"""Work that a new business day brings."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import date

from shared.telemetry.logs import logger

LOOK_SECONDS = 5.0
"""How often the day is looked at: a demonstration's may change at any moment."""

log = logger(__name__)


def daily(
    today: Callable[[], date],
    work: Callable[[], Awaitable[None]],
    *,
    look_seconds: float = LOOK_SECONDS,
) -> Callable[[asyncio.Event], Coroutine[None, None, None]]:
    """Returns a service's job that does ``work`` soon after the start, and once on each new business day.

    Every process does it, so it must be repeatable. Where it fails, it is tried again at the next look.
    """

    async def run(stop: asyncio.Event) -> None:
        done_on: date | None = None
        while not stop.is_set():
            if (day := today()) != done_on:
                try:
                    await work()
                    done_on = day
                except Exception as error:  # the store is away; the next look comes
                    log.warning("daily work failed, trying again", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), look_seconds)

    return run
