"""What every broker promises, tested on each: in-process, and RabbitMQ."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from shared.messaging.broker import BATCH, Broker, BrokerUnavailable, ConsumerQueues
from tests.support.ears import DISPATCH, NOTIFY, Ear, answers, hand_over, stream
from tests.support.fixtures import NewBroker
from tests.support.rolls import heard, numbers_by_stream, up_to
from tests.support.waiting import until


async def test_an_event_reaches_every_service_that_listens_and_keeps_its_bytes(new_broker: NewBroker) -> None:
    ears = {NOTIFY: Ear(), DISPATCH: Ear()}
    sent = heard("health", 1)
    async with AsyncExitStack() as stack:
        for queues, ear in ears.items():
            broker = new_broker()
            broker.expect(queues)
            await stack.enter_async_context(broker.running())
            await broker.declared()
            await stack.enter_async_context(broker.consuming(queues, ear))
        assert await broker.publish([sent]) == [True]
        for ear in ears.values():
            await until(lambda one=ear: one.heard)  # type: ignore[misc]  # a default binds the loop's value
            assert ear.heard == [sent]


async def test_a_service_hears_only_the_publishers_it_listens_to(broker: Broker) -> None:
    ear, other = Ear(), Ear()
    only_requests = ConsumerQueues("dispatch", ("requests",))
    for queues in (NOTIFY, only_requests):
        broker.expect(queues)
    async with broker.running():
        await broker.declared()
        async with broker.consuming(NOTIFY, ear), broker.consuming(only_requests, other):
            await hand_over(broker, stream("health", 3))
            await until(lambda: len(ear.heard) == 3)
    assert other.heard == []


async def test_many_events_keep_their_order_in_each_aggregate(broker: Broker) -> None:
    ear = Ear()
    broker.expect(NOTIFY)
    codes = [f"t{number}" for number in range(10)]
    async with broker.running():
        await broker.declared()
        async with broker.consuming(NOTIFY, ear):
            await hand_over(broker, [heard(code, number) for number in up_to(30) for code in codes])
            await until(lambda: len(ear.heard) == 300)
    assert numbers_by_stream(ear.heard) == {f"team:{code}": up_to(30) for code in codes}


async def test_what_waits_is_given_in_batches(broker: Broker) -> None:
    ear = Ear()
    ear.gate.clear()
    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared()
        async with broker.consuming(NOTIFY, ear):
            first = asyncio.create_task(hand_over(broker, stream("health", 1)))
            await ear.busy.wait()
            rest = asyncio.create_task(hand_over(broker, stream("health", 500)[1:]))
            await asyncio.sleep(0)
            ear.gate.set()
            await asyncio.gather(first, rest)
            await until(lambda: len(set(ear.ids)) == 500)
    sizes = [len(batch) for batch in ear.batches]
    assert max(sizes) > 1
    assert max(sizes) <= BATCH
    assert list(dict.fromkeys(ear.ids)) == [f"team:health/{number}" for number in up_to(500)]


async def test_an_event_published_twice_is_delivered_twice(broker: Broker) -> None:
    """Telling duplicates apart is the inbox's part, which knows what was stored."""
    ear = Ear()
    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared()
        async with broker.consuming(NOTIFY, ear):
            for _ in range(2):
                await hand_over(broker, stream("health", 2))
            await until(lambda: len(ear.heard) == 4)
    assert sorted(ear.ids) == ["team:health/1", "team:health/1", "team:health/2", "team:health/2"]


async def test_what_a_consumer_failed_on_comes_again(broker: Broker) -> None:
    ear = Ear(failures=2)
    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared()
        async with broker.consuming(NOTIFY, ear):
            await hand_over(broker, stream("health", 3))
            await until(lambda: len(set(ear.ids)) == 3)
    assert ear.failures == 0
    assert list(dict.fromkeys(ear.ids)) == [f"team:health/{number}" for number in up_to(3)]


async def test_what_a_consumer_died_with_goes_to_the_next(new_broker: NewBroker) -> None:
    dying, next_one = Ear(), Ear()
    dying.gate.clear()
    publisher = new_broker()
    publisher.expect(NOTIFY)
    async with publisher.running():
        await publisher.declared()
        first = asyncio.create_task(_consume_for_ever(new_broker(), dying))
        publishing = asyncio.create_task(hand_over(publisher, stream("health", 5)))
        await dying.busy.wait()
        first.cancel()
        await asyncio.wait({first})
        async with new_broker().consuming(NOTIFY, next_one):
            await publishing
            await until(lambda: len(set(next_one.ids)) == 5)
    assert dying.heard == []


async def _consume_for_ever(broker: Broker, ear: Ear) -> None:
    async with broker.consuming(NOTIFY, ear):
        # The batch is in hand, and the handler never returns: what a graceful stop waits for.
        await asyncio.Event().wait()


async def test_events_published_before_a_consumer_is_there_wait_for_it(broker: Broker) -> None:
    ear = Ear()
    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared()
        publishing = asyncio.create_task(hand_over(broker, stream("health", 5)))
        await asyncio.sleep(0)
        async with broker.consuming(NOTIFY, ear):
            await publishing
            await until(lambda: len(set(ear.ids)) == 5)
    assert list(dict.fromkeys(ear.ids)) == [f"team:health/{number}" for number in up_to(5)]


async def test_stopping_finishes_the_batch_in_hand_and_takes_no_more(broker: Broker) -> None:
    ear = Ear()
    ear.gate.clear()
    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared()
        async with AsyncExitStack() as consuming:
            await consuming.enter_async_context(broker.consuming(NOTIFY, ear))
            publishing = asyncio.create_task(hand_over(broker, stream("health", 1)))
            await ear.busy.wait()
            leaving = asyncio.create_task(consuming.aclose())
            more = asyncio.create_task(hand_over(broker, [heard("health", 2)]))
            await asyncio.sleep(0)
            assert not leaving.done()
            ear.gate.set()
            await leaving
        await publishing
        assert ear.ids == ["team:health/1"]
        again = Ear()
        async with broker.consuming(NOTIFY, again):
            await more
            await until(lambda: "team:health/2" in again.ids)


async def test_a_replay_reaches_one_service_only(broker: Broker) -> None:
    ear, other = Ear(), Ear()
    for queues in (NOTIFY, DISPATCH):
        broker.expect(queues)
    async with broker.running():
        await broker.declared()
        async with broker.consuming(NOTIFY, ear), broker.consuming(DISPATCH, other):
            assert all(await broker.publish(stream("health", 3), to="notify"))
            await until(lambda: len(ear.heard) == 3)
            await hand_over(broker, [heard("law", 1)])
            await until(lambda: other.heard)
    assert other.ids == ["team:law/1"]


async def test_a_replay_to_a_service_that_takes_none_is_not_confirmed(broker: Broker) -> None:
    broker.expect(DISPATCH)
    async with broker.running():
        await broker.declared()
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
        await broker.declared()
        async with broker.consuming(NOTIFY, Ear()):
            await until(lambda: answers(broker))


async def test_nothing_to_publish_is_published_at_once(broker: Broker) -> None:
    assert await broker.publish([]) == []
