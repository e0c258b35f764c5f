"""Removes the queues that are left on RabbitMQ of other partition counts: unbinds, drains in order,
deletes.

The new queues are bound before the others are unbound, so that every event reaches at least one. A
mark is placed behind all that is in a surplus queue. A consumer that receives the mark has received
everything before it, for the queue has a single active consumer. It deletes the queue once that is
stored. Each step may be repeated.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import ChannelNotFoundEntity

from shared.messaging.broker import ConsumerQueues
from shared.messaging.topology import REPLAY, bindings_of

MARK = "diancai.end_of_queue"
_MARK_KEY = re.compile(r"[a-z]+\.[0-9]+")

MayDelete = Callable[[str], Awaitable[bool]]
"""Returns whether a queue is still surplus: the queues may have been resized again."""


def is_mark(message: AbstractIncomingMessage) -> bool:
    """Returns whether a message is an end mark.

    Only the queue's own service can send one: its routing key is the queue's name, which begins
    with the service's.
    """
    if message.type != MARK:
        return False
    return message.exchange == REPLAY and _MARK_KEY.fullmatch(message.routing_key or "") is not None


async def unbind_others(connection: AbstractConnection, queues: ConsumerQueues) -> list[str]:
    """Unbinds every shard from queues that should not receive it, and returns the surplus queues
    that exist.
    """
    there = [name for name in queues.possible_names() if await exists(connection, name)]
    own = set(bindings_of(queues))
    async with await connection.channel(publisher_confirms=False) as channel:
        underlay = await channel.get_underlay_channel()
        for name in there:
            for exchange, key in sorted({(exchange, key) for exchange, _, key in own}):
                if (exchange, name, key) not in own:
                    await underlay.queue_unbind(name, exchange, key)
    return [name for name in there if name not in queues.names()]


async def mark_ends(connection: AbstractConnection, queues: Sequence[str]) -> None:
    """Places the mark behind all that is in each queue."""
    if not queues:
        return
    async with await connection.channel(publisher_confirms=True, on_return_raises=True) as channel:
        underlay = await channel.get_underlay_channel()
        exchange = await channel.get_exchange(REPLAY, ensure=False)
        for name in queues:
            await underlay.queue_bind(name, REPLAY, name)
            mark = aio_pika.Message(
                b"",
                type=MARK,
                message_id=uuid4().hex,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )
            await exchange.publish(mark, name)


async def delete(connection: AbstractConnection, queue: str) -> None:
    """Deletes a queue with what is in it."""
    async with await connection.channel(publisher_confirms=False) as channel:
        await (await channel.get_underlay_channel()).queue_delete(queue)


async def exists(connection: AbstractConnection, queue: str) -> bool:
    """Returns whether a queue exists."""
    channel = await connection.channel(publisher_confirms=False)
    try:
        await channel.declare_queue(queue, passive=True)
    except ChannelNotFoundEntity:
        return False
    finally:
        if not channel.is_closed:
            await channel.close()
    return True
