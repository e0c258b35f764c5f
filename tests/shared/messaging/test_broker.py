"""What every broker promises, tested on each: in-process, and RabbitMQ."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

import pytest

from shared.messaging.broker import BATCH, Broker, BrokerUnavailable, ConsumerQueues
from tests.support.consumers import DISPATCH, NOTIFY, RecordingConsumer, answers, hand_over, stream
from tests.support.fixtures import NewBroker
from tests.support.rolls import envelope_of, numbers_by_stream, up_to
from tests.support.waiting import until


async def test_an_event_reaches_every_service_that_listens_and_keeps_its_bytes(
    new_broker: NewBroker,
) -> None:
    recordings = {NOTIFY: RecordingConsumer(), DISPATCH: RecordingConsumer()}
    sent = envelope_of("health", 1)
    async with AsyncExitStack() as stack:
        for queues, recording in recordings.items():
            broker = new_broker()
            broker.expect(queues)
            await stack.enter_async_context(broker.running())
            await broker.declared(within_seconds=60)
            await stack.enter_async_context(broker.consuming(queues, recording))
        assert await broker.publish([sent]) == [True]
        for recording in recordings.values():
            await until(partial(getattr, recording, "received"))
            assert recording.received == [sent]


async def test_a_service_hears_only_the_publishers_it_listens_to(broker: Broker) -> None:
    recording, other = RecordingConsumer(), RecordingConsumer()
    only_requests = ConsumerQueues("dispatch", ("requests",))
    for queues in (NOTIFY, only_requests):
        broker.expect(queues)
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with broker.consuming(NOTIFY, recording), broker.consuming(only_requests, other):
            await hand_over(broker, stream("health", 3))
            await until(lambda: len(recording.received) == 3)
    assert other.received == []


async def test_many_events_keep_their_order_in_each_aggregate(broker: Broker) -> None:
    recording = RecordingConsumer()
    broker.expect(NOTIFY)
    codes = [f"t{number}" for number in range(10)]
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with broker.consuming(NOTIFY, recording):
            await hand_over(
                broker, [envelope_of(code, number) for number in up_to(30) for code in codes]
            )
            await until(lambda: len(recording.received) == 300)
    assert numbers_by_stream(recording.received) == {f"team:{code}": up_to(30) for code in codes}


async def test_what_waits_is_given_in_batches(broker: Broker) -> None:
    recording = RecordingConsumer()
    recording.gate.clear()
    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with broker.consuming(NOTIFY, recording):
            first = asyncio.create_task(hand_over(broker, stream("health", 1)))
            await recording.busy.wait()
            rest = asyncio.create_task(hand_over(broker, stream("health", 500)[1:]))
            await asyncio.sleep(0)
            recording.gate.set()
            await asyncio.gather(first, rest)
            await until(lambda: len(set(recording.ids)) == 500)
    sizes = [len(batch) for batch in recording.batches]
    assert max(sizes) > 1
    assert max(sizes) <= BATCH
    assert list(dict.fromkeys(recording.ids)) == [f"team:health/{number}" for number in up_to(500)]


async def test_an_event_published_twice_is_delivered_twice(broker: Broker) -> None:
    """Telling duplicates apart is the inbox's part, which knows what was stored."""
    recording = RecordingConsumer()
    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with broker.consuming(NOTIFY, recording):
            for _ in range(2):
                await hand_over(broker, stream("health", 2))
            await until(lambda: len(recording.received) == 4)
    assert sorted(recording.ids) == [
        "team:health/1",
        "team:health/1",
        "team:health/2",
        "team:health/2",
    ]


async def test_what_a_consumer_failed_on_comes_again(broker: Broker) -> None:
    recording = RecordingConsumer(failures=2)
    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with broker.consuming(NOTIFY, recording):
            await hand_over(broker, stream("health", 3))
            await until(lambda: len(set(recording.ids)) == 3)
    assert recording.failures == 0
    assert list(dict.fromkeys(recording.ids)) == [f"team:health/{number}" for number in up_to(3)]


