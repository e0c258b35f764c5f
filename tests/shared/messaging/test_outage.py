"""Whole services with the broker or a server away: orders are still taken, and nothing is lost."""

import asyncio
from collections.abc import Callable

import psycopg
from redis import Redis

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from shared.messaging.broker import ConsumerQueues
from shared.messaging.rabbitmq import RabbitBroker
from tests.support.consumers import RecordingConsumer, answers
from tests.support.fixtures import NewUrl
from tests.support.house import OVERWRITING, running_house
from tests.support.private import Postgres, PrivateServer, RedisServer
from tests.support.proxy import wired
from tests.support.rolls import up_to
from tests.support.waiting import until

NewServer = Callable[[type[PrivateServer]], PrivateServer]


async def test_while_the_broker_is_away_a_service_works_and_its_events_go_out_later(
    new_store_url: NewUrl, rabbit_vhost: str
) -> None:
    queues, recording = ConsumerQueues("requests", ("catalog",)), RecordingConsumer()
    listener = RabbitBroker(rabbit_vhost, name="requests")
    listener.expect(queues)
    settings = CatalogSettings(database_url=new_store_url())
    async with (
        wired(rabbit_vhost) as wire,
        listener.running(),
        listener.consuming(queues, recording),
    ):
        await until(lambda: answers(listener))
        async with running_house(
            lambda b, c, t: build(settings, broker=b, cache=c, clock=t),
            broker=RabbitBroker(wire.url, name="catalog"),
        ) as house:

            async def enter(number: int) -> int:
                township = {
                    "name": "高楼镇",
                    "name_en": f"Gaolou {number}",
                    "lat": 27.8,
                    "lon": 120.2,
                }
                return (
                    await house.client.put(
                        "/api/catalog/townships/330381125000", json=township, headers=OVERWRITING
                    )
                ).status_code

            assert await enter(1) == 200
            await until(lambda: recording.ids)
            wire.cut()
            for number in (2, 3, 4):
                assert await enter(number) == 200
            ready = await until(lambda: _not_ready(house.client.get))
            assert "broker" in ready["wrong"]
            assert recording.ids == ["township:330381125000/1"]
            wire.mend()
            await until(lambda: len(set(recording.ids)) == 4)
    assert list(dict.fromkeys(recording.ids)) == [
        f"township:330381125000/{number}" for number in up_to(4)
    ]


async def _not_ready(get: Callable[..., object]) -> object:
    answer = await get("/api/catalog/health/ready")  # type: ignore[misc]  # httpx's get is awaitable
    return answer.json() if answer.status_code == 503 else None


async def test_a_killed_store_is_used_again_when_it_is_back(private_server: NewServer) -> None:
    server = private_server(Postgres)
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    await asyncio.to_thread(server.kill9)
    assert not server.answers()
    await asyncio.to_thread(server.start)
    with psycopg.connect(server.url, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        connection.execute("DROP TABLE kept")
    assert row == (1,)


async def test_a_killed_cache_is_used_again_when_it_is_back(private_server: NewServer) -> None:
    server = private_server(RedisServer)
    await asyncio.to_thread(server.kill9)
    assert not server.answers()
    await asyncio.to_thread(server.start)
    with Redis.from_url(server.url) as client:
        assert client.ping()
