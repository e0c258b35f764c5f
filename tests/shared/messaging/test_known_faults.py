"""Faults of messaging on RabbitMQ, aio-pika and PostgreSQL that this project, or others, once had.

``KNOWN_FAULTS`` names the test of each. The tests that belong to no other module follow below.
"""

import ast
import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from aio_pika.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed

from shared.eventlog.envelope import Envelope
from shared.messaging.core.relay import IN_FLIGHT
from shared.messaging.rabbitmq import RabbitBroker
from shared.messaging.relay import outbox_depth
from shared.messaging.topology import EXCHANGE, QUEUE_ARGUMENTS, REPLAY
from tests.support.chain import chain_on
from tests.support.consumers import NOTIFY, RecordingConsumer, answers, hand_over, stream
from tests.support.fixtures import NewUrl
from tests.support.operators import operator_at
from tests.support.private import RabbitMQ
from tests.support.proxy import wired
from tests.support.rolls import Rolls, change, envelope_of, up_to
from tests.support.waiting import until

TESTS = Path(__file__).parents[1]
KNOWN_FAULTS = {
    "a consumer receives nothing after the server cancelled it": "test_rabbitmq:"
    "test_a_consumer_whose_queue_is_deleted_is_rebuilt",
    "confirms shift by one after a publish was given up": "test_known_faults:"
    "test_after_a_publish_was_given_up_no_confirm_is_taken_for_another",
    "an unroutable message is returned, and then confirmed": "test_known_faults:"
    "test_a_return_is_not_taken_for_a_confirm",
    "the delivery limit drops a good event": "test_known_faults:"
    "test_an_event_that_was_given_back_again_and_again_is_still_there",
    "the delivery limit is set by policy alone, or not positive": "test_known_faults:"
    "test_the_delivery_limit_is_an_argument_of_the_queue",
    "a consumer that fails gives its events back until the limit": "test_broker:"
    "test_what_a_consumer_failed_on_comes_again",
    "something is in flight on a connection that we close": "test_known_faults:"
    "test_what_is_in_flight_when_the_connection_is_closed_is_not_confirmed",
    "nobody listens, and the event is gone": "test_rabbitmq:"
    "test_an_event_that_nobody_listens_to_lies_where_an_operator_finds_it",
    "the publisher is back before the listeners have queues": "test_completeness:"
    "test_what_was_published_before_anybody_had_a_queue_comes_when_they_have",
    "the broker blocks for want of memory or disk": "test_known_faults:"
    "test_a_blocked_broker_hangs_nothing_and_fills_no_memory",
    "a blocked broker stops the consumers as well": "test_rabbitmq:"
    "test_a_blocked_broker_is_told_nothing_more_and_still_gives_out_what_it_has",
    "a handler is slower than the broker's consumer timeout": "test_known_faults:"
    "test_a_handler_slower_than_the_brokers_patience_has_its_effects_once",
    "a task is cancelled because its connection was": "test_rabbitmq:"
    "test_a_connection_that_is_given_up_ends_no_task_that_publishes",
    "a commit comes late, below what was read": "test_relay:"
    "test_a_transaction_that_began_earlier_and_commits_later_is_not_skipped",
    "the same for whoever reads the log by position": "test_reader:"
    "test_an_event_that_is_committed_later_at_an_earlier_position_is_not_missed",
    "a row limit cuts a window of transactions": "test_relay:"
    "test_a_window_larger_than_a_page_is_sent_whole_by_any_number_of_relays",
    "an old transaction writes late": "test_relay:"
    "test_a_watermark_between_two_events_of_an_aggregate_keeps_their_order",
    "a relay goes on that has lost its lease": "test_relay:"
    "test_a_relay_that_lost_its_lease_unnoticed_does_not_move_the_cursor_back",
    "a handler goes on after its connection was lost": "test_consumer:"
    "test_two_replicas_that_get_the_same_batch_apply_it_once",
    "poison in the middle of a batch": "test_consumer:test_an_event_that_fails_holds_back_its_own_aggregate_only",
    "bindings vanish with an exchange that somebody deleted": "test_known_faults:"
    "test_bindings_that_vanished_are_made_again",
}


