"""The broker between machines: RabbitMQ 3.10 to 4.x through aio-pika.

The connections are ours, not aio-pika's "robust" ones, which don't consume again after the server
cancels a consumer. A supervisor rebuilds everything (connection, channel, queues, bindings, consumers) on any
close, cancelled consumer, publish timeout, or when the watchdog finds that the broker forgot us.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count, groupby
from typing import Any
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, ChannelPreconditionFailed, DeliveryError
from aiormq import spec

from shared.kernel.tasks import end
from shared.messaging.backoff import backoff_seconds
from shared.messaging.broker import BATCH, STOP_SECONDS, BrokerUnavailable, Handler, Inlet, Tidying, replay_key
from shared.messaging.envelope import CONTENT_TYPE, Envelope, amqp_headers
from shared.messaging.position import POSITION, Ask, Hear, Position, Resend
from shared.messaging.resizing import MayDrop, delete, exists, is_mark, mark_ends, unbind_others
from shared.messaging.topology import (
    EXCHANGE,
    POSITIONS,
    REPLAY,
    RESEND,
    declare_exchanges,
    declare_inlet,
    declare_resend,
    resend_queue,
)
from shared.telemetry.logs import logger

GROW_SECONDS = 0.25
"""How long a batch waits for company in which no event has an effect."""

BUSY_GROW_SECONDS = 0.01
"""How long any batch does so when the one before has just been stored."""

BUSY_SECONDS = 0.03

CONNECT_SECONDS = 5.0
CONFIRM_SECONDS = 10.0
HEARTBEAT_SECONDS = 20
WATCH_SECONDS = 4.0
REBIND_EVERY = 3
TIDY_SECONDS = 0.5

_DOWN = (AMQPError, ConnectionError, OSError, TimeoutError, RuntimeError)
"""What aio-pika raises when the broker, the connection or the channel is gone."""

Declare = Callable[[AbstractChannel], Awaitable[None]]
"""Makes the queues and bindings that are missing."""

Deliver = Callable[[Sequence[AbstractIncomingMessage]], Awaitable[None]]
"""Takes messages in order; when it returns they are acknowledged."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What of an inlet's other sizes is there, and how that ends."""

    find: Callable[[AbstractConnection], Awaitable[list[str]]]
    may_drop: MayDrop
    tidy: Callable[[AbstractConnection, Sequence[str]], Awaitable[None]]


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
        self.connections = 0

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

        return await self._settled([one(envelope) for envelope in envelopes])

    async def tell(self, positions: Sequence[Position], *, to: str | None = None) -> None:
        await self._say(
            REPLAY if to else POSITIONS,
            [
                (
                    replay_key(to, position.shard) if to else position.routing_key,
                    position.model_dump_json().encode(),
                    _said(position.type, amqp_headers(position.attributes())),
                )
                for position in positions
            ],
            mandatory=to is not None,
        )

    async def ask(self, publisher: str, ask: Ask) -> None:
        await self._say(RESEND, [(publisher, ask.model_dump_json().encode(), _said("resend"))], mandatory=True)

    async def _say(
        self, exchange: str, messages: Sequence[tuple[str, bytes, spec.Basic.Properties]], *, mandatory: bool
    ) -> None:
        """Hands over what is no event. :raises BrokerUnavailable: some of it did not get there."""
        await self.declared()
        channel = self._channel
        try:
            if channel is None:
                raise ConnectionError
            underlay: Any = await channel.get_underlay_channel()
        except _DOWN as error:
            raise BrokerUnavailable("the connection was just lost") from error

        async def one(key: str, body: bytes, properties: spec.Basic.Properties) -> bool:
            try:
                await underlay.basic_publish(
                    body, exchange=exchange, routing_key=key, properties=properties, mandatory=mandatory, wait=False
                )
            except _DOWN as error:
                if not isinstance(error, DeliveryError):  # that is: nobody takes it
                    self._broken.set()
                return False
            return True

        if not all(await self._settled([one(*message) for message in messages])):
            raise BrokerUnavailable(f"{exchange}: not everything was taken over")

    async def _settled(self, sending: Sequence[Coroutine[Any, Any, bool]]) -> list[bool]:
        """Waits for the confirms, but not for ever; gives for each whether it came."""
        tasks = [asyncio.create_task(one) for one in sending]
        try:
            _, late = await asyncio.wait(tasks, timeout=self._confirm_seconds)
            if late:
                # The confirms that follow may be off by one now: the channel must go.
                self._broken.set()
        finally:
            for task in tasks:
                task.cancel()  # does nothing to one that is done
        return [_came(task) for task in tasks]

    @asynccontextmanager
    async def consuming(
        self, inlet: Inlet, handler: Handler, hear: Hear | None = None, tidying: Tidying | None = None
    ) -> AsyncIterator[None]:
        self.expect(inlet)
        unsettled = tidying if not inlet.is_settled else None

        async def declare(channel: AbstractChannel) -> None:
            await declare_exchanges(channel)
            await declare_inlet(channel, inlet)

        async def deliver(batch: Sequence[AbstractIncomingMessage]) -> None:
            await _deliver(batch, handler, hear)

        async def surplus(connection: AbstractConnection) -> list[str]:
            left = await unbind_others(connection, inlet) if unsettled else []
            await mark_ends(connection, left)
            return left

        async def may_drop(queue: str) -> bool:
            return unsettled is not None and queue not in (await unsettled.look()).queues()

        async def tidy(connection: AbstractConnection, left: Sequence[str]) -> None:
            while unsettled is not None:
                if not any([await exists(connection, name) for name in left]):
                    await unsettled.settle(inlet)
                    return
                await asyncio.sleep(TIDY_SECONDS)

        leftovers = Leftovers(surplus, may_drop, tidy)
        async with self._feeding(
            inlet.service, "consumer", inlet.queues(), declare, deliver, leftovers, inlet.idle_types
        ):
            yield

    @asynccontextmanager
    async def answering(self, publisher: str, resend: Resend) -> AsyncIterator[None]:
        async def declare(channel: AbstractChannel) -> None:
            await declare_resend(channel, publisher)

        async def deliver(batch: Sequence[AbstractIncomingMessage]) -> None:
            for message in batch:
                await _answer(message, resend)

        queues = [resend_queue(publisher)]
        async with self._feeding(queues[0], "resend", queues, declare, deliver):
            yield

    @asynccontextmanager
    async def _feeding(
        self,
        what: str,
        role: str,
        queues: Sequence[str],
        declare: Declare,
        deliver: Deliver,
        leftovers: Leftovers | None = None,
        idle_types: frozenset[str] = frozenset(),
    ) -> AsyncIterator[None]:
        """Consumes ``queues`` for the length of the block. While that does not work, ``what`` is deaf."""
        self._deaf.add(what)
        stop = asyncio.Event()

        async def session(connection: AbstractConnection) -> None:
            lost = asyncio.Event()
            async with await _opened(connection) as channel:
                await declare(channel)
            left = await leftovers.find(connection) if leftovers else []
            may_drop = leftovers.may_drop if leftovers else None
            feeders = [
                await _start_feeder(connection, name, deliver, stop, lost, may_drop, idle_types)
                for name in (*queues, *left)
            ]
            self._deaf.discard(what)
            watchdog = asyncio.create_task(_watch(connection, what, queues, declare, lost))
            tidying = asyncio.create_task(_tidied(leftovers, connection, left, lost))
            try:
                await _first_of(connection.closed(), lost.wait(), asyncio.wait(feeders))
            finally:
                if not stop.is_set():
                    self._deaf.add(what)
                await end(watchdog, tidying, *feeders)

        supervisor = asyncio.create_task(self._supervise(f"{self._name} {role}", session, stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait({supervisor}, timeout=self._stop_seconds)
            await end(supervisor)
            self._deaf.discard(what)

    async def ping(self) -> None:
        if not self._ready.is_set():
            raise BrokerUnavailable("not connected")
        if self._deaf:
            raise BrokerUnavailable(f"not consuming: {', '.join(sorted(self._deaf))}")

    async def _publisher(self, connection: AbstractConnection) -> None:
        self._broken.clear()
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        try:
            await declare_exchanges(channel)
            for inlet in self._inlets.values():
                await declare_inlet(channel, inlet)
                await declare_resend(channel, inlet.service)
            self._channel = channel
            self.connections += 1
            self._ready.set()
            await _first_of(connection.closed(), channel.closed(), self._broken.wait())
        finally:
            self._ready.clear()
            self._channel = None

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
            except ChannelPreconditionFailed as error:
                remedy = "delete that queue; it is made again, and what it held comes again out of the event logs"
                log.error("a queue was made with other arguments", connection=name, error=str(error), remedy=remedy)
            except Exception as error:
                # Whatever it was: a supervisor that ends leaves a service deaf, or mute, until its restart.
                log.warning("connection to the broker failed", connection=name, error=repr(error))
            finally:
                if connection is not None:
                    await _close(connection)
            if stop.is_set():
                return
            lasted = asyncio.get_running_loop().time() - began
            failures = 1 if lasted > 10 else failures + 1
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), backoff_seconds(failures))


