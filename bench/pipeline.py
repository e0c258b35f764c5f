"""One process of the messaging benchmark: takes events from a queue and stores an effect for each.

python -m bench.pipeline publisher|consumer ours|plain|faststream|celery

Settings: BENCH_DATABASE_URL, BENCH_BROKER_URL, BENCH_EVENTS. The same work in each: one JSON event in, one row in
``effects``. Consumers run until they are told to stop (SIGTERM); publishers print how long they took, in seconds, the
median of some turns: one turn of a quick run is over in less than a second, and as long as a pause of the machine.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import Any
from uuid import uuid4

import aio_pika
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import registry

from bench.events import body
from shared.contracts.catalog import TeamChanged
from shared.db.engine import Database
from shared.eventlog.envelope import SHARDS, Envelope
from shared.eventlog.outbox import Outbox
from shared.kernel.clock import utc_now
from shared.messaging.broker import ConsumerQueues
from shared.messaging.consumer import Consumer
from shared.messaging.rabbitmq import RabbitBroker
from shared.messaging.relay import Relay
from shared.messaging.relay_wakeup import RelayWakeup
from shared.messaging.shards import ShardLease
from shared.messaging.tables import relay_cursor
from shared.unit_of_work import UnitOfWork

QUEUE = {name: f"bench.{name}" for name in ("plain", "faststream", "celery")}
INSERT = text("INSERT INTO effects (code, members) VALUES (:code, :members)")
PREFETCH = 500
"""For all alike: as many as ours keeps in hand, or in flight."""

TURNS = 3

DATABASE = os.environ.get("BENCH_DATABASE_URL", "")
BROKER = os.environ.get("BENCH_BROKER_URL", "")
EVENTS = int(os.environ.get("BENCH_EVENTS", "0"))


def engine() -> AsyncEngine:
    return create_async_engine(
        DATABASE.replace("postgresql://", "postgresql+psycopg://"), pool_size=20
    )


async def told_to_stop() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()


async def in_turns(
    begin_anew: Callable[[], Awaitable[Any]], publish: Callable[[], Awaitable[None]]
) -> float:
    """Seconds of the median turn."""
    turns = []
    for _ in range(TURNS):
        await begin_anew()
        began = time.perf_counter()
        await publish()
        turns.append(time.perf_counter() - began)
    return median(turns)


async def empty(queues: Sequence[str]) -> None:
    """So that after the last turn every event is there once."""
    async with await aio_pika.connect(BROKER) as connection:
        channel = await connection.channel()
        for queue in queues:
            await (await channel.get_queue(queue)).purge()


# Ours


class Effect:
    """A row of ``effects``, mapped as the services map what they store."""

    def __init__(self, code: str, members: int) -> None:
        self.code = code
        self.members = members


_effects = Table(
    "effects",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("code", Text),
    Column("members", Integer),
)
registry().map_imperatively(Effect, _effects)


async def ours() -> None:
    """Inbox and effect in one transaction, a batch at a time: exactly once, in order for each team. The use case adds
    a mapped object, as those of the services do; that the rows of a batch then travel together is our doing."""

    async def store(uow: UnitOfWork, event: TeamChanged) -> None:
        async with uow.transaction() as tx:
            tx.session.add(Effect(code=event.code, members=event.members))

    database, outbox = Database(DATABASE), Outbox("notify")
    uow = UnitOfWork(database, outbox, utc_now, lambda: None)
    consumer = Consumer("bench", uow, outbox, utc_now, {TeamChanged: store})
    broker = RabbitBroker(BROKER)
    async with broker.running(), broker.consuming(consumer.queues, consumer.handle):
        await told_to_stop()
    await database.close()


async def ours_relay() -> float:
    """Everything in the log, to the broker, confirmed, with the cursors moved on."""
    database = Database(DATABASE)
    lease = ShardLease(database)
    lease.held = frozenset(range(SHARDS))
    broker, queues = RabbitBroker(BROKER), ConsumerQueues("bench", ("catalog",))
    broker.expect(queues)
    relay = Relay("catalog", database, broker, RelayWakeup(database), lease)

    async def rewind() -> None:
        await empty(queues.names())
        await database.run_alone(
            update(relay_cursor).values(window_from=0, window_to=0, sent_id=0, sent_count=0)
        )

    async def publish() -> None:
        sent = 0
        while sent < EVENTS:
            sent += await relay.publish_due()

    async with broker.running():
        await broker.declared()
        seconds = await in_turns(rewind, publish)
    await database.close()
    return seconds


# Plain aio-pika


async def plain() -> None:
    """A commit and an acknowledgement for each message; a crash between the two repeats the effect."""
    store = engine()
    connection = await aio_pika.connect_robust(BROKER)
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=PREFETCH)
    queue = await channel.get_queue(QUEUE["plain"])

    async def handle(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        event = json.loads(message.body)
        async with store.begin() as transaction:
            await transaction.execute(INSERT, {"code": event["code"], "members": event["members"]})
        await message.ack()

    await queue.consume(handle)
    await told_to_stop()
    await connection.close()


async def plain_publisher() -> float:
    """The same messages as our relay's, header by header, with confirms; out of memory, with no log and no cursor."""
    connection = await aio_pika.connect(BROKER)
    channel = await connection.channel(publisher_confirms=True)
    await declare(channel, QUEUE["plain"])
    bodies = [body(number, EVENTS) for number in range(EVENTS)]
    exchange = channel.default_exchange

    async def one(content: bytes) -> None:
        envelope = Envelope(
            "catalog",
            TeamChanged.type,
            "team:team-1",
            1,
            utc_now(),
            content,
            f"00-{'a' * 32}-{'b' * 16}-01",
            "a" * 32,
            "b",
        )
        message = aio_pika.Message(
            content,
            headers=dict(envelope.headers()),
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=uuid4().hex,
            timestamp=envelope.occurred_at,
            type=envelope.type,
        )
        await exchange.publish(message, QUEUE["plain"], mandatory=True)

    seconds = await in_turns(lambda: empty([QUEUE["plain"]]), lambda: in_flight(one, bodies))
    await connection.close()
    return seconds


