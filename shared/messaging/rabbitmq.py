"""The broker between machines: RabbitMQ 3.10 to 4.x through aio-pika.

This module publishes and consumes. The connections are made in :mod:`shared.messaging.supervisor`,
and what arrives is processed in :mod:`shared.messaging.delivery`.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import DeliveryError
from aiormq import spec

from shared.eventlog.envelope import AMQP_PREFIX, CONTENT_TYPE, Envelope, HeaderStyle, amqp_headers
from shared.eventlog.position import Position, PositionHandler, ResendHandler, ResendRequest
from shared.kernel.tasks import end
from shared.messaging.broker import (
    STOP_SECONDS,
    BrokerUnavailable,
    ConsumerQueues,
    Handler,
    PartitionState,
    replay_key,
)
from shared.messaging.delivery import (
    Deliver,
    SurplusQueues,
    deliver_batch,
    handle_resend_request,
    remove_surplus,
    start_delivery,
    watch_consumers,
)
from shared.messaging.provenance import USER_PATTERN, Users
from shared.messaging.resizing import exists, mark_ends, unbind_others
from shared.messaging.supervisor import DOWN, connect, first_of, opened, supervise
from shared.messaging.topology import (
    EXCHANGE,
    POSITIONS,
    REPLAY,
    RESEND,
    UNROUTED,
    Declare,
    declare_exchanges,
    declare_queues,
    declare_resend,
    resend_key,
    resend_queue,
)
from shared.messaging.unresponsive import UnresponsiveQueues
from shared.telemetry.logs import logger

CONNECT_SECONDS = 5.0
CONFIRM_SECONDS = 10.0
HEARTBEAT_SECONDS = 20
TIDY_SECONDS = 0.5
DECLARE_SECONDS = 30.0
"""How long the declarations or consumers of one service may take."""

log = logger(__name__)


class RabbitBroker:
    """See :class:`shared.messaging.broker.Broker`.

    Publishing and consuming have a connection each, so that a broker that throttles publishers does
    not slow down the acknowledgements.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str = "diancai",
        tls: ssl.SSLContext | None = None,
        stop_seconds: float = STOP_SECONDS,
        confirm_seconds: float = CONFIRM_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
        unresponsive: UnresponsiveQueues | None = None,
        user_pattern: str = USER_PATTERN,
        header_style: HeaderStyle = AMQP_PREFIX,
    ) -> None:
        """``unresponsive``: when a queue that answers no command is replaced (None: as in
        production). ``user_pattern``: see :class:`shared.messaging.provenance.Users`.
        """
        self._url = url
        self._name = name
        self._user_pattern = user_pattern
        self._header_style: HeaderStyle = header_style
        self._user_id = self._users(name).user_id()
        self._tls = tls
        self._stop_seconds = stop_seconds
        self._confirm_seconds = confirm_seconds
        self._connect_seconds = connect_seconds
        self._consumers: dict[str, ConsumerQueues] = {}
        self._channel: AbstractChannel | None = None
        self._ready = asyncio.Event()
        self._broken = asyncio.Event()
        self._unresponsive = unresponsive or UnresponsiveQueues()
        self._unconfirmed = ""  # what the connection that is given up waited for in vain
        self._not_consuming: set[str] = (
            set()
        )  # services whose consumers are expected, and not there
        self.connections = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        publisher = supervise(
            f"{self._name} publisher", self._connect, self._publisher, asyncio.Event()
        )
        supervisor = asyncio.create_task(publisher)
        try:
            yield
        finally:
            await end(supervisor)

    def expect(self, queues: ConsumerQueues) -> None:
        self._consumers[queues.service] = queues

    async def declared(self, *, within_seconds: float | None = None) -> None:
        patience = self._connect_seconds if within_seconds is None else within_seconds
        try:
            await asyncio.wait_for(self._ready.wait(), patience)
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
            underlay: Any = (
                await channel.get_underlay_channel()
            )  # Any: aiormq's abstract channel lacks `wait`
        except DOWN as error:
            raise BrokerUnavailable("the connection was just lost") from error

        def key_of(envelope: Envelope) -> str:
            return (
                replay_key(envelope.publisher, to, envelope.shard) if to else envelope.routing_key
            )

        async def one(envelope: Envelope) -> bool:
            try:
                # Not aio-pika's publish: that waits for each frame to leave before the next is
                # written (wait=True).
                await underlay.basic_publish(
                    envelope.body,
                    exchange=exchange,
                    routing_key=key_of(envelope),
                    properties=self._properties(envelope),
                    mandatory=True,
                    wait=False,
                )
            except DeliveryError as error:
                log.warning("event not taken over", event_id=envelope.id, error=repr(error))
                return False
            except DOWN:
                self._broken.set()
                return False
            return True

        sending = [(key_of(envelope), one(envelope)) for envelope in envelopes]
        outcome = await self._confirms(exchange, sending)
        if not all(outcome):
            # Refused (queue full) or returned (the queues are gone): declare them again, and retry.
            # Not before the others are confirmed, which would then come twice.
            self._broken.set()
        return outcome

    async def publish_positions(
        self, positions: Sequence[Position], *, to: str | None = None
    ) -> None:
        await self._publish_messages(
            REPLAY if to else POSITIONS,
            [
                (
                    replay_key(position.publisher, to, position.shard)
                    if to
                    else position.routing_key,
                    position.model_dump_json().encode(),
                    self._message_properties(
                        position.type, amqp_headers(position.attributes(), self._header_style)
                    ),
                )
                for position in positions
            ],
            mandatory=to is not None,
        )

    async def request_resend(self, publisher: str, request: ResendRequest) -> None:
        message = (
            resend_key(request.service, publisher),
            request.model_dump_json().encode(),
            self._message_properties("resend"),
        )
        await self._publish_messages(RESEND, [message], mandatory=True)

    async def _publish_messages(
        self,
        exchange: str,
        messages: Sequence[tuple[str, bytes, spec.Basic.Properties]],
        *,
        mandatory: bool,
    ) -> None:
        """Publishes messages that are no events.

        :raises BrokerUnavailable: some of them were not accepted.
        """
        await self.declared()
        channel = self._channel
        try:
            if channel is None:
                raise ConnectionError
            underlay: Any = await channel.get_underlay_channel()
        except DOWN as error:
            raise BrokerUnavailable("the connection was just lost") from error

        async def one(key: str, body: bytes, properties: spec.Basic.Properties) -> bool:
            try:
                await underlay.basic_publish(
                    body,
                    exchange=exchange,
                    routing_key=key,
                    properties=properties,
                    mandatory=mandatory,
                    wait=False,
                )
            except DOWN as error:
                if not isinstance(error, DeliveryError):  # that is: nobody takes it
                    self._broken.set()
                return False
            return True

        if not all(
            await self._confirms(exchange, [(message[0], one(*message)) for message in messages])
        ):
            raise BrokerUnavailable(f"{exchange}: not everything was taken over")

    async def _confirms(
        self, exchange: str, sending: Sequence[tuple[str, Coroutine[Any, Any, bool]]]
    ) -> list[bool]:
        """Waits for the confirms, but not for ever; returns for each whether it came."""
        tasks = [asyncio.create_task(one) for _, one in sending]
        try:
            _, late = await asyncio.wait(tasks, timeout=self._confirm_seconds)
            if late:
                # The confirms that follow may be off by one now: the channel must go.
                keys = [key for (key, _), task in zip(sending, tasks, strict=True) if task in late]
                self._unconfirmed = (
                    f"{len(keys)} to {exchange}, the first with the routing key {keys[0]}"
                )
                self._broken.set()
        finally:
            for task in tasks:
                task.cancel()  # does nothing to one that is done
        return [_is_confirmed(task) for task in tasks]

    @asynccontextmanager
    async def consuming(
        self,
        queues: ConsumerQueues,
        handler: Handler,
        on_positions: PositionHandler | None = None,
        partitioning: PartitionState | None = None,
    ) -> AsyncIterator[None]:
        self.expect(queues)
        unsettled = partitioning if not queues.is_settled else None

        async def declare(channel: AbstractChannel) -> None:
            await declare_exchanges(channel)
            await declare_queues(channel, queues)

        users = self._users(queues.service)

        async def deliver(
            batch: Sequence[AbstractIncomingMessage],
        ) -> Sequence[AbstractIncomingMessage]:
            return await deliver_batch(batch, handler, on_positions, users)

        async def find(connection: AbstractConnection) -> list[str]:
            left = await unbind_others(connection, queues) if unsettled else []
            await mark_ends(connection, left)
            return left

        async def may_delete(queue: str) -> bool:
            return unsettled is not None and queue not in (await unsettled.refresh()).names()

        async def await_removal(connection: AbstractConnection, left: Sequence[str]) -> None:
            while unsettled is not None:
                if not any([await exists(connection, name) for name in left]):
                    await unsettled.mark_settled(queues)
                    return
                await asyncio.sleep(TIDY_SECONDS)

        surplus = SurplusQueues(find, may_delete, await_removal)
        async with self._delivering(
            queues.service, "consumer", queues.names(), declare, deliver, surplus, queues.idle_types
        ):
            yield

    @asynccontextmanager
    async def serve_resends(self, publisher: str, resend: ResendHandler) -> AsyncIterator[None]:
        async def declare(channel: AbstractChannel) -> None:
            await declare_resend(channel, publisher)

        users = self._users(publisher)

        async def deliver(
            batch: Sequence[AbstractIncomingMessage],
        ) -> Sequence[AbstractIncomingMessage]:
            return [
                message
                for message in batch
                if not await handle_resend_request(message, resend, users)
            ]

        queues = [resend_queue(publisher)]
        async with self._delivering(queues[0], "resend", queues, declare, deliver):
            yield

    @asynccontextmanager
    async def _delivering(
        self,
        what: str,
        role: str,
        queues: Sequence[str],
        declare: Declare,
        deliver: Deliver,
        surplus: SurplusQueues | None = None,
        idle_types: frozenset[str] = frozenset(),
    ) -> AsyncIterator[None]:
        """Consumes ``queues`` for the length of the block. Until that works, ``ping`` reports
        ``what``.
        """
        self._not_consuming.add(what)
        stop = asyncio.Event()

        async def session(connection: AbstractConnection) -> None:
            lost = asyncio.Event()
            async with asyncio.timeout(DECLARE_SECONDS), await opened(connection) as channel:
                await declare(channel)
            await self._unresponsive.resolve(connection, queues, declare)
            left = await surplus.find(connection) if surplus else []
            await self._unresponsive.resolve(connection, left, _declare_nothing)
            may_delete = surplus.may_delete if surplus else None
            async with asyncio.timeout(DECLARE_SECONDS):
                deliveries = [
                    await start_delivery(
                        connection, name, deliver, stop, lost, may_delete, idle_types
                    )
                    for name in (*queues, *left)
                ]
            self._not_consuming.discard(what)
            watchdog = asyncio.create_task(watch_consumers(connection, what, queues, declare, lost))
            removing = asyncio.create_task(remove_surplus(surplus, connection, left, lost))
            try:
                await first_of(connection.closed(), lost.wait(), asyncio.wait(deliveries))
            finally:
                if not stop.is_set():
                    self._not_consuming.add(what)
                await end(watchdog, removing, *deliveries)

        supervisor = asyncio.create_task(
            supervise(f"{self._name} {role}", self._connect, session, stop)
        )
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait({supervisor}, timeout=self._stop_seconds)
            await end(supervisor)
            self._not_consuming.discard(what)

    async def ping(self) -> None:
        if silent := str(self._unresponsive):
            raise BrokerUnavailable(silent)
        if not self._ready.is_set():
            raise BrokerUnavailable("not connected")
        if self._not_consuming:
            raise BrokerUnavailable(f"not consuming: {', '.join(sorted(self._not_consuming))}")

    async def _publisher(self, connection: AbstractConnection) -> None:
        self._broken.clear()
        self._unconfirmed = ""
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        try:
            async with asyncio.timeout(DECLARE_SECONDS):
                await declare_exchanges(channel)
                for queues in self._consumers.values():
                    await declare_queues(channel, queues)
                    await declare_resend(channel, queues.service)
            # Nobody consumes this one, so nobody else would find out.
            await self._unresponsive.resolve(connection, [UNROUTED], declare_exchanges)
            self._channel = channel
            self.connections += 1
            self._ready.set()
            await first_of(connection.closed(), channel.closed(), self._broken.wait())
            if self._unconfirmed:
                raise BrokerUnavailable(
                    f"messages not confirmed: {self._unconfirmed}; see diancai doctor"
                )
        finally:
            self._ready.clear()
            self._channel = None

    def _users(self, service: str) -> Users:
        return Users.of_url(self._url, service, self._user_pattern)

    def _properties(self, envelope: Envelope) -> spec.Basic.Properties:
        properties = self._message_properties(envelope.type, envelope.headers(self._header_style))
        properties.timestamp = envelope.occurred_at
        return properties

    def _message_properties(
        self, kind: str, headers: Mapping[str, str] | None = None
    ) -> spec.Basic.Properties:
        return spec.Basic.Properties(
            headers=dict(headers or {}),
            content_type=CONTENT_TYPE,
            delivery_mode=2,  # persistent
            # Returns are matched by message id, so every attempt needs one of its own.
            message_id=uuid4().hex,
            message_type=kind,
            user_id=self._user_id,
        )

    async def _connect(self, name: str) -> AbstractConnection:
        return await connect(
            self._url,
            ssl_context=self._tls,
            timeout=self._connect_seconds,
            heartbeat=HEARTBEAT_SECONDS,
            client_properties={"connection_name": name},
        )


async def _declare_nothing(_channel: AbstractChannel) -> None:
    """A surplus queue that was deleted need not come again."""


def _is_confirmed(confirm: asyncio.Task[bool]) -> bool:
    """What is in flight on a connection that the supervisor closes ends cancelled, or with a bare
    Exception.
    """
    if not confirm.done() or confirm.cancelled() or type(confirm.exception()) is Exception:
        return False
    return confirm.result()
