"""Queues that exist on the broker and answer nobody: found, named, and replaced."""

import asyncio
import gc
import subprocess
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aio_pika
import pytest
from aio_pika.abc import AbstractConnection
from structlog.testing import capture_logs

from shared.eventlog.position import ResendRequest
from shared.messaging import supervisor
from shared.messaging.backoff import MOST_SECONDS, backoff_seconds
from shared.messaging.broker import BrokerUnavailable
from shared.messaging.rabbitmq import RabbitBroker
from shared.messaging.topology import UNROUTED, declare_queues, declare_resend, resend_queue
from shared.messaging.unresponsive import UnresponsiveQueues, responds
from tests.support.consumers import NOTIFY, RecordingConsumer, hand_over, stream
from tests.support.consumers import answers as is_ready
from tests.support.private import Playground, RabbitMQ
from tests.support.proxy import wired
from tests.support.rolls import envelope_of
from tests.support.waiting import until

SOON = {"probe_seconds": 1.0, "replace_seconds": 3.0}


class Silencer:
    """Suspends the process that leads a quorum queue, which is what a client sees of a queue without a leader."""

    def __init__(self, server: RabbitMQ, url: str) -> None:
        self._server = server
        self.url = url
        self._vhost = url.rsplit("/", 1)[-1]

    async def silence(self, queue: str) -> None:
        process = f"{self._vhost}_{queue}"
        ask = f'sys:suspend(binary_to_atom(<<"{process}">>)).'
        await asyncio.to_thread(self._server.control, "eval", ask)


@pytest.fixture
def silencer(private_server: Callable[[type[RabbitMQ]], RabbitMQ], rabbit_vhost: str) -> Silencer:
    server = private_server(RabbitMQ)
    if str(server.port) not in rabbit_vhost:
        pytest.skip("the broker in use is not ours to harm")
    return Silencer(server, rabbit_vhost)


@asynccontextmanager
async def broker_at(url: str, **seconds: float) -> AsyncIterator[RabbitBroker]:
    broker = RabbitBroker(
        url, confirm_seconds=1, unresponsive=UnresponsiveQueues(**(SOON | seconds))
    )
    broker.expect(NOTIFY)
    async with broker.running():
        yield broker


async def test_a_consumer_replaces_its_queue_that_answers_nobody(silencer: Silencer) -> None:
    async with broker_at(silencer.url) as broker:
        await broker.declared(within_seconds=60)
        await silencer.silence("notify.0")
        recording = RecordingConsumer()
        async with broker.consuming(NOTIFY, recording):
            await until(lambda: _reason(broker, "rabbitmqctl delete_queue notify.0"))
            await until(lambda: is_ready(broker), seconds=60)
            await hand_over(broker, [envelope_of(f"t{number}", 1) for number in range(20)])
            await until(lambda: len(set(recording.ids)) == 20)


@pytest.mark.long
async def test_a_queue_that_falls_silent_under_its_consumer_is_replaced_too(
    silencer: Silencer,
) -> None:
    async with broker_at(silencer.url) as broker:
        recording = RecordingConsumer()
        async with broker.consuming(NOTIFY, recording):
            await hand_over(broker, [envelope_of(f"t{number}", 1) for number in range(20)])
            await until(lambda: len(set(recording.ids)) == 20)
            await silencer.silence("notify.1")
            await until(lambda: _reason(broker, "notify.1 answers nobody"), seconds=40)
            await until(lambda: is_ready(broker), seconds=60)
            await hand_over(broker, [envelope_of(f"t{number}", 2) for number in range(20)])
            await until(lambda: len(set(recording.ids)) == 40)


@pytest.mark.long
async def test_a_resend_queue_that_answers_nobody_is_replaced(silencer: Silencer) -> None:
    asked: list[ResendRequest] = []

    async def resend(ask: ResendRequest) -> None:
        asked.append(ask)

    async with broker_at(silencer.url) as broker:
        await broker.declared(within_seconds=60)
        await silencer.silence(resend_queue("notify"))
        async with broker.serve_resends("notify", resend):
            await until(lambda: _reason(broker, "notify.resend answers nobody"))
            await until(lambda: is_ready(broker), seconds=60)
            await broker.request_resend(
                "notify", ResendRequest(id="a", service="dispatch", shard=0, last=1)
            )
            await until(lambda: asked)


@pytest.mark.long
async def test_a_publisher_replaces_the_queue_of_unrouted_events_that_answers_nobody(
    silencer: Silencer,
) -> None:
    async with broker_at(silencer.url) as notify:
        await notify.declared(within_seconds=60)
    await silencer.silence(UNROUTED)
    publisher = RabbitBroker(
        silencer.url, confirm_seconds=1, unresponsive=UnresponsiveQueues(**SOON)
    )
    async with publisher.running():
        await until(lambda: _reason(publisher, f"{UNROUTED} answers nobody"))
        await until(lambda: is_ready(publisher), seconds=60)


