"""Routes that every service has for operators and subscribers: health, event feed, replay, audit log."""

import asyncio
import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import select

from shared.audit.tables import audit_log
from shared.contracts import PUBLISHERS
from shared.eventlog.envelope import CONTENT_TYPE, SHARDS, Envelope
from shared.eventlog.reader import count_log, find_position, read_settled_log
from shared.http.inputs import Body, Moment, Position, Uow
from shared.http.openapi import PROBE, public, secured
from shared.http.parking import parking_router
from shared.http.streams import OpenStreams
from shared.kernel.access import Policy
from shared.kernel.errors import InvalidInput
from shared.messaging.broker import Broker, BrokerUnavailable, Inlet
from shared.messaging.consumer import Consumer
from shared.messaging.doorbell import Doorbell
from shared.messaging.inbox import count_applied
from shared.messaging.sizing import Sizing
from shared.unit_of_work import UnitOfWork

POLL_SECONDS = 0.5

Probe = Any
"""An async callable that gives what is wrong, by part; nothing when all is well."""


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
    def of(cls, inlet: Inlet) -> "Queues":
        return cls(partitions=inlet.partitions, is_settled=inlet.is_settled)


class Resize(Body):
    """By how many queues the events are to come in; as many processes can share the work."""

    partitions: Annotated[int, Field(ge=1, le=SHARDS)]


class LogPosition(BaseModel):
    """Where to begin: read what comes ``after`` it."""

    after: int


class AuditEntry(BaseModel):
    """Who did what, when and from where. ``changes`` have before and after; sealed values are not shown."""

    id: int
    at: datetime
    subject: str
    roles: str
    action: str
    address: str
    correlation_id: str
    changes: list[dict[str, Any]]


class CloudEventsBatch(JSONResponse):
    """The batch content mode of CloudEvents' HTTP protocol binding."""

    media_type = "application/cloudevents-batch+json"


def health_router(probe: Probe) -> APIRouter:
    router = APIRouter(prefix="/health", tags=["operations"])

    @router.get("/live", summary="The process runs", **public(PROBE))
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/ready", summary="Store, broker and schema are as they must be", **public(PROBE))
    async def ready() -> JSONResponse:
        wrong: dict[str, str] = await probe()
        body = {"status": "not ready", "wrong": wrong} if wrong else {"status": "ready"}
        return JSONResponse(body, 503 if wrong else 200)

    return router


