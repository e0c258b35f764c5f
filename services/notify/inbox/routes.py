"""notify's operations: who is told, what they were told, and the live inbox."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from services.notify.inbox import queries, schemas, use_cases
from services.notify.inbox.schemas import Key, Language
from services.notify.inbox.use_cases import inbox_topic
from shared.cache.port import Cache
from shared.http.inputs import AppState, Page, Uow
from shared.http.live import News, live
from shared.http.openapi import secured
from shared.http.streams import OpenStreams
from shared.http.texts import Texts
from shared.kernel.shared_reads import SharedReads
from shared.unit_of_work import UnitOfWork

router = APIRouter(tags=["notify"])

STREAM_PAGE = 100


After = Annotated[str | None, Query(max_length=60, description="id to begin behind")]
Position = Annotated[int | None, Query(ge=0, lt=2**63, description="position to begin behind")]
LastEventId = Annotated[
    int | None,
    Header(
        alias="Last-Event-ID", ge=0, lt=2**63, description="position of the last message received"
    ),
]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/recipients", summary="List recipients", **secured("read_recipients", 422))
async def list_recipients(
    uow: Uow, state: AppState, after: After = None, limit: Limit = 100
) -> Page[schemas.RecipientAnswer]:
    items, next_after = await queries.list_recipients(uow, state.texts, after=after, limit=limit)
    return Page[schemas.RecipientAnswer].model_validate({"items": items, "next_after": next_after})


@router.put(
    "/recipients/{recipient_id}",
    summary="Set a recipient's language and address",
    **secured("address_recipient", 404, 409, 422),
)
async def put_recipient(
    recipient_id: Key, body: schemas.PreferenceBody, uow: Uow, state: AppState
) -> schemas.RecipientAnswer:
    recipient = await use_cases.set_preference(uow, recipient_id, **body.model_dump())
    return schemas.RecipientAnswer.model_validate(
        queries.view_of(state.texts, uow.vault, recipient)
    )


@router.get(
    "/recipients/{recipient_id}/messages",
    summary="A recipient's messages",
    **secured("read_messages", 404, 422),
)
async def list_messages(
    recipient_id: Key,
    uow: Uow,
    state: AppState,
    language: Language,
    after: Position = None,
    limit: Limit = 100,
    newest_first: bool = False,
) -> Page[schemas.MessageAnswer]:
    items, next_after = await queries.list_messages(
        uow,
        state.texts,
        language,
        recipient_id,
        after=after,
        limit=limit,
        newest_first=newest_first,
    )
    return Page[schemas.MessageAnswer].model_validate({"items": items, "next_after": next_after})


@router.get(
    "/recipients/{recipient_id}/stream",
    summary="A recipient's messages as they come: server-sent events `message`, with the position as id",
    response_class=EventSourceResponse,
    **secured("read_messages", 404, 422),
)
async def stream_messages(
    recipient_id: Key,
    request: Request,
    uow: Uow,
    state: AppState,
    language: Language,
    after: Position = None,
    last_event_id: LastEventId = None,
) -> EventSourceResponse:
    """Begins behind `Last-Event-ID`, else behind `after`, else with what comes from now on. Ends with the token."""
    begin = last_event_id if last_event_id is not None else after
    return await _open_stream(
        uow,
        state.texts,
        state.cache,
        language,
        recipient_id,
        after=begin,
        holds=request.state.token.holds,
        streams=state.streams,
        reads=state.stream_reads,
    )


@router.post(
    "/messages/{message_id}/read",
    summary="Mark a message as read",
    **secured("mark_message", 404, 409, 422),
)
async def read_message(
    message_id: Key, uow: Uow, state: AppState, language: Language
) -> schemas.MessageAnswer:
    message = await use_cases.read_message(uow, message_id)
    return schemas.MessageAnswer.model_validate(
        await queries.show_message(uow, state.texts, language, message.id)
    )


@router.post(
    "/recipients/{recipient_id}/read",
    summary="Mark a recipient's messages as read, up to a position",
    **secured("mark_message", 404, 409, 422),
)
async def read_messages(recipient_id: Key, body: schemas.ReadBody, uow: Uow) -> schemas.ReadAnswer:
    read = await use_cases.read_messages(uow, recipient_id, up_to=body.up_to)
    return schemas.ReadAnswer(read=read)


@router.get(
    "/messages/counts",
    summary="How many messages there are, by recipient and by channel",
    **secured("count_messages", 422),
)
async def count_messages(uow: Uow) -> schemas.CountsAnswer:
    return schemas.CountsAnswer.model_validate(await queries.count_messages(uow))


async def _open_stream(
    uow: UnitOfWork,
    texts: Texts,
    cache: Cache,
    language: str,
    recipient_id: str,
    *,
    after: int | None,
    holds: Callable[[], Awaitable[bool]],
    streams: OpenStreams,
    reads: SharedReads,
) -> EventSourceResponse:
    """See :func:`shared.http.live.live`.

    :raises NotFound: no event has mentioned the recipient.
    """
    # Before the answer begins: whoever sees it begin must get whatever is stored from then on.
    newest = await queries.last_position(uow, recipient_id)
    position = newest if after is None else after

    async def since(position: int) -> list[ServerSentEvent]:
        messages, _ = await queries.list_messages(
            uow, texts, language, recipient_id, after=position, limit=STREAM_PAGE
        )
        return [_event(message) for message in messages]

    async def read() -> News:
        nonlocal position
        # All that follow this recipient from here, in one language, get the same.
        key = (recipient_id, language, position)
        events = await reads.read(key, partial(since, position))
        position = int(events[-1].id or position) if events else position
        return News(events, more=len(events) == STREAM_PAGE)

    return live(
        cache, inbox_topic(recipient_id), read, holds=holds, streams=streams, actor=uow.actor
    )


def _event(message: queries.MessageView) -> ServerSentEvent:
    data = schemas.MessageAnswer.model_validate(message).model_dump_json()
    return ServerSentEvent(event="message", id=str(message.position), data=data)
