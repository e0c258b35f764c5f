"""The broker may be destroyed: what it lost comes again out of the event logs, without anybody's help."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest
from sqlalchemy import func, select, update

from shared.eventlog.envelope import shard_of
from shared.eventlog.position import Position, ResendReply, ResendRequest
from shared.eventlog.reader import read_settled_log
from shared.kernel.clock import utc_now
from shared.messaging.inbox import count_applied, count_received
from shared.messaging.recovery.completeness import Completeness
from shared.messaging.recovery.gaps import (
    GROWTH,
    LEAST,
    PATIENCE_SECONDS,
    SPENT_SECONDS,
    Gaps,
    Recount,
)
from shared.messaging.tables import inbox_count, parked
from tests.support.brokers import PlayedBroker
from tests.support.chain import Chain, chain_on
from tests.support.consumers import answers
from tests.support.fixtures import NewUrl
from tests.support.private import Playground, RabbitMQ
from tests.support.rolls import CODES, Rolls, all_sent, change_all, envelope_of, key, up_to
from tests.support.waiting import until


class Wipeable:
    """A broker that may lose everything."""

    def __init__(self, server: RabbitMQ, url: str) -> None:
        self._server = server
        self.url = url
        self._vhost = url.rsplit("/", 1)[-1]

    def wipe(self) -> None:
        """Deletes the virtual host with all in it, and makes an empty one."""
        self._server.control("delete_vhost", self._vhost)
        self.make_vhost()

    def wipe_disk(self) -> None:
        """Kills the server, and starts it on an empty disk."""
        self._server.kill9()
        shutil.rmtree(self._server.folder / "data")
        self._server.start()
        self.make_vhost()

    def make_vhost(self) -> None:
        self._server.control("add_vhost", self._vhost)
        self._server.control("set_permissions", "-p", self._vhost, "guest", ".*", ".*", ".*")


@pytest.fixture
def wipeable(private_server: Callable[[type[RabbitMQ]], RabbitMQ], rabbit_url: NewUrl) -> Wipeable:
    server, url = private_server(RabbitMQ), rabbit_url()
    if str(server.port) not in url:
        pytest.skip("the broker in use is not ours to harm")
    return Wipeable(server, url)


@pytest.fixture
async def chain(wipeable: Wipeable, postgres_url: NewUrl) -> AsyncIterator[Chain]:
    async with chain_on(wipeable.url, postgres_url) as one:
        yield one


async def test_what_was_lost_comes_again_though_nothing_new_is_said(
    wipeable: Wipeable, chain: Chain
) -> None:
    """Confirmed, not consumed, and the last of its aggregate: no later event shows the gap."""
    async with chain.publishing():
        async with chain.consuming() as consumer:
            await until(lambda: answers(consumer))
            await change_all(chain.catalog, 2)
            await until(lambda: chain.has_all(dict.fromkeys(CODES, 2)))
        await change_all(chain.catalog, 1)
        await until(lambda: all_sent(chain.catalog))
        await asyncio.to_thread(wipeable.wipe)
        async with chain.consuming():
            await until(lambda: chain.has_all(dict.fromkeys(CODES, 3)))
    assert await chain.notify.count_parked() == 0


async def test_a_broker_wiped_twice_under_load_costs_nothing(
    wipeable: Wipeable, chain: Chain
) -> None:
    async with chain.publishing(), chain.consuming() as consumer:
        await until(lambda: answers(consumer))
        writing = asyncio.create_task(change_all(chain.catalog, 60))
        for goal in (10, 30):
            await until(partial(_marked, chain, goal))
            await asyncio.to_thread(wipeable.wipe)
        await writing
        await until(lambda: chain.has_all(dict.fromkeys(CODES, 60)))
    assert await chain.notify.count_parked() == 0
    assert await chain.notify.said("health") == [f"health-{number}" for number in up_to(60)]


async def _marked(chain: Chain, least: int) -> bool:
    return len(await chain.notify.marks("health")) >= least


@pytest.mark.long
async def test_a_broker_that_starts_on_an_empty_disk_costs_nothing(postgres_url: NewUrl) -> None:
    playground = Playground()
    try:
        server = RabbitMQ(playground)
        await asyncio.to_thread(server.start)
        broker = Wipeable(server, server.url_of("city"))
        await asyncio.to_thread(broker.make_vhost)
        async with (
            chain_on(broker.url, postgres_url) as chain,
            chain.publishing(),
            chain.consuming() as consumer,
        ):
            await until(lambda: answers(consumer))
            writing = asyncio.create_task(change_all(chain.catalog, 30))
            await until(lambda: _marked(chain, 5))
            await asyncio.to_thread(broker.wipe_disk)
            await writing
            await until(lambda: chain.has_all(dict.fromkeys(CODES, 30)))
            assert await chain.notify.count_parked() == 0
    finally:
        await asyncio.to_thread(playground.close)


async def test_what_was_published_before_anybody_had_a_queue_comes_when_they_have(
    wipeable: Wipeable, chain: Chain
) -> None:
    """A publisher that finds an empty broker first: its events go to where nobody listens, and count as sent."""
    async with chain.publishing():
        await change_all(chain.catalog, 3)
        await until(lambda: all_sent(chain.catalog))
        async with chain.consuming():
            await until(lambda: chain.has_all(dict.fromkeys(CODES, 3)))
    assert await chain.notify.count_parked() == 0


async def test_a_new_service_gets_history_while_new_events_flow(
    wipeable: Wipeable, chain: Chain
) -> None:
    """Its inbox is empty, its queue is bound now, and an operator has the whole log sent to it besides."""
    async with chain.publishing() as publisher:
        await change_all(chain.catalog, 20)
        await until(lambda: all_sent(chain.catalog))
        writing = asyncio.create_task(change_all(chain.catalog, 20))
        async with chain.consuming() as consumer:
            await until(lambda: answers(consumer))
            async with chain.catalog.database.reading() as session:
                log = await read_settled_log(session, "catalog", after=0, limit=1000)
            assert all(await publisher.publish(log, to="notify"))
            await writing
            await until(lambda: chain.has_all(dict.fromkeys(CODES, 40)))
    assert await chain.notify.count_parked() == 0


# The consumer's side


def position(sent_count: int, *, shard: int = 7, answer: ResendReply | None = None) -> Position:
    return Position(
        publisher="catalog", shard=shard, sent_count=sent_count, at=utc_now(), answer=answer
    )


def of_health(sent_count: int) -> Position:
    return position(sent_count, shard=shard_of("team:health"))


async def test_whoever_has_all_asks_for_nothing_also_with_parked_events(rolls: Rolls) -> None:
    broker = PlayedBroker()
    completeness = Completeness("notify", rolls.database, broker)
    rolls.trouble["health", 2] = RuntimeError("broken")
    await rolls.consumer.handle([envelope_of("health", number) for number in (1, 2, 3, 5)])
    await completeness.on_positions([of_health(4)])
    assert broker.asked == []
    async with rolls.database.reading() as session:
        assert await count_received(session) == {("catalog", shard_of("team:health")): 4}
        assert await count_applied(session) == {"catalog": 1}
    rolls.trouble.clear()
    await rolls.consumer.redrive(key("health"))
    await rolls.consumer.handle([envelope_of("health", number) for number in up_to(5)])
    await completeness.on_positions([of_health(5)])
    assert broker.asked == []
    async with rolls.database.reading() as session:
        assert await count_applied(session) == {"catalog": 5}


async def test_an_event_that_was_let_go_is_not_asked_for(rolls: Rolls) -> None:
    broker = PlayedBroker()
    rolls.trouble["health", 1] = RuntimeError("broken")
    await rolls.consumer.handle([envelope_of("health", 1)])
    await rolls.consumer.discard(key("health"), 1, "重复登记", rolls.uow)
    await Completeness("notify", rolls.database, broker).on_positions([of_health(1)])
    assert broker.asked == []


async def test_old_and_repeated_positions_ask_for_nothing_more(rolls: Rolls) -> None:
    broker = PlayedBroker()
    completeness = Completeness("notify", rolls.database, broker)
    await rolls.consumer.handle([envelope_of("health", 1)])
    for sent_count in (4, 4, 2, 1, 4, 0):
        await completeness.on_positions([of_health(sent_count)])
    assert [(publisher, ask.last) for publisher, ask in broker.asked] == [("catalog", LEAST)]
    await rolls.consumer.handle([envelope_of("health", number) for number in up_to(4)])
    for sent_count in (1, 4, 3):
        await completeness.on_positions([of_health(sent_count)])
    assert len(broker.asked) == 1


async def test_whoever_can_not_ask_asks_at_the_next_position(rolls: Rolls) -> None:
    broker = PlayedBroker()
    completeness = Completeness("notify", rolls.database, broker)
    broker.away = True
    await completeness.on_positions([of_health(3)])
    broker.away = False
    await completeness.on_positions([of_health(3)])
    assert [ask.last for _, ask in broker.asked] == [LEAST]


async def test_what_a_release_took_that_did_not_count_is_counted_before_anybody_is_asked(
    rolls: Rolls,
) -> None:
    broker = PlayedBroker()
    await rolls.consumer.handle(
        [envelope_of(code, number) for code in CODES for number in (1, 2, 4)]
    )
    async with rolls.database.writing() as session:
        before = await count_received(session)
        await session.execute(update(inbox_count).values(received=0))
    await Completeness("notify", rolls.database, broker).on_positions([of_health(3)])
    assert broker.asked == []
    async with rolls.database.reading() as session:
        assert {
            source: count for source, count in (await count_received(session)).items() if count
        } == before
        assert await session.scalar(select(func.count()).select_from(parked)) == len(CODES)


class Search:
    """Plays one shard's search: what :class:`Gaps` asks for when positions and answers come."""

    def __init__(self) -> None:
        self.gaps = Gaps("notify")
        self.now = 0.0
        self.connection = 1
        self.asked: ResendRequest | None = None
        assert isinstance(self.hear(9, 0), Recount)

    def hear(
        self, sent_count: int, received: int, answer: ResendReply | None = None
    ) -> ResendRequest | Recount | None:
        step = self.gaps.on_position(
            position(sent_count, answer=answer), received, now=self.now, connection=self.connection
        )
        self.asked = step if isinstance(step, ResendRequest) else self.asked
        return step

    def answer(
        self, sent_count: int, received: int, *, first: int, next_after: int | None = None
    ) -> ResendRequest | None:
        assert self.asked is not None
        step = self.hear(
            sent_count, received, ResendReply(ask=self.asked.id, first=first, next_after=next_after)
        )
        assert not isinstance(step, Recount)
        return step


