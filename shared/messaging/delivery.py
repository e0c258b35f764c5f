"""Delivers messages from a queue to its consumer in batches, and acknowledges them once their
effects are stored.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, groupby

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from shared.eventlog.envelope import Envelope
from shared.eventlog.position import (
    POSITION,
    Position,
    PositionHandler,
    ResendHandler,
    ResendRequest,
)
from shared.messaging.backoff import backoff_seconds
from shared.messaging.broker import BATCH, BrokerUnavailable, Handler
from shared.messaging.provenance import (
    Forged,
    Users,
    check_event,
    check_position,
    check_resend_request,
    shown,
)
from shared.messaging.resizing import MayDelete, delete, is_mark
from shared.messaging.supervisor import DOWN, opened
from shared.messaging.topology import Declare
from shared.messaging.unresponsive import responds
from shared.telemetry import metrics
from shared.telemetry.logs import logger

GROW_SECONDS = 0.25
"""How long a batch in which no event has an effect waits for more events."""

LINGER_SECONDS = 0.001
"""How long any batch waits for more events. What a relay sends in one round arrives in this time.
"""

WATCH_SECONDS = 4.0
REBIND_EVERY = 3

Deliver = Callable[
    [Sequence[AbstractIncomingMessage]], Awaitable[Sequence[AbstractIncomingMessage]]
]
"""Takes messages in order. When it returns they are acknowledged, except those that it returns:
they are rejected."""

Arrivals = asyncio.Queue[AbstractIncomingMessage | None]
"""The messages that the broker has sent; None means that it is time to stop."""

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class SurplusQueues:
    """Finds the queues of other partition counts, and waits until they are drained and deleted."""

    find: Callable[[AbstractConnection], Awaitable[list[str]]]
    may_delete: MayDelete
    await_removal: Callable[[AbstractConnection, Sequence[str]], Awaitable[None]]


async def start_delivery(
    connection: AbstractConnection,
    queue_name: str,
    deliver: Deliver,
    stop: asyncio.Event,
    lost: asyncio.Event,
    may_delete: MayDelete | None = None,
    idle_types: frozenset[str] = frozenset(),
) -> "asyncio.Task[None]":
    """Consumes one queue on a channel of its own, so that one acknowledgement can cover a whole
    batch.
    """
    channel = await connection.channel(publisher_confirms=False)
    await channel.set_qos(prefetch_count=2 * BATCH)
    underlay = await channel.get_underlay_channel()
    underlay.on_consumer_cancel_callbacks.add(lambda _frame: lost.set())
    channel.close_callbacks.add(lambda *_: lost.set())
    arrivals: Arrivals = asyncio.Queue()
    queue = await channel.get_queue(queue_name, ensure=False)
    tag = await queue.consume(arrivals.put)

    async def announce_end() -> None:
        await stop.wait()
        await arrivals.put(None)

    async def deliver_all() -> None:
        while True:
            batch = await _next_batch(arrivals, stop, idle_types)
            if not batch:
                await queue.cancel(tag)
                return
            refused = await deliver(batch)
            last = batch[-1].delivery_tag
            if refused:
                await _settle_each(batch, refused)
            elif last is not None:
                await underlay.basic_ack(last, multiple=True)
            if may_delete and any(map(is_mark, batch)) and await may_delete(queue_name):
                await queue.cancel(tag)
                await delete(connection, queue_name)
                return

    ending = asyncio.create_task(announce_end())
    task = asyncio.create_task(deliver_all())
    task.add_done_callback(lambda _: ending.cancel())
    task.add_done_callback(
        lambda done: None if done.cancelled() or not done.exception() else lost.set()
    )
    return task


async def _settle_each(
    batch: Sequence[AbstractIncomingMessage], refused: Sequence[AbstractIncomingMessage]
) -> None:
    """Acknowledges or rejects each message. Rejected ones go to the dead-letter exchange of the
    queue's policy.
    """
    rejected = {message.delivery_tag for message in refused}
    for message in batch:
        if message.delivery_tag in rejected:
            await message.reject(requeue=False)
        else:
            await message.ack()


async def remove_surplus(
    surplus: SurplusQueues | None,
    connection: AbstractConnection,
    left: Sequence[str],
    lost: asyncio.Event,
) -> None:
    """Waits until the surplus queues are gone. If that fails, the consumer is made again."""
    if surplus is None:
        return
    try:
        await surplus.await_removal(connection, left)
    except Exception as error:
        log.warning("surplus queues not removed, trying again", error=repr(error))
        lost.set()


async def _next_batch(
    arrivals: Arrivals, stop: asyncio.Event, idle_types: frozenset[str]
) -> list[AbstractIncomingMessage]:
    """Returns the messages that have arrived, at least one; an empty list when it is time to stop.

    A batch in which no event has an effect waits a little for more.
    """
    loop = asyncio.get_running_loop()
    batch: list[AbstractIncomingMessage] = []
    until = None
    while len(batch) < BATCH and (message := await _next_arrival(arrivals, until)) is not None:
        batch.append(message)
        if until is None:
            until = loop.time() + GROW_SECONDS
        if message.type not in idle_types:
            until = min(until, loop.time() + LINGER_SECONDS)
    return [] if stop.is_set() else batch  # unacknowledged, they go to the next consumer


async def _next_arrival(arrivals: Arrivals, until: float | None) -> AbstractIncomingMessage | None:
    """Returns the next message, or None when none has arrived by ``until`` or it is time to stop."""
    if not arrivals.empty():
        return arrivals.get_nowait()
    with suppress(TimeoutError):
        async with asyncio.timeout_at(until):
            return await arrivals.get()
    return None


async def deliver_batch(
    batch: Sequence[AbstractIncomingMessage],
    handler: Handler,
    on_positions: PositionHandler | None,
    users: Users,
) -> list[AbstractIncomingMessage]:
    """Passes events to ``handler`` in runs, each up to a position that says what must have arrived
    by then.

    Returns the messages that were refused because they are malformed or forged. They are not
    parked: a stream must not wait for what its publisher never sent.
    """
    refused: list[AbstractIncomingMessage] = []
    for are_positions, run in groupby(
        (message for message in batch if not is_mark(message)), _is_position
    ):
        if not are_positions:
            await _hand_over(list(_envelopes(run, users, refused)), handler)
        elif on_positions is not None and (positions := list(_positions(run, users, refused))):
            try:
                await on_positions(positions)
            except Exception as error:
                log.warning("position not compared, the next one will be", error=repr(error))
    return refused


def _is_position(message: AbstractIncomingMessage) -> bool:
    return (message.type or "").endswith(POSITION)


def _envelopes(
    messages: Iterator[AbstractIncomingMessage],
    users: Users,
    refused: list[AbstractIncomingMessage],
) -> Iterator[Envelope]:
    for message in messages:
        try:
            envelope = Envelope.from_headers(message.headers, message.body)
            check_event(envelope, message, users)
        except ValueError as error:
            _refuse(message, users, error)
            refused.append(message)
        else:
            yield envelope


def _positions(
    messages: Iterator[AbstractIncomingMessage],
    users: Users,
    refused: list[AbstractIncomingMessage],
) -> Iterator[Position]:
    for message in messages:
        try:
            position = Position.model_validate_json(message.body)
            check_position(position, message, users)
        except ValueError as error:
            _refuse(message, users, error)
            refused.append(message)
        else:
            yield position


def _refuse(message: AbstractIncomingMessage, users: Users, error: ValueError) -> None:
    reason = "forged" if isinstance(error, Forged) else "malformed"
    metrics.MESSAGES_REFUSED.labels(users.service, reason).inc()
    # Not the body, which may hold anything; the message itself is where dead letters go.
    log.error(
        "message refused",
        reason=reason,
        error=str(error) if reason == "forged" else type(error).__name__,
        exchange=shown(message.exchange),
        routing_key=shown(message.routing_key),
        user_id=shown(message.user_id),
        message_id=shown(message.message_id),
    )


async def _hand_over(envelopes: Sequence[Envelope], handler: Handler) -> None:
    """Retries until the handler has stored the whole batch, however long the store is unavailable."""
    failures = 0
    while envelopes:
        try:
            await handler(envelopes)
            return
        except Exception as error:
            log.warning("batch not stored, trying again", size=len(envelopes), error=repr(error))
        failures += 1
        await asyncio.sleep(backoff_seconds(failures))


async def handle_resend_request(
    message: AbstractIncomingMessage, resend: ResendHandler, users: Users
) -> bool:
    """Returns whether the request came from a service that may send it.

    Other failures are not retried here, for a service that lacks events repeats its request.
    """
    try:
        request = ResendRequest.model_validate_json(message.body)
        check_resend_request(request, message, users)
    except ValueError as error:
        _refuse(message, users, error)
        return False
    try:
        await resend(request)
    except Exception as error:
        log.warning("not sent again", to=request.service, shard=request.shard, error=repr(error))
    return True


async def watch_consumers(
    connection: AbstractConnection,
    what: str,
    queues: Sequence[str],
    declare: Declare,
    lost: asyncio.Event,
) -> None:
    """Checks from time to time that the broker still knows our queues and their consumers.

    Every third time it also checks that the queues still execute commands, and restores bindings
    that were removed.
    """
    for times in count(1):
        await asyncio.sleep(WATCH_SECONDS)
        thorough = times % REBIND_EVERY == 0
        try:
            async with asyncio.timeout(WATCH_SECONDS), await opened(connection) as channel:
                if thorough:
                    await declare(channel)
                for name in queues:
                    queue = await channel.declare_queue(name, passive=True)
                    if not queue.declaration_result.consumer_count:
                        raise BrokerUnavailable(f"{name} has no consumer")
            for name in (
                queues if thorough else ()
            ):  # each in a time of its own, however many there are
                if not await responds(connection, name):
                    raise BrokerUnavailable(f"{name} responds nobody")
        except (BrokerUnavailable, *DOWN) as error:
            log.warning("the broker forgot this consumer", service=what, error=repr(error))
            lost.set()
            return
