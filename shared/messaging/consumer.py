"""Passes batches from the broker to the handlers that a service's table of subscriptions names."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import Any, TypeVar

from shared.contracts import EVENTS, Event
from shared.db.engine import store_is_away
from shared.eventlog.envelope import Envelope
from shared.eventlog.outbox import Outbox
from shared.kernel.clock import Clock, business_day, business_now
from shared.messaging.backoff import backoff_seconds
from shared.messaging.broker import ConsumerQueues
from shared.messaging.core import Core, drive
from shared.messaging.core import consumer as core
from shared.messaging.core import inbox as inbox_core
from shared.messaging.core.inbox import Key, WaitingFailed
from shared.messaging.inbox import Inbox, get_parked, measure_parked
from shared.messaging.partitioning import REFRESH_SECONDS, Partitioning
from shared.telemetry import metrics
from shared.telemetry.logs import logger
from shared.telemetry.trace import Trace, tracing
from shared.unit_of_work import Transaction, UnitOfWork

Subscriber = Callable[[UnitOfWork, Any], Awaitable[None]]
"""Takes the unit of work to take part in, and the event; calls one use case."""

Subscriptions = Mapping[type[Event], Subscriber]

MEASURE_SECONDS = 15.0

T = TypeVar("T")

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Redriven:
    """How many parked events were applied, and how the next one failed, if one did."""

    applied: int
    fault: Exception | None = None


class Consumer:
    """Performs what :mod:`shared.messaging.core.consumer` decides, on one service's store."""

    def __init__(
        self,
        service: str,
        unit_of_work: UnitOfWork,
        outbox: Outbox,
        clock: Clock,
        subscriptions: Subscriptions,
        *,
        partitions: int = 2,
        retry_seconds: float = 0.1,
        refresh_seconds: float = REFRESH_SECONDS,
    ) -> None:
        self.service = service
        publishers = tuple(sorted({event.publisher for event in subscriptions}))
        idle = frozenset(EVENTS) - {event.type for event in subscriptions}
        queues = ConsumerQueues(service, publishers, partitions, idle_types=idle)
        self.partitioning = Partitioning(
            queues, unit_of_work.database, refresh_seconds=refresh_seconds
        )
        self._uow = unit_of_work
        self._outbox = outbox
        self._clock = clock
        self._subscriptions = {
            event.type: (event, subscriber) for event, subscriber in subscriptions.items()
        }
        self._retry_seconds = retry_seconds

    @property
    def queues(self) -> ConsumerQueues:
        """The queues in which this service receives events."""
        return self.partitioning.queues

    @property
    def types(self) -> list[str]:
        """The event types that have a subscriber."""
        return list(self._subscriptions)

    async def handle(self, batch: Sequence[Envelope]) -> None:
        """Returns when the effects of the whole batch are stored, or events of it parked."""
        metrics.BATCH_SIZE.labels(self.service).observe(len(batch))
        await drive(core.handle(batch, store_is_away), self._do)
        now = self._clock()
        for envelope in batch:
            metrics.DELIVERY_SECONDS.labels(self.service).observe(
                (now - envelope.occurred_at).total_seconds()
            )

    async def redrive(self, key: Key, unit: UnitOfWork | None = None) -> Redriven:
        """Tries an aggregate's parked events again, in order, each in its own transaction.

        An event that fails once more stays parked, and so do those behind it. ``unit`` says on
        whose behalf, for the audit log.
        """
        if unit is not None:
            async with unit.transaction() as tx:
                tx.note("parked_event", "/".join(key), redriven="again")
        applied, fault = 0, None
        try:
            while await self._in_transaction(inbox_core.redrive(key)):
                applied += 1
        except WaitingFailed as error:
            if store_is_away(error.fault):
                raise error.fault from None
            fault = error.fault
            await self._set_aside(error.envelope, fault)
        await self._measure_parked()
        return Redriven(applied, fault)

    async def discard(self, key: Key, seq: int, reason: str, unit: UnitOfWork) -> Redriven:
        """Drops a failed event without its effects, and continues behind it.

        The audit log keeps who did it and why; the event itself stays in its publisher's log.

        :raises NotFound: it is not parked here. :raises Conflict: it has not failed, or is not the
        next.
        """
        async with unit.transaction() as tx:
            kind = (await get_parked(tx.session, key, seq)).type
            await Inbox(tx.session, tx.now).run(inbox_core.discard(key, seq))
            tx.note("parked_event", f"{'/'.join(key)}#{seq}", discarded=kind, reason=reason)
        log.warning(
            "event discarded", publisher=key[0], aggregate_id=key[1], aggregate_seq=seq, type=kind
        )
        metrics.EVENTS_HANDLED.labels(self.service, "discarded").inc()
        return await self.redrive(key)

    async def _do(self, step: core.Step) -> None:
        match step:
            case core.Admit(batch):
                await self._admit(batch)
            case core.SetAside(envelope, fault):
                await self._set_aside(envelope, fault)
            case core.Pause(envelope, fault, tries):
                log.warning(
                    "event not applied, trying again", event_id=envelope.id, error=repr(fault)
                )
                await asyncio.sleep(backoff_seconds(tries, self._retry_seconds))

    async def _admit(self, batch: Sequence[Envelope]) -> None:
        try:
            # Together, for that is quicker; were one to fail, they would all come again one by one.
            fates = await self._in_transaction(inbox_core.admit(batch), gathers=len(batch) > 1)
        except Exception as error:
            if len(batch) > 1:
                log.warning(
                    "batch failed, taking its events one by one", size=len(batch), error=repr(error)
                )
            raise
        for fate, count in fates.items():
            if count:
                metrics.EVENTS_HANDLED.labels(self.service, fate).inc(count)
        if fates["parked"]:
            await self._measure_parked()

    async def _in_transaction(
        self, decided: Core[inbox_core.Step, T], *, gathers: bool = False
    ) -> T:
        async with self._uow.database.writing() as session:
            transaction = Transaction(
                session,
                self._outbox,
                self._clock(),
                today=business_day(self._clock),
                business_now=business_now(self._clock).astimezone(UTC),
                gathers=gathers,
            )

            async def effects(envelope: Envelope) -> None:
                await self._apply(transaction, envelope)

            result = await Inbox(session, transaction.now, effects).run(decided)
            await transaction.finish()
        transaction.committed(self._uow.wake_relay)
        return result

    async def _apply(self, transaction: Transaction, envelope: Envelope) -> None:
        subscription = self._subscriptions.get(envelope.type)
        if subscription is None:
            return  # not ours, but it counts: the next of its stream must not look like a gap
        contract, subscriber = subscription
        event = contract.model_validate_json(envelope.body)
        trace = Trace(envelope.traceparent, envelope.correlation_id, causation_id=envelope.id)
        transaction.cause = envelope
        with tracing(trace):
            await subscriber(self._uow.nested(transaction), event)

    async def _set_aside(self, envelope: Envelope, fault: Exception) -> None:
        log.error("event parked", event_id=envelope.id, type=envelope.type, error=repr(fault))
        async with self._uow.database.writing() as session:
            await Inbox(session, self._clock()).run(inbox_core.park_failed(envelope, repr(fault)))
        metrics.EVENTS_HANDLED.labels(self.service, "failed").inc()
        await self._measure_parked()

    async def _measure_parked(self) -> None:
        """For the alarm: a failed event that nobody looks at holds its aggregate back for ever."""
        async with self._uow.reading() as session:
            failed, waiting, oldest = await measure_parked(session)
        metrics.EVENTS_PARKED.labels(self.service, "failed").set(failed)
        metrics.EVENTS_PARKED.labels(self.service, "waiting").set(waiting)
        metrics.PARKED_SINCE.labels(self.service).set(oldest.timestamp() if oldest else 0)

    async def keep_measuring(self, stop: asyncio.Event) -> None:
        """A job: says what is parked from the start on, also when that was parked before this
        process began.
        """
        while not stop.is_set():
            try:
                await self._measure_parked()
            except Exception as error:
                if not store_is_away(error):
                    raise
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), MEASURE_SECONDS)
