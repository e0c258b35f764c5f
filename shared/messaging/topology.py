"""Exchanges, queues and bindings on RabbitMQ, and how they are declared."""

from collections.abc import Awaitable, Callable
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel

from shared.messaging.broker import ConsumerQueues

EXCHANGE = "diancai.events"
REPLAY = "diancai.replay"
POSITIONS = "diancai.positions"
"""Beside the events, by the same keys: how far they were sent. Apart from them, so that whoever
binds ``requests.#`` to a queue for events gets events only."""
RESEND = "diancai.resend"
"""By the names of who asks and of the publisher: what a service asks for that lacks some of its
events."""
UNROUTED = "diancai.unrouted"
"""Alternate exchange and queue: events that no service listens to, for the operator to see."""

QUEUE_ARGUMENTS: dict[str, Any] = {
    "x-queue-type": "quorum",
    "x-single-active-consumer": True,
    # Must be positive (4.x), and must never cost a good event: what can't be applied is parked by
    # the inbox long before, so this only ends a message that kills its consumer again and again.
    "x-delivery-limit": 10_000,
}
UNROUTED_ARGUMENTS: dict[str, Any] = {
    "x-queue-type": "quorum",
    "x-delivery-limit": 10_000,
    "x-max-length": 10_000,
    "x-overflow": "drop-head",
}
RESEND_ARGUMENTS: dict[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": 10_000}


Declare = Callable[[AbstractChannel], Awaitable[None]]
"""Makes the queues and bindings that are missing."""


def resend_queue(publisher: str) -> str:
    """Returns the name of the queue in which a publisher receives resend requests."""
    return f"{publisher}.resend"


def resend_key(asker: str, publisher: str) -> str:
    """Returns the routing key of a request from ``asker`` to ``publisher``."""
    return f"{asker}.{publisher}"


def arguments_of(queue: str) -> dict[str, Any]:
    """Returns the arguments of a service's queue."""
    return RESEND_ARGUMENTS if queue.endswith(".resend") else QUEUE_ARGUMENTS


def remedy_for_arguments(queue: str) -> str:
    """Returns what an operator does about a queue that was declared with other arguments."""
    return f"rabbitmqctl delete_queue {queue}: it is made again, and what it held comes again out of the event logs"


def remedy_for_unresponsive(queue: str) -> str:
    """Returns what an operator does about a queue that does not respond."""
    if queue == UNROUTED:
        return f"rabbitmqctl delete_queue {queue}: it is made again"
    return remedy_for_arguments(queue)


async def declare_exchanges(channel: AbstractChannel) -> None:
    """Declares all exchanges, and the queue for unrouted events."""
    unrouted = await channel.declare_exchange(UNROUTED, aio_pika.ExchangeType.FANOUT, durable=True)
    queue = await channel.declare_queue(UNROUTED, durable=True, arguments=UNROUTED_ARGUMENTS)
    await queue.bind(unrouted)
    # Topic exchanges, all of them: RabbitMQ checks the routing keys of no others against
    # permissions.
    await channel.declare_exchange(REPLAY, aio_pika.ExchangeType.TOPIC, durable=True)
    await channel.declare_exchange(RESEND, aio_pika.ExchangeType.TOPIC, durable=True)
    await channel.declare_exchange(POSITIONS, aio_pika.ExchangeType.TOPIC, durable=True)
    await channel.declare_exchange(
        EXCHANGE,
        aio_pika.ExchangeType.TOPIC,
        durable=True,
        arguments={"alternate-exchange": UNROUTED},
    )


async def declare_queues(channel: AbstractChannel, queues: ConsumerQueues) -> None:
    """Declares the queues and bindings that are missing. Existing ones stay as they are."""
    await declare_exchanges(channel)
    for name in queues.names():
        await channel.declare_queue(name, durable=True, arguments=QUEUE_ARGUMENTS)
    underlay = await channel.get_underlay_channel()
    *bindings, last = bindings_of(queues)
    for exchange, queue, key in bindings:  # a hundred of them: only the last is waited for
        await underlay.queue_bind(queue, exchange, key, nowait=True)
    exchange, queue, key = last
    await underlay.queue_bind(queue, exchange, key)


def bindings_of(queues: ConsumerQueues) -> list[tuple[str, str, str]]:
    """Returns (exchange, queue, key) triples."""
    return [
        (exchange, queue, key)
        for exchange, pairs in (
            (EXCHANGE, queues.bindings()),
            (POSITIONS, queues.position_bindings()),
            (REPLAY, queues.replay_bindings()),
        )
        for queue, key in pairs
    ]


async def declare_resend(channel: AbstractChannel, publisher: str) -> None:
    """Declares the queue for a publisher's resend requests."""
    await declare_exchanges(channel)
    queue = await channel.declare_queue(
        resend_queue(publisher), durable=True, arguments=RESEND_ARGUMENTS
    )
    await queue.bind(RESEND, resend_key("*", publisher))
