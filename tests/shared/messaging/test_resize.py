"""The number of a service's queues changes while everything runs: effects once and in order, nothing left over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import aio_pika
import pytest

from shared.messaging.broker import Broker, ConsumerQueues
from shared.messaging.memory import MemoryBroker
from shared.messaging.rabbitmq import RabbitBroker
from shared.messaging.recovery.completeness import Completeness
from shared.messaging.resizing import exists
from tests.support.chain import Chain, chain_on
from tests.support.consumers import hand_over, stream
from tests.support.fixtures import NewUrl
from tests.support.rolls import Rolls, change, up_to
from tests.support.tasks import background
from tests.support.waiting import until

CODES = tuple(f"队-{number}" for number in range(12))


@pytest.fixture
async def chain(rabbit_vhost: str, postgres_url: NewUrl) -> AsyncIterator[Chain]:
    async with chain_on(rabbit_vhost, postgres_url) as one:
        yield one


@asynccontextmanager
async def replica(service: Rolls, broker: Broker) -> AsyncIterator[None]:
    """A process of the service that consumes, and notices when the queues is resized."""
    consumer = service.new_consumer(look_seconds=0.05)
    completeness = Completeness("notify", service.database, broker)
    broker.expect(await consumer.partitioning.refresh())

    async def consume(stop: asyncio.Event) -> None:
        await consumer.partitioning.consume(
            broker, consumer.handle, completeness.on_positions, stop
        )

    async def follow(stop: asyncio.Event) -> None:
        await consumer.partitioning.follow(stop, broker.expect)

    async with broker.running(), background(follow), background(consume):
        yield


def another(url: str) -> RabbitBroker:
    return RabbitBroker(url, name="notify", stop_seconds=1)


async def resize(service: Rolls, partitions: int) -> None:
    await service.consumer.partitioning.resize(partitions, service.uow)


async def settled(service: Rolls, partitions: int) -> bool:
    queues = await service.consumer.partitioning.refresh()
    return queues.is_settled and queues.partitions == partitions


async def queues_of(url: str) -> list[str]:
    connection = await aio_pika.connect(url)
    async with connection:
        return [
            name
            for name in ConsumerQueues("notify", ()).possible_names()
            if await exists(connection, name)
        ]


@pytest.mark.long
async def test_up_and_down_under_load_with_two_replicas(chain: Chain) -> None:
    async with (
        chain.publishing(),
        replica(chain.notify, another(chain.url)),
        replica(chain.notify, another(chain.url)),
    ):
        writing = asyncio.create_task(_write(chain, 50))
        for partitions in (6, 1, 3):
            await asyncio.sleep(0.5)
            await resize(chain.notify, partitions)
            await until(partial(settled, chain.notify, partitions), seconds=60)
            assert await queues_of(chain.url) == [
                f"notify.{number}" for number in range(partitions)
            ]
        await writing
        await until(lambda: chain.has_all(dict.fromkeys(CODES, 50)))
        assert await chain.notify.count_parked() == 0
        assert await chain.notify.said(CODES[0]) == [f"{CODES[0]}-{number}" for number in up_to(50)]


async def _write(chain: Chain, times: int) -> None:
    for _ in range(times):
        await asyncio.gather(*(change(chain.catalog.uow, code) for code in CODES))


@pytest.mark.long
async def test_a_replica_that_dies_in_the_middle_leaves_it_to_the_next(chain: Chain) -> None:
    """Events lie in queues that are to go; whoever comes next finds the change unfinished, and finishes it."""
    async with chain.publishing():
        async with AsyncExitStack() as dying:
            await dying.enter_async_context(replica(chain.notify, another(chain.url)))
            await resize(chain.notify, 5)
            await until(lambda: settled(chain.notify, 5), seconds=60)
        await _write(chain, 3)  # into five queues, and nobody consumes
        await resize(chain.notify, 2)
        for _ in range(3):
            dead = asyncio.create_task(_die_soon(chain))
            await asyncio.wait({dead})
        async with replica(chain.notify, another(chain.url)):
            await until(lambda: settled(chain.notify, 2), seconds=60)
            await until(lambda: chain.has_all(dict.fromkeys(CODES, 3)))
        assert await queues_of(chain.url) == ["notify.0", "notify.1"]
        assert await chain.notify.count_parked() == 0


async def _die_soon(chain: Chain) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.25), replica(chain.notify, another(chain.url)):
            await asyncio.Event().wait()


@pytest.mark.long
async def test_back_to_the_number_before_while_the_change_is_under_way(chain: Chain) -> None:
    """The mark that ends a queue lies in one that is wanted again."""
    async with (
        chain.publishing(),
        replica(chain.notify, another(chain.url)),
        replica(chain.notify, another(chain.url)),
    ):
        writing = asyncio.create_task(_write(chain, 20))
        for partitions in (4, 1, 4, 2, 4):
            await resize(chain.notify, partitions)
            await asyncio.sleep(0.15)
        await writing
        await until(lambda: settled(chain.notify, 4), seconds=60)
        await until(lambda: chain.has_all(dict.fromkeys(CODES, 20)))
        assert await queues_of(chain.url) == [f"notify.{number}" for number in range(4)]


async def test_in_one_process_too(rolls: Rolls) -> None:
    broker = MemoryBroker(stop_seconds=1)
    async with replica(rolls, broker):
        publishing = asyncio.create_task(_publish_one_by_one(broker, 40))
        for partitions in (5, 1):
            await resize(rolls, partitions)
            await until(partial(settled, rolls, partitions))
        await publishing
    assert await rolls.marks("health") == up_to(40)


async def _publish_one_by_one(broker: Broker, count: int) -> None:
    for envelope in stream("health", count):
        await hand_over(broker, [envelope])


async def test_a_size_that_is_unchanged_says_the_settings(rolls: Rolls) -> None:
    queues = await rolls.consumer.partitioning.refresh()
    assert (queues.partitions, queues.is_settled) == (2, True)
