"""A planning run as it goes on."""

from collections.abc import Awaitable, Callable

from sse_starlette import EventSourceResponse, ServerSentEvent

from services.dispatch.api.planning_schemas import RunAnswer
from services.dispatch.application import run_queries
from services.dispatch.application.runs import run_topic
from services.dispatch.application.wording import Speech
from shared.cache.port import Cache
from shared.http.live import News, live
from shared.http.streams import OpenStreams
from shared.unit_of_work import UnitOfWork


async def open_run_stream(
    uow: UnitOfWork,
    speech: Speech,
    cache: Cache,
    run_id: str,
    *,
    holds: Callable[[], Awaitable[bool]],
    streams: OpenStreams,
) -> EventSourceResponse:
    """The run as it is, and again whenever it has changed, until it is over; see :func:`shared.http.live.live`.

    :raises NotFound: there is no such run.
    """
    await run_queries.get_run(uow, run_id)
    sent: RunAnswer | None = None

    async def read() -> News:
        nonlocal sent
        run = await run_queries.get_run(uow, run_id)
        now = RunAnswer.model_validate(run_queries.run_view(speech, run))
        events = [_event(now)] if now != sent else []
        sent = now
        return News(events, last=run.is_over)

    return live(cache, run_topic(run_id), read, holds=holds, streams=streams, actor=uow.actor)


def _event(run: RunAnswer) -> ServerSentEvent:
    return ServerSentEvent(event="run", data=run.model_dump_json())
