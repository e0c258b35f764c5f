"""Live answers: server-sent events (WHATWG HTML, 9.2) that are read from the store after a signal."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zlib import crc32

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from shared.cache.port import Cache
from shared.cache.waking import waking
from shared.db.engine import store_is_away
from shared.http.streams import OpenStreams
from shared.kernel.access import Actor
from shared.telemetry.logs import logger

REREAD_SECONDS = 15.0
"""A signal may get lost; after this long the store is asked without one."""

HEARTBEAT_SECONDS = 15
GRACE_SECONDS = 1.0
"""How long a stream may take to end by itself when the server stops."""

RECONNECT_MILLISECONDS = 2000

log = logger(__name__)


@dataclass(frozen=True)
class News:
    """New events for a stream. ``more``: read again at once. ``last``: the stream ends after these."""

    events: list[ServerSentEvent] = field(default_factory=list)
    more: bool = False
    last: bool = False


Read = Callable[[], Awaitable[News]]
"""Asks the store for what has not been sent yet."""


class _Counted(EventSourceResponse):
    """Counts as an open stream of ``actor`` from its first byte to its last.

    :raises TooMany: there are too many already; raised before anything is sent.
    """

    def __init__(
        self,
        streams: OpenStreams,
        actor: Actor,
        events: AsyncIterator[ServerSentEvent],
        **options: Any,
    ):
        super().__init__(events, **options)
        self._open = partial(streams.open, actor)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._open():
            await super().__call__(scope, receive, send)


def live(
    cache: Cache,
    topic: str,
    read: Read,
    *,
    holds: Callable[[], Awaitable[bool]],
    streams: OpenStreams,
    actor: Actor,
) -> EventSourceResponse:
    """Returns a response that continues until nothing more can come, the client leaves, its token
    no longer ``holds``, or the server stops.

    It counts among the ``streams`` that ``actor`` may have open.
    """
    stopping = anyio.Event()
    events = _follow(cache, topic, read, stopping, holds)
    return _Counted(
        streams,
        actor,
        events,
        ping=HEARTBEAT_SECONDS,
        shutdown_event=stopping,
        shutdown_grace_period=GRACE_SECONDS,
    )


async def _follow(
    cache: Cache,
    topic: str,
    read: Read,
    stopping: anyio.Event,
    holds: Callable[[], Awaitable[bool]],
) -> AsyncIterator[ServerSentEvent]:
    async with waking(cache, topic, stopping.wait) as watch:
        yield ServerSentEvent(comment="open", retry=RECONNECT_MILLISECONDS)
        while not watch.ended and await holds():
            news = await _read(read)
            for event in news.events:
                yield event
            if news.last:
                return
            if not news.more:  # a signal since we asked is waiting
                await watch.wait(seconds_to_reread(topic, time.monotonic()))


def seconds_to_reread(topic: str, now: float) -> float:
    """Returns how long after ``now``, in seconds of any clock, the streams of a topic read without a
    signal: all at the same time, so that they share a read, and every topic at a time of its own.
    """
    own = crc32(topic.encode()) % (REREAD_SECONDS * 1000) / 1000
    return REREAD_SECONDS - (now - own) % REREAD_SECONDS


async def _read(read: Read) -> News:
    try:
        return await read()
    except Exception as error:
        if not store_is_away(error):
            raise
        log.info("live answer can't read, waiting", error=type(error).__name__)
        return News()
