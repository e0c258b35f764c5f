"""The broker inside one process: publishing waits until every listening service has committed.

It stores nothing, for it does not have to: what is not confirmed stays in the publisher's event log.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared.messaging.broker import BATCH, BrokerUnavailable, Handler, Inlet
from shared.messaging.envelope import Envelope

CONFIRM_SECONDS = 10.0


@dataclass(slots=True)
class _Delivery:
    envelope: Envelope
    committed: asyncio.Future[None]


@dataclass(slots=True)
class _Queue:
    waiting: asyncio.Queue[_Delivery] = field(default_factory=asyncio.Queue)


class MemoryBroker:
    """See :class:`shared.messaging.broker.Broker`. All services of the process share one."""

    def __init__(self) -> None:
        self._inlets: dict[str, Inlet] = {}
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    def expect(self, inlet: Inlet) -> None:
        self._inlets[inlet.service] = inlet
        for name in inlet.queues():
            self._queues.setdefault(name, _Queue())

    async def declared(self) -> None:
        return

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> list[bool]:
        if to is not None and to not in self._inlets:
            raise BrokerUnavailable(f"{to} takes no events")
        loop = asyncio.get_running_loop()
        outcomes: list[list[asyncio.Future[None]]] = []
        for envelope in envelopes:
            listeners = [
                inlet for inlet in self._inlets.values()
                if (inlet.service == to if to else envelope.publisher in inlet.publishers)
            ]
            futures = []
            for inlet in listeners:
                delivery = _Delivery(envelope, loop.create_future())
                self._queues[inlet.queue_of(envelope.shard)].waiting.put_nowait(delivery)
                futures.append(delivery.committed)
            outcomes.append(futures)
        everything = [future for futures in outcomes for future in futures]
        if everything:
            await asyncio.wait(everything, timeout=CONFIRM_SECONDS)
        for future in everything:
            future.cancel()  # given up: a delivery that nobody waits for is not handed out any more
        return [all(f.done() and not f.cancelled() and f.exception() is None for f in futures) for futures in outcomes]

    @asynccontextmanager
    async def consuming(self, inlet: Inlet, handler: Handler) -> AsyncIterator[None]:
        self.expect(inlet)
        stop = asyncio.Event()
        feeders = [asyncio.create_task(_feed(self._queues[name], handler, stop)) for name in inlet.queues()]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*feeders)

    async def ping(self) -> None:
        if not self._inlets:
            raise BrokerUnavailable("no service listens yet")


async def _feed(queue: _Queue, handler: Handler, stop: asyncio.Event) -> None:
    stopped = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            arrival = asyncio.create_task(queue.waiting.get())
            await asyncio.wait({arrival, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not arrival.done():
                arrival.cancel()
                return
            batch = [arrival.result()]
            while len(batch) < BATCH and not queue.waiting.empty():
                batch.append(queue.waiting.get_nowait())
            batch = [delivery for delivery in batch if not delivery.committed.done()]
            if not batch:
                continue
            try:
                await handler([delivery.envelope for delivery in batch])
            except Exception as error:
                for delivery in batch:
                    if not delivery.committed.done():
                        delivery.committed.set_exception(error)
            else:
                for delivery in batch:
                    if not delivery.committed.done():
                        delivery.committed.set_result(None)
    finally:
        stopped.cancel()
