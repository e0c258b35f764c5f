"""The broker inside one process: publishing waits until every listening service has committed.

It stores nothing, and need not: what is not confirmed stays in the publisher's event log. So
nothing can be missing, and positions and resend requests are not needed.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared.eventlog.envelope import Envelope
from shared.eventlog.position import Position, PositionHandler, ResendHandler, ResendRequest
from shared.kernel.tasks import end
from shared.messaging.broker import (
    BATCH,
    STOP_SECONDS,
    BrokerUnavailable,
    ConsumerQueues,
    Handler,
    PartitionState,
)
from shared.telemetry.logs import logger

CONFIRM_SECONDS = 10.0

log = logger(__name__)


@dataclass(slots=True)
class _Delivery:
    envelope: Envelope
    committed: asyncio.Future[bool]

    def settle(self, committed: bool) -> None:
        if not self.committed.done():  # else its publisher has given up waiting
            self.committed.set_result(committed)


@dataclass(slots=True)
class _Queue:
    waiting: asyncio.Queue[_Delivery] = field(default_factory=asyncio.Queue)
    closed: bool = False  # its consumer has left; before the first one comes, events wait for it

    def take(self, limit: int) -> list[_Delivery]:
        """Returns waiting events whose publisher still waits for them."""
        taken: list[_Delivery] = []
        while len(taken) < limit and not self.waiting.empty():
            delivery = self.waiting.get_nowait()
            if not delivery.committed.done():
                taken.append(delivery)
        return taken

    def close(self) -> None:
        self.closed = True
        while not self.waiting.empty():
            self.waiting.get_nowait().settle(False)


class MemoryBroker:
    """See :class:`shared.messaging.broker.Broker`. All services of the process share one."""

    def __init__(self, *, stop_seconds: float = STOP_SECONDS) -> None:
        self._stop_seconds = stop_seconds
        self._consumers: dict[str, ConsumerQueues] = {}
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    def expect(self, consumer: ConsumerQueues) -> None:
        self._consumers[consumer.service] = consumer
        for name in consumer.names():
            self._queues.setdefault(name, _Queue())

    async def declared(self, *, within_seconds: float | None = None) -> None:
        return

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> list[bool]:
        if to is not None and to not in self._consumers:
            raise BrokerUnavailable(f"{to} takes no events")
        outcomes = [
            [self._deliver(envelope, consumer) for consumer in self._listeners(envelope, to)]
            for envelope in envelopes
        ]
        everything = [future for futures in outcomes for future in futures]
        try:
            if everything:
                await asyncio.wait(everything, timeout=CONFIRM_SECONDS)
        finally:
            for future in everything:
                future.cancel()  # given up: a delivery that nobody waits for is not handed out any more
        return [
            all(not future.cancelled() and future.result() for future in futures)
            for futures in outcomes
        ]

    def _listeners(self, envelope: Envelope, to: str | None) -> list[ConsumerQueues]:
        if to is not None:
            return [self._consumers[to]]
        return [
            consumer
            for consumer in self._consumers.values()
            if envelope.publisher in consumer.publishers
        ]

    def _deliver(self, envelope: Envelope, consumer: ConsumerQueues) -> "asyncio.Future[bool]":
        queue = self._queues[consumer.queue_of(envelope.shard)]
        delivery = _Delivery(envelope, asyncio.get_running_loop().create_future())
        if queue.closed:
            delivery.settle(False)
        else:
            queue.waiting.put_nowait(delivery)
        return delivery.committed

    @property
    def connections(self) -> int:
        return 0

    async def publish_positions(
        self, positions: Sequence[Position], *, to: str | None = None
    ) -> None: ...

    async def request_resend(self, publisher: str, request: ResendRequest) -> None: ...

    @asynccontextmanager
    async def serve_resends(self, publisher: str, resend: ResendHandler) -> AsyncIterator[None]:
        yield

    @asynccontextmanager
    async def consuming(
        self,
        consumer: ConsumerQueues,
        handler: Handler,
        on_positions: PositionHandler | None = None,
        partitioning: PartitionState | None = None,
    ) -> AsyncIterator[None]:
        self.expect(consumer)
        if partitioning is not None and not consumer.is_settled:
            await partitioning.mark_settled(
                consumer
            )  # what was in other queues is its publishers' to send again
        queues = [self._queues[name] for name in consumer.names()]
        for queue in queues:
            queue.closed = False
        stop = asyncio.Event()
        feeders = [asyncio.create_task(_feed(queue, handler, stop)) for queue in queues]
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait(feeders, timeout=self._stop_seconds)
            await end(*feeders)
            for queue in queues:
                queue.close()

    async def ping(self) -> None:
        if not self._consumers:
            raise BrokerUnavailable("no service listens yet")


async def _feed(queue: _Queue, handler: Handler, stop: asyncio.Event) -> None:
    stopped = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            arrival = asyncio.create_task(queue.waiting.get())
            try:
                await asyncio.wait({arrival, stopped}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                arrival.cancel()  # does nothing to one that is done
            if arrival.done() and stop.is_set():
                arrival.result().settle(False)
            elif arrival.done():
                first = arrival.result()
                batch = queue.take(BATCH - 1)
                if not first.committed.done():
                    batch.insert(0, first)
                if batch:
                    await _hand_over(batch, handler)
    finally:
        stopped.cancel()


async def _hand_over(batch: list[_Delivery], handler: Handler) -> None:
    committed = False
    try:
        await handler([delivery.envelope for delivery in batch])
        committed = True
    except Exception as error:
        log.warning(
            "batch not stored, its publisher will send it again", size=len(batch), error=repr(error)
        )
    finally:
        for delivery in batch:
            delivery.settle(committed)