def test_a_search_goes_back_in_growing_stretches_until_the_counts_agree() -> None:
    search = Search()
    first = search.hear(100, 30)
    assert isinstance(first, ResendRequest)
    assert (first.last, first.before, first.after) == (70, None, None)
    second = search.answer(100, 98, first=950)
    assert second is not None
    assert (second.last, second.before, second.after) == (70 * GROWTH, 951, None)
    third = search.answer(110, 109, first=900, next_after=930)
    assert third is not None
    assert (third.last, third.before, third.after) == (70 * GROWTH, 951, 930), (
        "the same stretch, further on"
    )
    assert search.answer(110, 110, first=930) is None
    assert search.gaps.searching == 0


def test_a_search_waits_for_its_answer_and_asks_again_when_none_comes() -> None:
    search = Search()
    first = search.hear(100, 98)
    search.now += PATIENCE_SECONDS - 1
    assert search.hear(101, 99) is None
    assert search.hear(101, 99, ResendReply(ask="another", first=0, next_after=None)) is None
    search.now += 1
    again = search.hear(101, 99)
    assert isinstance(again, ResendRequest)
    assert again != first
    search.connection += 1
    assert isinstance(search.hear(101, 99), ResendRequest), (
        "what was asked over the connection before may be lost"
    )


def test_what_the_whole_log_does_not_hold_is_not_asked_for_all_the_time() -> None:
    search = Search()
    search.hear(100, 98)
    assert search.answer(100, 98, first=0) is None
    search.now += SPENT_SECONDS - 1
    assert search.hear(101, 99) is None
    search.now += 1
    assert search.hear(101, 99) == Recount("catalog")
    assert isinstance(search.hear(101, 99), ResendRequest)


def test_what_gets_lost_after_a_search_in_vain_is_asked_for_at_once() -> None:
    search = Search()
    search.hear(100, 98)
    assert search.answer(100, 98, first=0) is None
    assert search.hear(103, 101) is None
    assert search.hear(104, 101) == Recount("catalog")
    assert isinstance(search.hear(104, 101), ResendRequest)
