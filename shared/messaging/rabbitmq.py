"""The broker between machines: RabbitMQ 3.10 to 4.x through aio-pika.

The connections are ours, not aio-pika's "robust" ones, which don't consume again after the server
cancels a consumer. A supervisor rebuilds everything (connection, channel, queues, bindings, consumers) on any
close, cancelled consumer, publish timeout, or when the watchdog finds that the broker forgot us.
"""

import asyncio
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, DeliveryError
from aiormq import spec

from shared.kernel.tasks import end
from shared.messaging.broker import BATCH, STOP_SECONDS, BrokerUnavailable, Handler, Inlet, replay_key
from shared.messaging.envelope import CONTENT_TYPE, Envelope
from shared.telemetry.logs import logger

EXCHANGE = "diancai.events"
REPLAY = "diancai.replay"
UNROUTED = "diancai.unrouted"
"""Alternate exchange and queue: events that no inlet listens to, for the operator to see."""

QUEUE_ARGUMENTS: dict[str, Any] = {
    "x-queue-type": "quorum",
    "x-single-active-consumer": True,
    # Must be positive (4.x), and must never cost a good event: what can't be applied is parked by the
    # inbox long before, so this only ends a message that kills its consumer again and again.
    "x-delivery-limit": 10_000,
}
UNROUTED_ARGUMENTS: dict[str, Any] = {
    "x-queue-type": "quorum",
    "x-delivery-limit": 10_000,
    "x-max-length": 10_000,
    "x-overflow": "drop-head",
}
CONNECT_SECONDS = 5.0
CONFIRM_SECONDS = 10.0
HEARTBEAT_SECONDS = 20
WATCH_SECONDS = 4.0

_DOWN = (AMQPError, ConnectionError, OSError, TimeoutError, RuntimeError)
"""What aio-pika raises when the broker, the connection or the channel is gone."""

log = logger(__name__)