async def test_what_a_consumer_died_with_goes_to_the_next(new_broker: NewBroker) -> None:
    dying, next_one = RecordingConsumer(), RecordingConsumer()
    dying.gate.clear()
    publisher = new_broker()
    publisher.expect(NOTIFY)
    async with publisher.running():
        await publisher.declared(within_seconds=60)
        first = asyncio.create_task(_consume_for_ever(new_broker(), dying))
        publishing = asyncio.create_task(hand_over(publisher, stream("health", 5)))
        await dying.busy.wait()
        first.cancel()
        await asyncio.wait({first})
        async with new_broker().consuming(NOTIFY, next_one):
            await publishing
            await until(lambda: len(set(next_one.ids)) == 5)
    assert dying.received == []


async def _consume_for_ever(broker: Broker, recording: RecordingConsumer) -> None:
    async with broker.consuming(NOTIFY, recording):
        # The batch is in hand, and the handler never returns: what a graceful stop waits for.
        await asyncio.Event().wait()


async def test_events_published_before_a_consumer_is_there_wait_for_it(broker: Broker) -> None:
    recording = RecordingConsumer()
    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared(within_seconds=60)
        publishing = asyncio.create_task(hand_over(broker, stream("health", 5)))
        await asyncio.sleep(0)
        async with broker.consuming(NOTIFY, recording):
            await publishing
            await until(lambda: len(set(recording.ids)) == 5)
    assert list(dict.fromkeys(recording.ids)) == [f"team:health/{number}" for number in up_to(5)]


async def test_stopping_finishes_the_batch_in_hand_and_takes_no_more(broker: Broker) -> None:
    recording = RecordingConsumer()
    recording.gate.clear()
    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with AsyncExitStack() as consuming:
            await consuming.enter_async_context(broker.consuming(NOTIFY, recording))
            publishing = asyncio.create_task(hand_over(broker, stream("health", 1)))
            await recording.busy.wait()
            leaving = asyncio.create_task(consuming.aclose())
            more = asyncio.create_task(hand_over(broker, [envelope_of("health", 2)]))
            await asyncio.sleep(0)
            assert not leaving.done()
            recording.gate.set()
            await leaving
        await publishing
        assert recording.ids == ["team:health/1"]
        again = RecordingConsumer()
        async with broker.consuming(NOTIFY, again):
            await more
            await until(lambda: "team:health/2" in again.ids)


async def test_a_replay_reaches_one_service_only(broker: Broker) -> None:
    recording, other = RecordingConsumer(), RecordingConsumer()
    for queues in (NOTIFY, DISPATCH):
        broker.expect(queues)
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with broker.consuming(NOTIFY, recording), broker.consuming(DISPATCH, other):
            assert all(await broker.publish(stream("health", 3), to="notify"))
            await until(lambda: len(recording.received) == 3)
            await hand_over(broker, [envelope_of("law", 1)])
            await until(lambda: other.received)
    assert other.ids == ["team:law/1"]


async def test_a_replay_to_a_service_that_takes_none_is_not_confirmed(broker: Broker) -> None:
    broker.expect(DISPATCH)
    async with broker.running():
        await broker.declared(within_seconds=60)
        try:
            confirmed = await broker.publish(stream("health", 1), to="notify")
        except BrokerUnavailable:
            confirmed = [False]
        assert confirmed == [False]


async def test_before_it_runs_a_broker_says_that_it_can_not_be_used(broker: Broker) -> None:
    with pytest.raises(BrokerUnavailable):
        await broker.ping()


async def test_while_consuming_a_broker_answers_a_ping(broker: Broker) -> None:
    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with broker.consuming(NOTIFY, RecordingConsumer()):
            await until(lambda: answers(broker))


async def test_nothing_to_publish_is_published_at_once(broker: Broker) -> None:
    assert await broker.publish([]) == []