async def in_flight(one: Callable[[bytes], Awaitable[Any]], bodies: list[bytes]) -> None:
    for start in range(0, len(bodies), PREFETCH):
        await asyncio.gather(*(one(content) for content in bodies[start : start + PREFETCH]))


async def declare(channel: Any, queue: str) -> None:
    await channel.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum"})


# FastStream


async def faststream() -> None:
    """Handler commits, then FastStream acknowledges."""
    from faststream import AckPolicy
    from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue

    store = engine()
    broker = RabbitBroker(BROKER, logger=None, default_channel=Channel(prefetch_count=PREFETCH))

    queue = RabbitQueue(QUEUE["faststream"], queue_type=QueueType.QUORUM, durable=True)

    async def handle(event: TeamChanged) -> None:
        async with store.begin() as transaction:
            await transaction.execute(INSERT, {"code": event.code, "members": event.members})

    broker.subscriber(queue, ack_policy=AckPolicy.NACK_ON_ERROR)(handle)
    await broker.start()
    await told_to_stop()
    await broker.stop()


async def faststream_publisher() -> float:
    from faststream.rabbit import QueueType, RabbitBroker, RabbitQueue

    queue = RabbitQueue(QUEUE["faststream"], queue_type=QueueType.QUORUM, durable=True)
    async with RabbitBroker(BROKER, logger=None) as broker:
        await broker.declare_queue(queue)
        bodies = [body(number, EVENTS) for number in range(EVENTS)]

        async def one(content: bytes) -> None:
            await broker.publish(
                content, queue, persist=True, mandatory=True, content_type="application/json"
            )

        return await in_turns(lambda: empty([QUEUE["faststream"]]), lambda: in_flight(one, bodies))


# Celery


def celery_app() -> Any:
    from celery import Celery

    app = Celery("bench", broker=BROKER)
    app.conf.update(
        task_acks_late=True,
        task_ignore_result=True,
        task_default_queue=QUEUE["celery"],
        task_default_queue_type="quorum",
        worker_prefetch_multiplier=PREFETCH,
        worker_detect_quorum_queues=True,
        broker_transport_options={"confirm_publish": True},
        broker_connection_retry_on_startup=True,
    )
    return app


def celery() -> None:
    """``acks_late``: acknowledged after the task has committed; one process without threads."""
    from sqlalchemy import create_engine

    app = celery_app()
    store = create_engine(DATABASE.replace("postgresql://", "postgresql+psycopg://"))

    def effect(content: str) -> None:
        event = json.loads(content)
        with store.begin() as transaction:
            transaction.execute(INSERT, {"code": event["code"], "members": event["members"]})

    app.task(effect, name="bench.effect")
    app.worker_main(
        ["worker", "--pool=solo", "--loglevel=ERROR", "--without-gossip", "--without-mingle"]
    )


def celery_publisher() -> float:
    """One turn: it takes as long as several of the others."""
    app = celery_app()
    bodies = [body(number, EVENTS).decode() for number in range(EVENTS)]
    with app.producer_pool.acquire(block=True) as producer:
        began = time.perf_counter()
        for content in bodies:
            app.send_task("bench.effect", (content,), queue=QUEUE["celery"], producer=producer)
        return time.perf_counter() - began


CONSUMERS: dict[str, Callable[[], Any]] = {
    "ours": ours,
    "plain": plain,
    "faststream": faststream,
    "celery": celery,
}
PUBLISHERS: dict[str, Callable[[], Any]] = {
    "ours": ours_relay,
    "plain": plain_publisher,
    "faststream": faststream_publisher,
    "celery": celery_publisher,
}


def main(kind: str, name: str) -> None:
    run = (CONSUMERS if kind == "consumer" else PUBLISHERS)[name]
    result = asyncio.run(run()) if asyncio.iscoroutinefunction(run) else run()
    if result is not None:
        print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
