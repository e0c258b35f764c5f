"""RabbitMQ's own ways to fail: connections lost, consumers cancelled, queues deleted, the broker gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial

import aio_pika
import pytest
from aio_pika.exceptions import ChannelNotFoundEntity

from shared.messaging.broker import BrokerUnavailable
from shared.messaging.rabbitmq import RabbitBroker
from shared.messaging.topology import EXCHANGE, REPLAY, UNROUTED
from tests.support.consumers import NOTIFY, RecordingConsumer, answers, hand_over, stream
from tests.support.operators import operator_at
from tests.support.private import RabbitMQ
from tests.support.proxy import Wire, wired
from tests.support.rolls import envelope_of, numbers_by_stream, up_to
from tests.support.waiting import until


@pytest.fixture
async def wire(rabbit_vhost: str) -> AsyncIterator[Wire]:
    async with wired(rabbit_vhost) as one:
        yield one


@pytest.fixture
async def notify(rabbit_vhost: str) -> AsyncIterator[tuple[RabbitBroker, RecordingConsumer]]:
    """A consuming service with a connection of its own."""
    broker, recording = RabbitBroker(rabbit_vhost, name="notify"), RecordingConsumer()
    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with broker.consuming(NOTIFY, recording):
            await until(lambda: answers(broker))
            yield broker, recording


async def test_who_has_time_waits_longer_for_the_broker_than_a_publisher(rabbit_vhost: str) -> None:
    """As a migration job does beside a broker that just starts."""
    broker = RabbitBroker(rabbit_vhost, connect_seconds=1)
    patient = asyncio.create_task(broker.declared(within_seconds=60))
    with pytest.raises(BrokerUnavailable):
        await broker.declared()
    async with broker.running():
        await patient


async def test_a_consumer_whose_queue_is_deleted_is_rebuilt(
    rabbit_vhost: str, notify: tuple[RabbitBroker, RecordingConsumer]
) -> None:
    """The server cancels such a consumer; its connection stays up, so nobody else would notice."""
    broker, recording = notify
    await hand_over(broker, stream("health", 1))
    await until(lambda: recording.ids)
    async with operator_at(rabbit_vhost) as channel:
        underlay = await channel.get_underlay_channel()
        for queue in NOTIFY.names():
            await underlay.queue_delete(queue)
    await until(lambda: _are_consumed(rabbit_vhost, NOTIFY.names()))
    await hand_over(broker, stream("health", 3)[1:])
    await until(lambda: len(set(recording.ids)) == 3)
    await until(lambda: answers(broker))


async def test_an_event_that_nobody_listens_to_lies_where_an_operator_finds_it(
    rabbit_vhost: str,
) -> None:
    broker = RabbitBroker(rabbit_vhost)
    async with broker.running():
        await hand_over(broker, stream("health", 1))
        async with operator_at(rabbit_vhost) as channel:
            queue = await channel.get_queue(UNROUTED, ensure=False)
            message = await queue.get(timeout=10, no_ack=True)
    assert message is not None
    assert message.headers["cloudEvents_id"] == "team:health/1"


async def test_a_publisher_rebuilds_what_was_wiped(rabbit_vhost: str) -> None:
    broker, recording = RabbitBroker(rabbit_vhost), RecordingConsumer()
    broker.expect(NOTIFY)
    async with broker.running():
        await hand_over(broker, stream("health", 1))
        await _wipe(rabbit_vhost)
        await hand_over(broker, stream("health", 3)[1:])
        async with broker.consuming(NOTIFY, recording):
            await until(lambda: {"team:health/2", "team:health/3"} <= set(recording.ids))


async def test_after_a_wipe_under_load_consumers_and_publishers_find_each_other_again(
    rabbit_vhost: str, notify: tuple[RabbitBroker, RecordingConsumer]
) -> None:
    broker, recording = notify
    publisher = RabbitBroker(rabbit_vhost, name="catalog")
    async with publisher.running():
        publishing = [
            asyncio.create_task(hand_over(publisher, stream(f"t{number}", 20)))
            for number in range(5)
        ]
        await until(lambda: recording.ids)
        await _wipe(rabbit_vhost)
        await asyncio.gather(*publishing)
        await until(lambda: answers(broker))
        # Confirmed events may have been wiped with the queues (the logs have them); new ones arrive.
        last = envelope_of("last", 1)
        async with asyncio.timeout(20):
            while last.id not in recording.ids:
                await hand_over(publisher, [last])
                await asyncio.sleep(0.05)


async def test_with_the_broker_gone_publishing_says_so_and_recovers(wire: Wire) -> None:
    broker, recording = RabbitBroker(wire.url), RecordingConsumer()
    broker.expect(NOTIFY)
    async with broker.running(), broker.consuming(NOTIFY, recording):
        await hand_over(broker, stream("health", 1))
        await until(lambda: answers(broker))
        wire.cut()
        assert not any(await _confirmed(broker, 2))
        await until(lambda: _is_down(broker))
        with pytest.raises(BrokerUnavailable):
            await broker.publish(stream("health", 1))
        wire.mend()
        await hand_over(broker, stream("health", 3)[1:])
        await until(lambda: len(set(recording.ids)) == 3)
        await until(lambda: answers(broker))


async def test_a_service_starts_while_the_broker_is_away(wire: Wire) -> None:
    wire.cut()
    broker, recording = RabbitBroker(wire.url), RecordingConsumer()
    broker.expect(NOTIFY)
    async with broker.running(), broker.consuming(NOTIFY, recording):
        await until(lambda: wire.turned_away)
        assert await _is_down(broker)
        wire.mend()
        await hand_over(broker, stream("health", 2))
        await until(lambda: len(set(recording.ids)) == 2)


async def test_stopping_while_the_broker_is_away_does_not_hang(wire: Wire) -> None:
    broker = RabbitBroker(wire.url)
    broker.expect(NOTIFY)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(broker.running())
        await stack.enter_async_context(broker.consuming(NOTIFY, RecordingConsumer()))
        await until(lambda: answers(broker))
        wire.cut()
        await until(lambda: wire.turned_away)
        await asyncio.wait_for(stack.aclose(), 10)


async def test_connections_killed_under_load_lose_nothing_and_keep_the_order(wire: Wire) -> None:
    broker, recording = RabbitBroker(wire.url), RecordingConsumer()
    broker.expect(NOTIFY)
    codes = [f"t{number}" for number in range(8)]
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with broker.consuming(NOTIFY, recording):
            publishing = asyncio.create_task(_relay(broker, codes, 40))

            def has_received(number: int) -> bool:
                return len(set(recording.ids)) >= number

            for drops in range(1, 5):
                await until(partial(has_received, 60 * drops))
                wire.drop()
            await asyncio.wait_for(publishing, 60)
            await until(lambda: len(set(recording.ids)) == 40 * len(codes))
            await until(lambda: answers(broker))
    for numbers in numbers_by_stream(recording.received).values():
        assert set(numbers) == set(up_to(40))


async def test_a_publisher_survives_a_broker_that_stays_silent(wire: Wire) -> None:
    """No confirm comes, and no error: the publish is given up, the channel thrown away, nothing counted as safe."""
    broker, recording = RabbitBroker(wire.url, confirm_seconds=0.3), RecordingConsumer()
    broker.expect(NOTIFY)
    async with broker.running():
        await hand_over(broker, stream("health", 1))
        wire.stall()
        assert not any(await _confirmed(broker, 20))
        wire.drop()
        wire.flow()
        await hand_over(broker, stream("health", 20))
        async with broker.consuming(NOTIFY, recording):
            await until(
                lambda: set(recording.ids) == {f"team:health/{number}" for number in up_to(20)}
            )


async def test_a_connection_that_is_given_up_ends_no_task_that_publishes(wire: Wire) -> None:
    """aio-pika cancels what is in flight on a connection that is closed; a relay must not take that for
    its own end. The first publish gives up after 2.5 s, and closing the silent connection takes 2 s: in
    that time the second one is in flight."""
    broker = RabbitBroker(wire.url, confirm_seconds=2.5)
    broker.expect(NOTIFY)
    async with broker.running():
        await hand_over(broker, stream("health", 1))
        wire.stall()
        first = asyncio.create_task(_confirmed(broker, 2))
        await asyncio.sleep(2.2)
        second = asyncio.create_task(_confirmed(broker, 2))
        await asyncio.wait({first, second})
        assert [first.cancelled(), second.cancelled()] == [False, False]
        assert not any(first.result() + second.result())


async def test_a_foreign_message_is_dropped_and_stops_nothing(
    rabbit_vhost: str, notify: tuple[RabbitBroker, RecordingConsumer]
) -> None:
    broker, recording = notify
    async with operator_at(rabbit_vhost) as channel:
        for queue in NOTIFY.names():
            await channel.default_exchange.publish(aio_pika.Message(b"what is this?"), queue)
    await hand_over(broker, stream("health", 2))
    await until(lambda: len(set(recording.ids)) == 2)


async def test_replicas_share_a_service_and_one_takes_over(rabbit_vhost: str) -> None:
    recordings, stack = (RecordingConsumer(), RecordingConsumer()), AsyncExitStack()
    publisher = RabbitBroker(rabbit_vhost)
    publisher.expect(NOTIFY)
    async with publisher.running(), stack:
        await publisher.declared(within_seconds=60)
        dying = await stack.enter_async_context(AsyncExitStack())
        for recording, where in zip(recordings, (dying, stack), strict=True):
            await where.enter_async_context(RabbitBroker(rabbit_vhost).consuming(NOTIFY, recording))
        codes = [f"t{number}" for number in range(20)]
        await hand_over(publisher, [envelope_of(code, 1) for code in codes])
        await until(lambda: len({*recordings[0].ids, *recordings[1].ids}) == 20)
        await dying.aclose()
        await hand_over(publisher, [envelope_of(code, 2) for code in codes])
        await until(lambda: {f"team:{code}/2" for code in codes} <= set(recordings[1].ids))


async def test_a_restarted_broker_is_found_again_with_what_it_kept(
    own_rabbit: tuple[RabbitMQ, str],
) -> None:
    server, url = own_rabbit
    broker, recording = RabbitBroker(url), RecordingConsumer()
    broker.expect(NOTIFY)
    async with broker.running():
        await hand_over(broker, stream("health", 3))
        await asyncio.to_thread(server.stop)
        assert not any(await _confirmed(broker, 1))
        with pytest.raises(BrokerUnavailable):
            await broker.ping()
        await asyncio.to_thread(server.start)
        async with broker.consuming(NOTIFY, recording):
            await until(lambda: len(set(recording.ids)) == 3)
            await hand_over(broker, stream("health", 5)[3:])
            await until(lambda: len(set(recording.ids)) == 5)


async def test_a_blocked_broker_is_told_nothing_more_and_still_gives_out_what_it_has(
    own_rabbit: tuple[RabbitMQ, str],
) -> None:
    """Its memory alarm stops publishers (connection.blocked). Consumers have a connection of their own and go on."""
    server, url = own_rabbit
    broker, recording = RabbitBroker(url, confirm_seconds=0.5), RecordingConsumer()
    broker.expect(NOTIFY)
    async with broker.running():
        await hand_over(broker, stream("health", 3))
        await asyncio.to_thread(server.control, "set_vm_memory_high_watermark", "0.0000001")
        try:
            assert not any(await _confirmed(broker, 5))
            async with broker.consuming(NOTIFY, recording):
                await until(
                    lambda: (
                        {"team:health/1", "team:health/2", "team:health/3"} <= set(recording.ids)
                    )
                )
                assert not any(await _confirmed(broker, 5)), "it is blocked still"
                await asyncio.to_thread(server.control, "set_vm_memory_high_watermark", "0.6")
                await hand_over(broker, stream("health", 5))
                await until(lambda: len(set(recording.ids)) == 5)
        finally:
            await asyncio.to_thread(server.control, "set_vm_memory_high_watermark", "0.6")


async def _relay(broker: RabbitBroker, codes: list[str], count: int) -> None:
    """One aggregate's next event only when the one before is safe."""
    for number in up_to(count):
        await hand_over(broker, [envelope_of(code, number) for code in codes])


async def _confirmed(broker: RabbitBroker, count: int) -> list[bool]:
    try:
        return await broker.publish(stream("health", count))
    except BrokerUnavailable:
        return []


async def _is_down(broker: RabbitBroker) -> bool:
    return not await answers(broker)


async def _are_consumed(url: str, queues: list[str]) -> bool:
    try:
        async with operator_at(url) as channel:
            found = [await channel.declare_queue(name, passive=True) for name in queues]
    except ChannelNotFoundEntity:
        return False
    return all(queue.declaration_result.consumer_count for queue in found)


async def _wipe(url: str) -> None:
    async with operator_at(url) as channel:
        underlay = await channel.get_underlay_channel()
        for name in (*NOTIFY.names(), UNROUTED):
            await underlay.queue_delete(name)
        for name in (EXCHANGE, REPLAY, UNROUTED):
            await underlay.exchange_delete(name)
