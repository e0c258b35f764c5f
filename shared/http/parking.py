"""Routes for parked events: list them, try them again, or discard one with a reason."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import select

from shared.eventlog.envelope import CONTENT_TYPE, Envelope
from shared.http.context import Consuming, Context
from shared.http.inputs import AuditedText, Body, Uow
from shared.http.openapi import secured
from shared.kernel.errors import InvalidInput
from shared.messaging.consumer import Redriven
from shared.messaging.inbox import get_parked
from shared.messaging.tables import parked
from shared.privacy.personal_data import personal_data_in

Publisher = Annotated[str, Field(min_length=1, max_length=20)]
AggregateId = Annotated[str, Field(min_length=1, max_length=120)]
AggregateSeq = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ParkedEvent(BaseModel):
    """An event that can't be applied yet; without an error it waits behind another one."""

    publisher: str
    aggregate_id: str
    aggregate_seq: int
    type: str
    parked_at: datetime
    error: str | None


class ParkedEventInFull(ParkedEvent):
    """With what it says: CloudEvents attributes and data; ``data`` is null where it can't be read."""

    attributes: dict[str, Any]
    datacontenttype: str = CONTENT_TYPE
    data: Any


class Redrive(Body):
    """Whose parked events are to be tried again."""

    publisher: Publisher
    aggregate_id: AggregateId


class Discard(Redrive):
    """Which event is let go, and why; it must be the next of its aggregate, and have failed."""

    aggregate_seq: AggregateSeq
    reason: AuditedText


class RedrivenAnswer(BaseModel):
    """How many events were applied; ``error`` says how the next one failed again, and is null when none did."""

    applied: int
    error: str | None

    @classmethod
    def of(cls, redriven: Redriven) -> "RedrivenAnswer":
        return cls(applied=redriven.applied, error=repr(redriven.fault) if redriven.fault else None)


parking_router = APIRouter(prefix="/events/parked", tags=["events"])


@parking_router.get(
    "", summary="Events that can't be applied yet, oldest first", **secured("read_parked", 422)
)
async def list_parked(
    uow: Uow,
    context: Context,
    publisher: Annotated[Publisher | None, Query()] = None,
    aggregate_id: Annotated[AggregateId | None, Query()] = None,
    failed: Annotated[
        bool | None, Query(description="those that failed, or those that wait behind them")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[ParkedEvent]:
    uow.permit(context.policy, "read_parked")
    query = (
        select(parked)
        .order_by(parked.c.parked_at, parked.c.aggregate_id, parked.c.aggregate_seq)
        .limit(limit)
    )
    for column, value in ((parked.c.publisher, publisher), (parked.c.aggregate_id, aggregate_id)):
        if value is not None:
            query = query.where(column == value)
    if failed is not None:
        query = query.where(parked.c.error.is_not(None) if failed else parked.c.error.is_(None))
    async with uow.reading() as session:
        rows = await session.execute(query)
        return [ParkedEvent.model_validate(row, from_attributes=True) for row in rows]


@parking_router.get(
    "/event", summary="One of them, with what it says", **secured("read_parked", 404, 422)
)
async def get_parked_event(
    uow: Uow,
    context: Context,
    publisher: Annotated[Publisher, Query()],
    aggregate_id: Annotated[AggregateId, Query()],
    aggregate_seq: Annotated[AggregateSeq, Query()],
) -> ParkedEventInFull:
    uow.permit(context.policy, "read_parked")
    async with uow.reading() as session:
        row = await get_parked(session, (publisher, aggregate_id), aggregate_seq)
    return ParkedEventInFull(
        publisher=row.publisher,
        aggregate_id=row.aggregate_id,
        aggregate_seq=row.aggregate_seq,
        type=row.type,
        parked_at=row.parked_at,
        error=row.error,
        attributes=Envelope.from_headers(row.headers, bytes(row.body)).attributes(),
        data=_readable(bytes(row.body)),
    )


@parking_router.post(
    "/redrive", summary="Try an aggregate's parked events again", **secured("redrive_parked", 422)
)
async def redrive(
    request: Redrive, uow: Uow, context: Context, consumer: Consuming
) -> RedrivenAnswer:
    uow.permit(context.policy, "redrive_parked")
    return RedrivenAnswer.of(await consumer.redrive((request.publisher, request.aggregate_id), uow))


@parking_router.post(
    "/discard",
    summary="Let an event go that never can be applied, and go on behind it",
    **secured("discard_parked", 404, 409, 422),
)
async def discard(
    request: Discard, uow: Uow, context: Context, consumer: Consuming
) -> RedrivenAnswer:
    uow.permit(context.policy, "discard_parked")
    if personal_data_in(request.reason):
        raise InvalidInput("reason_is_personal", field="reason")
    key = (request.publisher, request.aggregate_id)
    return RedrivenAnswer.of(
        await consumer.discard(key, request.aggregate_seq, request.reason, uow)
    )


def _readable(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