async def test_a_broker_that_stays_silent_as_a_whole_keeps_its_queues(silencer: Silencer) -> None:
    """Its silence is no queue's: nothing is deleted."""
    async with wired(silencer.url) as wire, broker_at(silencer.url) as broker:
        await hand_over(broker, stream("health", 3))
        async with await aio_pika.connect(wire.url) as connection:
            wire.stall()
            silences = UnresponsiveQueues(probe_seconds=0.3, replace_seconds=0.3)
            resolving = asyncio.create_task(
                silences.resolve(connection, NOTIFY.names(), _not_declared)
            )
            await until(lambda: wire.held_back)
            with pytest.raises((BrokerUnavailable, TimeoutError)):
                await asyncio.wait_for(resolving, 20)
            assert str(silences) == ""
            wire.flow()
        recording = RecordingConsumer()
        async with broker.consuming(NOTIFY, recording):
            await until(lambda: len(set(recording.ids)) == 3)


async def _not_declared(_channel: object) -> None:
    raise AssertionError("no queue was replaced")


@pytest.mark.long
async def test_a_node_that_is_killed_just_after_its_queues_were_declared_serves_all_of_them_again() -> (
    None
):
    """As it happens with RabbitMQ 3.10.8; later releases may never lose a leader."""
    playground = Playground()
    try:
        server = RabbitMQ(playground)
        await asyncio.to_thread(server.start)
        async with (
            await aio_pika.connect(server.url) as connection,
            connection.channel() as channel,
        ):
            await declare_queues(channel, NOTIFY)
            await declare_resend(channel, "notify")
        for _ in range(2):
            await asyncio.to_thread(server.kill9)
            await asyncio.to_thread(server.start)
        async with broker_at(server.url) as broker:
            recording, asked = RecordingConsumer(), list[ResendRequest]()

            async def resend(ask: ResendRequest) -> None:
                asked.append(ask)

            async with broker.consuming(NOTIFY, recording), broker.serve_resends("notify", resend):
                await until(lambda: is_ready(broker), seconds=90)
                async with await aio_pika.connect(server.url) as connection:
                    for queue in (*NOTIFY.names(), resend_queue("notify"), UNROUTED):
                        assert await responds(connection, queue), queue
                await hand_over(broker, [envelope_of(f"t{number}", 1) for number in range(20)])
                await until(lambda: len(set(recording.ids)) == 20)
                await broker.request_resend(
                    "notify", ResendRequest(id="a", service="dispatch", shard=0, last=1)
                )
                await until(lambda: asked)
    except subprocess.CalledProcessError as error:
        pytest.fail(error.stderr)
    finally:
        await asyncio.to_thread(playground.close)


async def test_sessions_that_fail_after_a_long_wait_come_at_growing_intervals(
    rabbit_vhost: str,
) -> None:
    """A session that waits for ten seconds in vain has failed, however long it lasted."""
    stop, failures = asyncio.Event(), 0

    async def connect(_name: str) -> AbstractConnection:
        return await aio_pika.connect(rabbit_vhost)

    async def session(_connection: AbstractConnection) -> None:
        nonlocal failures
        failures += 1
        if failures == 5:
            stop.set()
        raise BrokerUnavailable("messages not confirmed")

    with capture_logs() as logged:
        await supervisor.supervise("catalog publisher", connect, session, stop)
    levels = [
        line["log_level"] for line in logged if line["event"] == "connection to the broker failed"
    ]
    assert levels == ["warning", "warning", "info", "warning", "info"]
    assert (
        min(backoff_seconds(20, most=supervisor.MOST_SECONDS_OF_SESSIONS) for _ in range(50)) >= 15
    )


async def test_a_server_that_drops_connections_while_it_starts_is_found_soon(
    rabbit_vhost: str,
) -> None:
    """Each of its drops fails a session, and none of them is the session's fault."""
    stop, waits = asyncio.Event(), list[tuple[int, float]]()

    def no_wait(failures: int, *, most: float) -> float:
        waits.append((failures, most))
        if len(waits) == 12:
            stop.set()
        return 0.0

    async with wired(rabbit_vhost) as wire:

        async def connect(_name: str) -> AbstractConnection:
            if len(waits) < 4:
                raise ConnectionRefusedError
            return await aio_pika.connect(wire.url)

        async def session(connection: AbstractConnection) -> None:
            if len(waits) < 10:
                wire.drop()
                await connection.channel()
            raise BrokerUnavailable("messages not confirmed")

        await supervisor.supervise("catalog publisher", connect, session, stop, no_wait)
    assert waits[:10] == [(failures, MOST_SECONDS) for failures in range(1, 11)]
    assert waits[10:] == [
        (1, supervisor.MOST_SECONDS_OF_SESSIONS),
        (2, supervisor.MOST_SECONDS_OF_SESSIONS),
    ]


def test_a_connection_that_is_collected_in_a_thread_starts_no_coroutine() -> None:
    """No loop runs there, so nobody would await it."""

    async def collect() -> None:
        errors: list[Exception] = []
        async with wired("amqp://guest:guest@127.0.0.1:1/") as wire:
            try:
                await supervisor.connect(wire.url, timeout=5)
            except Exception as error:
                errors.append(error)
            assert errors, "it holds the connection that was not made"
            await asyncio.to_thread(errors.clear)
            await asyncio.to_thread(gc.collect)

    with warnings.catch_warnings(record=True) as caught, asyncio.Runner() as runner:
        warnings.simplefilter("always")
        runner.run(collect())
        gc.collect()
    assert [
        str(warning.message) for warning in caught if "never awaited" in str(warning.message)
    ] == []


async def _reason(broker: RabbitBroker, part: str) -> bool:
    try:
        await broker.ping()
    except BrokerUnavailable as error:
        return part in str(error)
    return False
