"""Routes that every service has for operators and subscribers: health, event feed, replay, audit log."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from shared.contracts import PUBLISHERS
from shared.eventlog.envelope import CONTENT_TYPE, SHARDS, Envelope
from shared.eventlog.reader import count_log, find_position, read_settled_log
from shared.eventlog.tables import event_log
from shared.http.audit_log import audit_router
from shared.http.context import Consuming, Context, ServiceContext
from shared.http.entity_tags import POLLED
from shared.http.inputs import AppState, Body, Moment, Position, Uow
from shared.http.openapi import PROBE, public, secured
from shared.http.parking import parking_router
from shared.kernel.errors import InvalidInput
from shared.messaging.broker import BrokerUnavailable, ConsumerQueues
from shared.messaging.inbox import count_applied
from shared.messaging.relay import outbox_depth
from shared.messaging.tables import parked
from shared.unit_of_work import UnitOfWork

POLL_SECONDS = 0.5


class Replay(BaseModel):
    """Ask for a stretch of the event log to be sent again to one service; its inbox keeps what it has."""

    to: str
    after: Position = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 500


class Replayed(BaseModel):
    """``next_after`` is where to go on; None when the log is at its end."""

    sent: int
    next_after: int | None


class Queues(BaseModel):
    """By how many queues this service's events come in. Unless it ``is_settled``, some of another number are left."""

    partitions: int
    is_settled: bool

    @classmethod
    def of(cls, queues: ConsumerQueues) -> "Queues":
        return cls(partitions=queues.partitions, is_settled=queues.is_settled)


class Resize(Body):
    """By how many queues the events are to come in; as many processes can share the work."""

    partitions: Annotated[int, Field(ge=1, le=SHARDS)]


class ParkedCounts(BaseModel):
    """Parked events: those that ``failed``, and those that are ``waiting`` behind them; ``since``
    is when the oldest was parked."""

    failed: int
    waiting: int
    since: datetime | None


class ServiceStatus(BaseModel):
    """What an operator watches of a service.

    ``published``: how many events its log holds; ``outbox``: how many of them were not handed to
    the broker yet. ``applied``: of how many events of each publisher the effects are here.
    ``queues`` is null where the service listens to nobody.
    """

    published: int
    outbox: int
    applied: dict[str, int]
    parked: ParkedCounts
    queues: Queues | None


class LogPosition(BaseModel):
    """Where to begin: read what comes ``after`` it."""

    after: int


class CloudEventsBatch(JSONResponse):
    """The batch content mode of CloudEvents' HTTP protocol binding."""

    media_type = "application/cloudevents-batch+json"


health_router = APIRouter(prefix="/health", tags=["operations"])
"""The application's ``state.probe`` is an async callable that gives what is wrong, by part."""

events_router = APIRouter(tags=["events"])
"""It works on the application's ``state.context``."""


@health_router.get("/live", summary="The process runs", **public(PROBE))
async def live() -> dict[str, str]:
    return {"status": "live"}


@health_router.get(
    "/ready", summary="Store, broker and schema are as they must be", **public(PROBE)
)
async def ready(state: AppState) -> JSONResponse:
    wrong: dict[str, str] = await state.probe()
    body = {"status": "not ready", "wrong": wrong} if wrong else {"status": "ready"}
    return JSONResponse(body, 503 if wrong else 200)


@events_router.get(
    "/events",
    summary="The event log, oldest first, as a CloudEvents batch",
    response_class=CloudEventsBatch,
    **secured("read_events", 422),
)
async def list_events(
    uow: Uow,
    context: Context,
    state: AppState,
    after: Annotated[Position, Query()] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    wait: Annotated[
        float,
        Query(
            ge=0, le=20, description="seconds to wait for the next event, when there is none yet"
        ),
    ] = 0,
) -> CloudEventsBatch:
    """Whoever goes on from the last ``position`` comes from history to what is new without gap or repetition."""
    uow.permit(context.policy, "read_events")
    async with uow.reading() as session:
        events = await read_settled_log(session, context.service, after=after, limit=limit)
    if wait and not events:
        with state.streams.open(uow.actor):
            events = await _wait_for_events(context, uow, after, limit, wait)
    batch = [_as_json(envelope) for envelope in events]
    return CloudEventsBatch(batch)


async def _wait_for_events(
    context: ServiceContext, uow: UnitOfWork, after: int, limit: int, seconds: float
) -> list[Envelope]:
    """What is new behind ``after``, as soon as there is something; nothing when the time is over."""
    events: list[Envelope] = []
    until = asyncio.get_running_loop().time() + seconds
    while not events and (left := until - asyncio.get_running_loop().time()) > 0:
        await context.wakeup.wait_next(
            min(left, POLL_SECONDS)
        )  # other processes' commits notify elsewhere
        async with uow.reading() as session:
            events = await read_settled_log(session, context.service, after=after, limit=limit)
    return events


