"""The live inbox: server-sent events (WHATWG HTML, 9.2) from the store, woken by signals."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent

from services.notify.api.schemas import MessageAnswer
from services.notify.application import queries
from services.notify.application.posting import inbox_topic
from shared.cache.port import Cache
from shared.db.engine import store_is_away
from shared.db.unit_of_work import UnitOfWork
from shared.http.texts import Texts
from shared.telemetry.logs import logger

REREAD_SECONDS = 15.0
"""A signal may get lost; after this long the store is asked without one."""

HEARTBEAT_SECONDS = 15
GRACE_SECONDS = 1.0
"""How long a stream may take to end by itself when the server stops."""

RECONNECT_MILLISECONDS = 2000
PAGE = 100

log = logger(__name__)


async def open_stream(
    uow: UnitOfWork,
    texts: Texts,
    cache: Cache,
    language: str,
    recipient_id: str,
    *,
    after: int | None,
    holds: Callable[[], Awaitable[bool]],
) -> EventSourceResponse:
    """A response that goes on until the browser leaves, its token no longer ``holds``, or the server stops.

    :raises NotFound: no event has mentioned the recipient.
    """
    # Before the answer begins: whoever sees it begin must get whatever is stored from then on.
    newest = await queries.last_position(uow, recipient_id)
    stopping = anyio.Event()
    events = _follow(uow, texts, cache, language, recipient_id, newest if after is None else after, stopping, holds)
    return EventSourceResponse(
        events, ping=HEARTBEAT_SECONDS, shutdown_event=stopping, shutdown_grace_period=GRACE_SECONDS
    )


async def _follow(
    uow: UnitOfWork,
    texts: Texts,
    cache: Cache,
    language: str,
    recipient_id: str,
    position: int,
    stopping: anyio.Event,
    holds: Callable[[], Awaitable[bool]],
) -> AsyncIterator[ServerSentEvent]:
    stopped = asyncio.ensure_future(stopping.wait())
    async with cache.watching(inbox_topic(recipient_id)) as bursts:
        woken = asyncio.ensure_future(anext(bursts))
        try:
            yield ServerSentEvent(comment="open", retry=RECONNECT_MILLISECONDS)
            while not stopped.done() and await holds():
                messages = await _beyond(uow, texts, language, recipient_id, position)
                for message in messages:
                    position = message.position
                    yield ServerSentEvent(
                        event="message",
                        id=str(position),
                        data=MessageAnswer.model_validate(message).model_dump_json(),
                    )
                if len(messages) == PAGE:
                    continue  # there may be more; a signal since we asked would be waiting
                await asyncio.wait({woken, stopped}, timeout=REREAD_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if woken.done():
                    woken = asyncio.ensure_future(anext(bursts))
        finally:
            woken.cancel()
            stopped.cancel()
            await asyncio.gather(woken, stopped, return_exceptions=True)


async def _beyond(
    uow: UnitOfWork, texts: Texts, language: str, recipient_id: str, position: int
) -> list[queries.MessageView]:
    try:
        messages, _ = await queries.list_messages(uow, texts, language, recipient_id, after=position, limit=PAGE)
    except Exception as error:
        if not store_is_away(error):
            raise
        log.info("live inbox can't read, waiting", error=type(error).__name__)
        return []
    return messages
