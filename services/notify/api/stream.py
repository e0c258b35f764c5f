"""The live inbox."""

from collections.abc import Awaitable, Callable

from sse_starlette import EventSourceResponse, ServerSentEvent

from services.notify.api.schemas import MessageAnswer
from services.notify.application import queries
from services.notify.application.posting import inbox_topic
from shared.cache.port import Cache
from shared.http.live import News, live
from shared.http.streams import OpenStreams
from shared.http.texts import Texts
from shared.unit_of_work import UnitOfWork

PAGE = 100


async def open_stream(
    uow: UnitOfWork,
    texts: Texts,
    cache: Cache,
    language: str,
    recipient_id: str,
    *,
    after: int | None,
    holds: Callable[[], Awaitable[bool]],
    streams: OpenStreams,
) -> EventSourceResponse:
    """See :func:`shared.http.live.live`.

    :raises NotFound: no event has mentioned the recipient.
    """
    # Before the answer begins: whoever sees it begin must get whatever is stored from then on.
    newest = await queries.last_position(uow, recipient_id)
    position = newest if after is None else after

    async def read() -> News:
        nonlocal position
        messages, _ = await queries.list_messages(uow, texts, language, recipient_id, after=position, limit=PAGE)
        position = messages[-1].position if messages else position
        return News([_event(message) for message in messages], more=len(messages) == PAGE)

    return live(cache, inbox_topic(recipient_id), read, holds=holds, streams=streams, actor=uow.actor)


def _event(message: queries.MessageView) -> ServerSentEvent:
    data = MessageAnswer.model_validate(message).model_dump_json()
    return ServerSentEvent(event="message", id=str(message.position), data=data)