@pytest.mark.parametrize("fault", KNOWN_FAULTS)
def test_every_known_fault_has_its_test(fault: str) -> None:
    file, _, name = KNOWN_FAULTS[fault].partition(":")
    (path,) = TESTS.rglob(f"{file}.py")
    tree = ast.parse(path.read_text("utf-8"))
    assert name in {
        node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


async def test_after_a_publish_was_given_up_no_confirm_is_taken_for_another(
    rabbit_vhost: str,
) -> None:
    """The connection stays up and its confirms come late; they must not count for what is published next."""
    async with wired(rabbit_vhost) as wire:
        broker, recording = RabbitBroker(wire.url, confirm_seconds=0.3), RecordingConsumer()
        broker.expect(NOTIFY)
        async with broker.running():
            await hand_over(broker, stream("health", 1))
            before = broker.connections
            wire.stall()
            assert await broker.publish(stream("health", 3)) == [False] * 3
            wire.flow()
            await until(lambda: broker.connections > before)
            await hand_over(broker, stream("health", 3))
            async with broker.consuming(NOTIFY, recording):
                await until(lambda: len(set(recording.ids)) == 3)


async def test_a_return_is_not_taken_for_a_confirm(rabbit_vhost: str) -> None:
    """RabbitMQ confirms a message that it returned. Here one shard has lost its binding; what is lost comes back before
    the others are confirmed, and costs these nothing."""
    broker = RabbitBroker(rabbit_vhost)
    broker.expect(NOTIFY)
    events = [envelope_of(f"t{number}", 1) for number in range(400)]
    lost = events[17].shard
    events.sort(key=lambda event: event.shard != lost)
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with operator_at(rabbit_vhost) as channel:
            queue = await channel.get_queue(NOTIFY.queue_of(lost), ensure=False)
            await queue.unbind(REPLAY, f"*.notify.s{lost}")
        outcome = await broker.publish(events, to="notify")
    assert outcome == [event.shard != lost for event in events]


async def test_what_is_in_flight_when_the_connection_is_closed_is_not_confirmed(
    rabbit_vhost: str,
) -> None:
    async with wired(rabbit_vhost) as wire:
        broker = RabbitBroker(wire.url)
        broker.expect(NOTIFY)
        async with broker.running():
            await broker.declared(within_seconds=60)
            wire.stall()
            publishing = asyncio.create_task(broker.publish(stream("health", 3)))
            await until(lambda: wire.held_back > 0)
        assert await publishing == [False] * 3


async def test_an_event_that_was_given_back_again_and_again_is_still_there(
    rabbit_vhost: str,
) -> None:
    """RabbitMQ 4 drops after twenty deliveries, unless the queue says otherwise."""
    broker, recording = RabbitBroker(rabbit_vhost), RecordingConsumer()
    broker.expect(NOTIFY)
    (event,) = stream("health", 1)
    async with broker.running():
        await hand_over(broker, [event])
        async with operator_at(rabbit_vhost) as channel:
            queue = await channel.get_queue(NOTIFY.queue_of(event.shard), ensure=False)
            async with queue.iterator(timeout=10) as messages:
                for times in range(60):
                    message = await anext(messages)
                    await (
                        message.nack(requeue=True) if times % 2 else message.reject(requeue=True)
                    )
        async with broker.consuming(NOTIFY, recording):
            await until(lambda: recording.ids)


@pytest.mark.parametrize("limit", [None, -1, 20])
async def test_the_delivery_limit_is_an_argument_of_the_queue(
    rabbit_vhost: str, limit: int | None
) -> None:
    """A queue that is declared again with other arguments than it has is refused."""
    broker = RabbitBroker(rabbit_vhost)
    broker.expect(NOTIFY)
    assert QUEUE_ARGUMENTS["x-delivery-limit"] > 1_000
    other = {name: value for name, value in QUEUE_ARGUMENTS.items() if name != "x-delivery-limit"}
    if limit is not None:
        other["x-delivery-limit"] = limit
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with operator_at(rabbit_vhost) as channel:
            await channel.declare_queue("notify.0", durable=True, arguments=QUEUE_ARGUMENTS)
            with pytest.raises(ChannelPreconditionFailed):
                await channel.declare_queue("notify.0", durable=True, arguments=other)


ALARMS = {
    "memory": (
        ("set_vm_memory_high_watermark", "0.0000001"),
        ("set_vm_memory_high_watermark", "0.6"),
    ),
    "disk": (("set_disk_free_limit", "100000GB"), ("set_disk_free_limit", "50MB")),
}


@pytest.mark.parametrize("alarm", ALARMS)
async def test_a_blocked_broker_hangs_nothing_and_fills_no_memory(
    own_rabbit: tuple[RabbitMQ, str], postgres_url: NewUrl, alarm: str
) -> None:
    server, url = own_rabbit
    raised, lowered = ALARMS[alarm]
    codes = [f"队-{number}" for number in range(8)]
    async with (
        chain_on(url, postgres_url) as chain,
        chain.publishing(confirm_seconds=0.5) as publisher,
        chain.consuming() as consumer,
    ):
        await until(lambda: answers(consumer))
        await asyncio.gather(*(change(chain.catalog.uow, code) for code in codes))
        await until(lambda: chain.has_all(dict.fromkeys(codes, 1)))
        before, connections = len(asyncio.all_tasks()), publisher.connections
        await asyncio.to_thread(server.control, *raised)
        try:
            for _ in range(40):
                await asyncio.gather(*(change(chain.catalog.uow, code) for code in codes))
            await until(
                lambda: publisher.connections > connections + 2
            )  # it tried, gave up, and tried again
            assert len(asyncio.all_tasks()) < before + IN_FLIGHT, (
                "the log keeps what waits, not this process"
            )
            assert await outbox_depth(chain.catalog.database) >= 39 * len(codes)
        finally:
            await asyncio.to_thread(server.control, *lowered)
        await until(lambda: chain.has_all(dict.fromkeys(codes, 41)))


async def test_a_handler_slower_than_the_brokers_patience_has_its_effects_once(
    own_rabbit: tuple[RabbitMQ, str], rolls: Rolls
) -> None:
    """The broker closes the channel of a consumer that does not acknowledge in time, and gives its events out again."""
    server, url = own_rabbit
    broker, calls, closed = RabbitBroker(url), [0], asyncio.Event()

    async def handle(batch: Sequence[Envelope]) -> None:
        calls[0] += 1
        if calls[0] == 1:
            await closed.wait()
        await rolls.consumer.handle(batch)

    broker.expect(NOTIFY)
    await asyncio.to_thread(server.control, "eval", _patience(500, tick=200))
    try:
        async with broker.running():
            await hand_over(broker, stream("health", 3))
            async with broker.consuming(NOTIFY, handle):
                await until(lambda: calls[0] == 2)
                closed.set()
                await until(lambda: _has(rolls, 3))
                await until(lambda: answers(broker))
    finally:
        await asyncio.to_thread(server.control, "eval", _patience(1_800_000, tick=60_000))
    assert await rolls.said("health") == [f"health-{number}" for number in up_to(3)]


async def _has(rolls: Rolls, count: int) -> bool:
    return await rolls.marks("health") == up_to(count)


def _patience(milliseconds: int, *, tick: int) -> str:
    return (
        f"application:set_env(rabbit, consumer_timeout, {milliseconds}),"
        f" application:set_env(rabbit, channel_tick_interval, {tick})."
    )


async def test_bindings_that_vanished_are_made_again(rabbit_vhost: str) -> None:
    """Queue and consumer are there and well, and nothing comes."""
    consuming, publishing, recording = (
        RabbitBroker(rabbit_vhost),
        RabbitBroker(rabbit_vhost),
        RecordingConsumer(),
    )
    async with consuming.consuming(NOTIFY, recording), publishing.running():
        await until(lambda: _are_bound(rabbit_vhost))
        async with operator_at(rabbit_vhost) as channel:
            for name, key in NOTIFY.bindings():
                await (await channel.get_queue(name, ensure=False)).unbind(EXCHANGE, key)
        async with asyncio.timeout(20):
            while not recording.ids:
                await hand_over(
                    publishing, stream("health", 1)
                )  # to where nobody listens, as long as that is so
                await asyncio.sleep(0.1)


async def _are_bound(url: str) -> bool:
    try:
        async with operator_at(url) as channel:
            queue = await channel.declare_queue(NOTIFY.names()[-1], passive=True)
    except ChannelNotFoundEntity:
        return False
    return bool(queue.declaration_result.consumer_count)