class RabbitBroker:
    """See :class:`shared.messaging.broker.Broker`. Publishing and consuming have a connection each,
    so that a broker that throttles publishers does not slow the acknowledgements."""

    def __init__(
        self,
        url: str,
        *,
        name: str = "diancai",
        tls: ssl.SSLContext | None = None,
        stop_seconds: float = STOP_SECONDS,
        confirm_seconds: float = CONFIRM_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> None:
        self._url = url
        self._name = name
        self._tls = tls
        self._stop_seconds = stop_seconds
        self._confirm_seconds = confirm_seconds
        self._connect_seconds = connect_seconds
        self._inlets: dict[str, Inlet] = {}
        self._channel: AbstractChannel | None = None
        self._ready = asyncio.Event()
        self._broken = asyncio.Event()
        self._deaf: set[str] = set()  # services whose consumers are expected, and not there

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        publisher = self._supervise(f"{self._name} publisher", self._publisher, asyncio.Event())
        supervisor = asyncio.create_task(publisher)
        try:
            yield
        finally:
            await end(supervisor)

    def expect(self, inlet: Inlet) -> None:
        self._inlets[inlet.service] = inlet

    async def declared(self) -> None:
        try:
            await asyncio.wait_for(self._ready.wait(), self._connect_seconds)
        except TimeoutError:
            raise BrokerUnavailable("not connected") from None

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> list[bool]:
        if not envelopes:
            return []
        await self.declared()
        channel = self._channel
        if channel is None:
            raise BrokerUnavailable("the connection was just lost")
        exchange = REPLAY if to else EXCHANGE
        try:
            underlay: Any = await channel.get_underlay_channel()  # Any: aiormq's abstract channel lacks `wait`
        except _DOWN as error:
            raise BrokerUnavailable("the connection was just lost") from error

        async def one(envelope: Envelope) -> bool:
            key = replay_key(to, envelope.shard) if to else envelope.routing_key
            try:
                # Not aio-pika's publish: that waits for each frame to leave before the next is written (wait=True).
                await underlay.basic_publish(
                    envelope.body,
                    exchange=exchange,
                    routing_key=key,
                    properties=_properties(envelope),
                    mandatory=True,
                    wait=False,
                )
            except DeliveryError as error:
                # Refused (queue full) or returned (the queues are gone): declare them again, and retry.
                log.warning("event not taken over", event_id=envelope.id, error=repr(error))
                self._broken.set()
                return False
            except _DOWN:
                self._broken.set()
                return False
            return True

        tasks = [asyncio.create_task(one(envelope)) for envelope in envelopes]
        try:
            _, late = await asyncio.wait(tasks, timeout=self._confirm_seconds)
            if late:
                # The confirms that follow may be off by one now: the channel must go.
                self._broken.set()
        finally:
            for task in tasks:
                task.cancel()  # does nothing to one that is done
        # aio-pika may also end what is in flight on a connection that the supervisor closes.
        return [task.done() and not task.cancelled() and task.result() for task in tasks]

    @asynccontextmanager
    async def consuming(self, inlet: Inlet, handler: Handler) -> AsyncIterator[None]:
        self.expect(inlet)
        self._deaf.add(inlet.service)
        stop = asyncio.Event()

        async def session(connection: AbstractConnection) -> None:
            await self._consumer(connection, inlet, handler, stop)

        supervisor = asyncio.create_task(self._supervise(f"{self._name} consumer", session, stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait({supervisor}, timeout=self._stop_seconds)
            await end(supervisor)
            self._deaf.discard(inlet.service)

    async def ping(self) -> None:
        if not self._ready.is_set():
            raise BrokerUnavailable("not connected")
        if self._deaf:
            raise BrokerUnavailable(f"not consuming: {', '.join(sorted(self._deaf))}")

    async def _publisher(self, connection: AbstractConnection) -> None:
        self._broken.clear()
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        try:
            await _declare_exchanges(channel)
            for inlet in self._inlets.values():
                await _declare_inlet(channel, inlet)
            self._channel = channel
            self._ready.set()
            await _first_of(connection.closed(), channel.closed(), self._broken.wait())
        finally:
            self._ready.clear()
            self._channel = None

    async def _consumer(
        self, connection: AbstractConnection, inlet: Inlet, handler: Handler, stop: asyncio.Event
    ) -> None:
        lost = asyncio.Event()
        async with await _opened(connection) as channel:
            await _declare_exchanges(channel)
            await _declare_inlet(channel, inlet)
        feeders = [await _start_feeder(connection, name, handler, stop, lost) for name in inlet.queues()]
        self._deaf.discard(inlet.service)
        watchdog = asyncio.create_task(_watch(connection, inlet, lost))
        try:
            await _first_of(connection.closed(), lost.wait(), asyncio.wait(feeders))
        finally:
            if not stop.is_set():
                self._deaf.add(inlet.service)
            await end(watchdog, *feeders)

    async def _supervise(
        self, name: str, session: Callable[[AbstractConnection], Awaitable[None]], stop: asyncio.Event
    ) -> None:
        """Connects, runs ``session`` until it ends or the connection breaks, and again, with jitter."""
        failures = 0
        while not stop.is_set():
            connection: AbstractConnection | None = None
            began = asyncio.get_running_loop().time()
            try:
                connection = await aio_pika.connect(
                    self._url,
                    ssl_context=self._tls,
                    timeout=self._connect_seconds,
                    heartbeat=HEARTBEAT_SECONDS,
                    client_properties={"connection_name": name},
                )
                await session(connection)
                log.info("connection to the broker ended", connection=name)
            except Exception as error:
                # Whatever it was: a supervisor that ends leaves a service deaf, or mute, until its restart.
                log.warning("connection to the broker failed", connection=name, error=repr(error))
            finally:
                if connection is not None:
                    await _close(connection)
            if stop.is_set():
                return
            lasted = asyncio.get_running_loop().time() - began
            failures = 0 if lasted > 10 else failures + 1
            pause = min(5.0, 0.1 * 2**failures) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter, not a secret
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)


async def _close(connection: AbstractConnection) -> None:
    with suppress(*_DOWN):
        async with asyncio.timeout(2):
            await connection.close()


async def _first_of(*waits: Awaitable[Any]) -> None:
    """Returns when the first of them is over, and stops waiting for the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _declare_exchanges(channel: AbstractChannel) -> None:
    unrouted = await channel.declare_exchange(UNROUTED, aio_pika.ExchangeType.FANOUT, durable=True)
    queue = await channel.declare_queue(UNROUTED, durable=True, arguments=UNROUTED_ARGUMENTS)
    await queue.bind(unrouted)
    await channel.declare_exchange(REPLAY, aio_pika.ExchangeType.DIRECT, durable=True)
    await channel.declare_exchange(
        EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True, arguments={"alternate-exchange": UNROUTED}
    )


async def _declare_inlet(channel: AbstractChannel, inlet: Inlet) -> None:
    await _declare_exchanges(channel)
    queues = {
        name: await channel.declare_queue(name, durable=True, arguments=QUEUE_ARGUMENTS) for name in inlet.queues()
    }
    for name, key in inlet.bindings():
        await queues[name].bind(EXCHANGE, key)
    for name, key in inlet.replay_bindings():
        await queues[name].bind(REPLAY, key)


async def _start_feeder(
    connection: AbstractConnection, queue_name: str, handler: Handler, stop: asyncio.Event, lost: asyncio.Event
) -> "asyncio.Task[None]":
    """Consumes one queue on a channel of its own, whose acknowledgements may then cover many at once."""
    channel = await connection.channel(publisher_confirms=False)
    await channel.set_qos(prefetch_count=2 * BATCH)
    underlay = await channel.get_underlay_channel()
    underlay.on_consumer_cancel_callbacks.add(lambda _frame: lost.set())
    channel.close_callbacks.add(lambda *_: lost.set())
    arrivals: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    queue = await channel.get_queue(queue_name, ensure=False)
    tag = await queue.consume(arrivals.put)

    async def feed() -> None:
        while True:
            batch = await _next_batch(arrivals, stop)
            if not batch:
                await queue.cancel(tag)
                return
            await _deliver(batch, handler)
            last = batch[-1].delivery_tag
            if last is not None:
                await underlay.basic_ack(last, multiple=True)

    task = asyncio.create_task(feed())
    task.add_done_callback(lambda done: None if done.cancelled() or not done.exception() else lost.set())
    return task


async def _next_batch(
    arrivals: "asyncio.Queue[AbstractIncomingMessage]", stop: asyncio.Event
) -> list[AbstractIncomingMessage]:
    """What has arrived, at least one message; empty when it is time to stop."""
    if arrivals.empty():
        getting = asyncio.create_task(arrivals.get())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({getting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            getting.cancel()  # does nothing to one that is done
        if not getting.done() or getting.cancelled():
            return []
        batch = [getting.result()]
    else:
        batch = []
    if stop.is_set():
        return []  # unacknowledged, so they go to the next consumer
    while len(batch) < BATCH and not arrivals.empty():
        batch.append(arrivals.get_nowait())
    return batch


async def _deliver(batch: Sequence[AbstractIncomingMessage], handler: Handler) -> None:
    """Until the handler has taken the whole batch, however long the store is away."""
    envelopes = []
    for message in batch:
        try:
            envelopes.append(Envelope.from_headers(message.headers, message.body))
        except ValueError as error:
            # Not from this system: it can't be parked, for it has no stream. The log is all it gets.
            log.error("foreign message dropped", message_id=message.message_id, error=str(error))
    pause = 0.2
    while envelopes:
        try:
            await handler(envelopes)
            return
        except Exception as error:
            log.warning("batch not stored, trying again", size=len(envelopes), error=repr(error))
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
        pause = min(5.0, 2 * pause)


async def _watch(connection: AbstractConnection, inlet: Inlet, lost: asyncio.Event) -> None:
    """Asks the broker from time to time whether it still knows our queues and their consumers."""
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        try:
            async with asyncio.timeout(WATCH_SECONDS), await _opened(connection) as channel:
                for name in inlet.queues():
                    queue = await channel.declare_queue(name, passive=True)
                    if not queue.declaration_result.consumer_count:
                        raise BrokerUnavailable(f"{name} has no consumer")
        except (BrokerUnavailable, *_DOWN) as error:
            log.warning("the broker forgot this consumer", service=inlet.service, error=repr(error))
            lost.set()
            return


async def _opened(connection: AbstractConnection) -> AbstractChannel:
    """A channel for a few declarations; use it as a context manager."""
    return await connection.channel(publisher_confirms=False)


def _properties(envelope: Envelope) -> spec.Basic.Properties:
    return spec.Basic.Properties(
        headers=dict(envelope.headers()),
        content_type=CONTENT_TYPE,
        delivery_mode=2,  # persistent
        # Returns are matched by message id, so every attempt needs one of its own.
        message_id=uuid4().hex,
        timestamp=envelope.occurred_at,
        message_type=envelope.type,
    )