@events_router.get(
    "/events/position", summary="Where in the log a time lies", **secured("read_events", 422)
)
async def find_log_position(uow: Uow, context: Context, since: Moment) -> LogPosition:
    uow.permit(context.policy, "read_events")
    async with uow.reading() as session:
        return LogPosition(after=await find_position(session, since))


@events_router.get(
    "/events/counts",
    summary="How many events of each type this service has published",
    **secured("count_events"),
)
async def count_events(uow: Uow, context: Context) -> dict[str, int]:
    uow.permit(context.policy, "count_events")
    async with uow.reading() as session:
        return await count_log(session)


@events_router.get(
    "/events/subscriptions",
    summary="The types of events this service acts on",
    **secured("count_events"),
)
async def list_subscriptions(uow: Uow, context: Context) -> list[str]:
    uow.permit(context.policy, "count_events")
    return sorted(context.consumer.types) if context.consumer else []


@events_router.get(
    "/events/applied",
    summary="How many events of each publisher have their effects here",
    **secured("count_events"),
)
async def count_events_applied(uow: Uow, context: Context) -> dict[str, int]:
    """A service hears every event of a publisher it listens to, so it has caught up with that
    publisher when this is as many as the publisher's log holds."""
    uow.permit(context.policy, "count_events")
    async with uow.reading() as session:
        applied = await count_applied(session)
    publishers = context.consumer.queues.publishers if context.consumer else ()
    return {publisher: applied.get(publisher, 0) for publisher in publishers}


@events_router.get(
    "/events/status",
    summary="What an operator watches: outbox, lag, parked events, queues",
    dependencies=[POLLED],
    **secured("read_queues"),
)
async def get_status(uow: Uow, context: Context) -> ServiceStatus:
    uow.permit(context.policy, "read_queues")
    consumer = context.consumer
    failed = parked.c.error.is_not(None)
    async with uow.reading() as session:
        published = await session.scalar(select(func.count()).select_from(event_log)) or 0
        applied = await count_applied(session)
        counts = (
            await session.execute(
                select(
                    func.count().filter(failed).label("failed"),
                    func.count().filter(~failed).label("waiting"),
                    func.min(parked.c.parked_at).label("since"),
                )
            )
        ).one()
    return ServiceStatus(
        published=published,
        outbox=await outbox_depth(uow.database),
        applied={
            publisher: applied.get(publisher, 0)
            for publisher in (consumer.queues.publishers if consumer else ())
        },
        parked=ParkedCounts.model_validate(counts, from_attributes=True),
        queues=Queues.of(await consumer.partitioning.refresh()) if consumer else None,
    )


@events_router.post(
    "/events/replay",
    summary="Send a stretch of the log again to one service",
    **secured("replay_events", 422),
)
async def replay(request: Replay, uow: Uow, context: Context) -> Replayed:
    uow.permit(context.policy, "replay_events")
    if request.to not in PUBLISHERS:
        raise InvalidInput(
            "unknown_service", field="to", service=request.to, services=", ".join(PUBLISHERS)
        )
    async with uow.reading() as session:
        events = await read_settled_log(
            session, context.service, after=request.after, limit=request.limit
        )
    outcome = await context.broker.publish(events, to=request.to)
    if not all(outcome):
        raise BrokerUnavailable("not every event was confirmed")
    return Replayed(
        sent=len(events), next_after=events[-1].position if len(events) == request.limit else None
    )


@events_router.get(
    "/events/queues",
    summary="By how many queues this service's events come in",
    **secured("read_queues"),
)
async def get_queues(uow: Uow, context: Context, consumer: Consuming) -> Queues:
    uow.permit(context.policy, "read_queues")
    return Queues.of(await consumer.partitioning.refresh())


@events_router.put(
    "/events/queues",
    summary="Change their number while everything runs",
    **secured("resize_queues", 409, 422),
)
async def resize_queues(request: Resize, uow: Uow, context: Context, consumer: Consuming) -> Queues:
    uow.permit(context.policy, "resize_queues")
    return Queues.of(await consumer.partitioning.resize(request.partitions, uow))


events_router.include_router(parking_router)
events_router.include_router(audit_router)


def _as_json(envelope: Envelope) -> dict[str, Any]:
    """CloudEvents JSON format; ``position`` is an extension: where this event stands in the log."""
    event = envelope.event()
    return {
        **envelope.attributes(),
        "position": envelope.position,
        "datacontenttype": CONTENT_TYPE,
        "data": event.model_dump(mode="json") if event else None,
    }
