"""A planning run as it goes on."""

from collections.abc import Awaitable, Callable

from sse_starlette import EventSourceResponse, ServerSentEvent

from services.dispatch.plans.queries import runs as queries
from services.dispatch.plans.queries.wording import Localizer
from services.dispatch.plans.schemas.runs import RunAnswer
from services.dispatch.plans.use_cases.runs import run_topic
from shared.cache.port import Cache
from shared.http.live import News, live
from shared.http.streams import OpenStreams
from shared.unit_of_work import UnitOfWork


async def open_run_stream(
    uow: UnitOfWork,
    localizer: Localizer,
    cache: Cache,
    run_id: str,
    *,
    holds: Callable[[], Awaitable[bool]],
    streams: OpenStreams,
) -> EventSourceResponse:
    """The run as it is, and again whenever it has changed, until it is over; see :func:`shared.http.live.live`.

    :raises NotFound: there is no such run.
    """
    await queries.get_run(uow, run_id)
    sent: RunAnswer | None = None

    async def read() -> News:
        nonlocal sent
        run = await queries.get_run(uow, run_id)
        now = RunAnswer.model_validate(queries.run_view(localizer, run))
        events = [_event(now)] if now != sent else []
        sent = now
        return News(events, last=run.is_over)

    return live(cache, run_topic(run_id), read, holds=holds, streams=streams, actor=uow.actor)


def _event(run: RunAnswer) -> ServerSentEvent:
    return ServerSentEvent(event="run", data=run.model_dump_json())