def _came(confirm: asyncio.Task[bool]) -> bool:
    """What is in flight on a connection that the supervisor closes ends cancelled, or with a bare Exception."""
    if not confirm.done() or confirm.cancelled() or type(confirm.exception()) is Exception:
        return False
    return confirm.result()


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


async def _start_feeder(
    connection: AbstractConnection,
    queue_name: str,
    deliver: Deliver,
    stop: asyncio.Event,
    lost: asyncio.Event,
    may_drop: MayDrop | None = None,
    idle_types: frozenset[str] = frozenset(),
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
        before = float("-inf")
        while True:
            batch = await _next_batch(arrivals, stop, idle_types, before)
            if not batch:
                await queue.cancel(tag)
                return
            await deliver(batch)
            last = batch[-1].delivery_tag
            if last is not None:
                await underlay.basic_ack(last, multiple=True)
            before = asyncio.get_running_loop().time()
            if may_drop and any(map(is_mark, batch)) and await may_drop(queue_name):
                await queue.cancel(tag)
                await delete(connection, queue_name)
                return

    task = asyncio.create_task(feed())
    task.add_done_callback(lambda done: None if done.cancelled() or not done.exception() else lost.set())
    return task


async def _tidied(
    leftovers: Leftovers | None, connection: AbstractConnection, left: Sequence[str], lost: asyncio.Event
) -> None:
    if leftovers is None:
        return
    try:
        await leftovers.tidy(connection, left)
    except Exception as error:
        log.warning("inlet not settled, trying again", error=repr(error))
        lost.set()


async def _next_batch(
    arrivals: "asyncio.Queue[AbstractIncomingMessage]", stop: asyncio.Event, idle_types: frozenset[str], before: float
) -> list[AbstractIncomingMessage]:
    """What has arrived, at least one message; empty when it is time to stop. A batch without an effect is given some
    time to grow, and so is any that follows another at once: a transaction for many events costs little more than one
    for a single event. ``before``: when the last batch was done, by the loop's clock."""
    loop = asyncio.get_running_loop()
    batch: list[AbstractIncomingMessage] = []
    until = None
    while len(batch) < BATCH and (message := await _next_arrival(arrivals, stop, until)) is not None:
        batch.append(message)
        if until is None:
            until = loop.time() + GROW_SECONDS
        if message.type not in idle_types:
            is_busy = loop.time() - before < BUSY_SECONDS
            until = min(until, loop.time() + (BUSY_GROW_SECONDS if is_busy else 0.0))
    return [] if stop.is_set() else batch  # unacknowledged, they go to the next consumer


async def _next_arrival(
    arrivals: "asyncio.Queue[AbstractIncomingMessage]", stop: asyncio.Event, until: float | None
) -> AbstractIncomingMessage | None:
    """None when there is none by then, or it is time to stop."""
    if not arrivals.empty():
        return arrivals.get_nowait()
    patience = None if until is None else until - asyncio.get_running_loop().time()
    if patience is not None and patience <= 0:
        return None
    getting = asyncio.create_task(arrivals.get())
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({getting, stopped}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        getting.cancel()  # does nothing to one that is done
    return getting.result() if getting.done() and not getting.cancelled() else None


async def _deliver(batch: Sequence[AbstractIncomingMessage], handler: Handler, hear: Hear | None) -> None:
    """Events in runs, up to where a position says what must have come by then."""
    for are_positions, run in groupby((message for message in batch if not is_mark(message)), _is_position):
        if not are_positions:
            await _hand_over(list(_envelopes(run)), handler)
        elif hear is not None:
            try:
                await hear([Position.model_validate_json(message.body) for message in run])
            except Exception as error:
                log.warning("position not looked at, the next will do", error=repr(error))


def _is_position(message: AbstractIncomingMessage) -> bool:
    return (message.type or "").endswith(POSITION)


def _envelopes(messages: Iterator[AbstractIncomingMessage]) -> Iterator[Envelope]:
    for message in messages:
        try:
            yield Envelope.from_headers(message.headers, message.body)
        except ValueError as error:
            # Not from this system: it can't be parked, for it has no stream. The log is all it gets.
            log.error("foreign message dropped", message_id=message.message_id, error=str(error))


async def _hand_over(envelopes: Sequence[Envelope], handler: Handler) -> None:
    """Until the handler has taken the whole batch, however long the store is away."""
    failures = 0
    while envelopes:
        try:
            await handler(envelopes)
            return
        except Exception as error:
            log.warning("batch not stored, trying again", size=len(envelopes), error=repr(error))
        failures += 1
        await asyncio.sleep(backoff_seconds(failures))


async def _answer(message: AbstractIncomingMessage, resend: Resend) -> None:
    try:
        await resend(Ask.model_validate_json(message.body))
    except Exception as error:
        # Not tried again here: whoever lacks events asks again, if it still does.
        log.warning("not sent again", asked=message.body[:200], error=repr(error))


async def _watch(
    connection: AbstractConnection, what: str, queues: Sequence[str], declare: Declare, lost: asyncio.Event
) -> None:
    """Asks the broker from time to time whether it still knows our queues and their consumers; more rarely makes the
    bindings again that somebody may have taken away."""
    for times in count(1):
        await asyncio.sleep(WATCH_SECONDS)
        try:
            async with asyncio.timeout(WATCH_SECONDS), await _opened(connection) as channel:
                if times % REBIND_EVERY == 0:
                    await declare(channel)
                for name in queues:
                    queue = await channel.declare_queue(name, passive=True)
                    if not queue.declaration_result.consumer_count:
                        raise BrokerUnavailable(f"{name} has no consumer")
        except (BrokerUnavailable, *_DOWN) as error:
            log.warning("the broker forgot this consumer", service=what, error=repr(error))
            lost.set()
            return


async def _opened(connection: AbstractConnection) -> AbstractChannel:
    """A channel for a few declarations; use it as a context manager."""
    return await connection.channel(publisher_confirms=False)


def _properties(envelope: Envelope) -> spec.Basic.Properties:
    properties = _said(envelope.type, envelope.headers())
    properties.timestamp = envelope.occurred_at
    return properties


def _said(kind: str, headers: Mapping[str, str] | None = None) -> spec.Basic.Properties:
    return spec.Basic.Properties(
        headers=dict(headers or {}),
        content_type=CONTENT_TYPE,
        delivery_mode=2,  # persistent
        # Returns are matched by message id, so every attempt needs one of its own.
        message_id=uuid4().hex,
        message_type=kind,
    )