def events_router(
    service: str, policy: Policy, broker: Broker, consumer: Consumer | None, doorbell: Doorbell, streams: OpenStreams
) -> APIRouter:
    router = APIRouter(tags=["events"])

    @router.get(
        "/events",
        summary="The event log, oldest first, as a CloudEvents batch",
        response_class=CloudEventsBatch,
        **secured("read_events", 422),
    )
    async def list_events(
        uow: Uow,
        after: Annotated[Position, Query()] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        wait: Annotated[
            float, Query(ge=0, le=20, description="seconds to wait for the next event, when there is none yet")
        ] = 0,
    ) -> CloudEventsBatch:
        """Whoever goes on from the last ``position`` comes from history to what is new without gap or repetition."""
        uow.permit(policy, "read_events")
        async with uow.reading() as session:
            events = await read_settled_log(session, service, after=after, limit=limit)
        if wait and not events:
            with streams.open(uow.actor):
                events = await _wait_for_events(uow, after, limit, wait)
        batch = [_as_json(envelope) for envelope in events]
        return CloudEventsBatch(batch)

    async def _wait_for_events(uow: UnitOfWork, after: int, limit: int, seconds: float) -> list[Envelope]:
        """What is new behind ``after``, as soon as there is something; nothing when the time is over."""
        events: list[Envelope] = []
        until = asyncio.get_running_loop().time() + seconds
        while not events and (left := until - asyncio.get_running_loop().time()) > 0:
            await doorbell.next_ring(min(left, POLL_SECONDS))  # other processes' commits ring elsewhere
            async with uow.reading() as session:
                events = await read_settled_log(session, service, after=after, limit=limit)
        return events

    @router.get("/events/position", summary="Where in the log a time lies", **secured("read_events", 422))
    async def find_log_position(uow: Uow, since: Moment) -> LogPosition:
        uow.permit(policy, "read_events")
        async with uow.reading() as session:
            return LogPosition(after=await find_position(session, since))

    @router.get(
        "/events/counts", summary="How many events of each type this service has published", **secured("count_events")
    )
    async def count_events(uow: Uow) -> dict[str, int]:
        uow.permit(policy, "count_events")
        async with uow.reading() as session:
            return await count_log(session)

    @router.get("/events/subscriptions", summary="The types of events this service acts on", **secured("count_events"))
    async def list_subscriptions(uow: Uow) -> list[str]:
        uow.permit(policy, "count_events")
        return sorted(consumer.types) if consumer else []

    @router.get(
        "/events/applied",
        summary="How many events of each publisher have their effects here",
        **secured("count_events"),
    )
    async def count_events_applied(uow: Uow) -> dict[str, int]:
        """A service hears every event of a publisher it listens to, so it has caught up with that
        publisher when this is as many as the publisher's log holds."""
        uow.permit(policy, "count_events")
        async with uow.reading() as session:
            applied = await count_applied(session)
        return {publisher: applied.get(publisher, 0) for publisher in consumer.inlet.publishers} if consumer else {}

    @router.post(
        "/events/replay", summary="Send a stretch of the log again to one service", **secured("replay_events", 422)
    )
    async def replay(request: Replay, uow: Uow) -> Replayed:
        uow.permit(policy, "replay_events")
        if request.to not in PUBLISHERS:
            raise InvalidInput("unknown_service", field="to", service=request.to, services=", ".join(PUBLISHERS))
        async with uow.reading() as session:
            events = await read_settled_log(session, service, after=request.after, limit=request.limit)
        outcome = await broker.publish(events, to=request.to)
        if not all(outcome):
            raise BrokerUnavailable("not every event was confirmed")
        return Replayed(sent=len(events), next_after=events[-1].position if len(events) == request.limit else None)

    if consumer is not None:
        _add_queues(router, policy, consumer.sizing)

    @router.get("/audit", summary="The audit log, oldest first", **secured("read_audit", 422))
    async def list_audit(
        uow: Uow, after: Annotated[Position, Query()] = 0, limit: Annotated[int, Query(ge=1, le=500)] = 100
    ) -> list[AuditEntry]:
        uow.permit(policy, "read_audit")
        async with uow.reading() as session:
            rows = await session.execute(
                select(audit_log).where(audit_log.c.id > after).order_by(audit_log.c.id).limit(limit)
            )
            return [AuditEntry.model_validate(row._asdict() | {"changes": json.loads(row.changes)}) for row in rows]

    if consumer is not None:
        router.include_router(parking_router(policy, consumer))
    return router


def _add_queues(router: APIRouter, policy: Policy, sizing: Sizing) -> None:
    @router.get("/events/queues", summary="By how many queues this service's events come in", **secured("read_queues"))
    async def get_queues(uow: Uow) -> Queues:
        uow.permit(policy, "read_queues")
        return Queues.of(await sizing.look())

    @router.put(
        "/events/queues", summary="Change their number while everything runs", **secured("resize_queues", 409, 422)
    )
    async def resize_queues(request: Resize, uow: Uow) -> Queues:
        uow.permit(policy, "resize_queues")
        return Queues.of(await sizing.resize(request.partitions, uow))


def _as_json(envelope: Envelope) -> dict[str, Any]:
    """CloudEvents JSON format; ``position`` is an extension: where this event stands in the log."""
    event = envelope.event()
    return {
        **envelope.attributes(),
        "position": envelope.position,
        "datacontenttype": CONTENT_TYPE,
        "data": event.model_dump(mode="json") if event else None,
    }
