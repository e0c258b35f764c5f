"""The fan-out to browsers, in one process and through Redis."""

import asyncio
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from shared.cache.memory import MOST_KEPT, MemoryCache
from shared.cache.port import Cache
from shared.cache.redis import RedisCache
from shared.kernel.ids import new_id
from tests.support.proxy import wired
from tests.support.waiting import until

NewCache = Callable[[], Cache]


@pytest.fixture(params=["memory", "redis"])
def new_cache(request: pytest.FixtureRequest) -> NewCache:
    """Each call gives the cache of one more process."""
    if request.param == "memory":
        one = MemoryCache()
        return lambda: one
    url: str = request.getfixturevalue("redis_url")
    return lambda: RedisCache(url)


async def hears(here: Cache, there: Cache, topic: str) -> None:
    """Signals until it is heard: a signal may get lost, e.g. while connections are made."""
    async with here.watching(topic) as bursts:
        heard = asyncio.ensure_future(anext(bursts))
        async with asyncio.timeout(20):
            while not heard.done():
                there.signal(topic)
                await asyncio.wait({heard}, timeout=0.02)


async def test_a_signal_reaches_who_watches_in_another_process(new_cache: NewCache) -> None:
    here, there = new_cache(), new_cache()
    async with here.running(), there.running():
        await hears(here, there, "inbox:coordinator")


async def test_a_signal_on_another_topic_does_not(new_cache: NewCache) -> None:
    here, there = new_cache(), new_cache()
    async with here.running(), there.running(), here.watching("inbox:team.law") as other:
        woken = asyncio.ensure_future(anext(other))
        await hears(here, there, "inbox:team.health")
        assert not woken.done()
        woken.cancel()


async def test_a_process_is_woken_by_signals_of_the_kinds_that_are_watched_there(
    redis_url: str,
) -> None:
    quiet, watched = f"quiet-{new_id()}", f"watched-{new_id()}"
    here, there = (RedisCache(f"{redis_url}?client_name={name}") for name in (watched, quiet))
    async with here.running(), there.running(), Redis.from_url(redis_url) as redis:

        async def subscriptions(name: str) -> int:
            return sum(
                int(client["sub"]) for client in await redis.client_list() if client["name"] == name
            )

        await hears(here, there, "inbox:coordinator")
        one_kind = await subscriptions(watched)
        async with here.watching("inbox:team.law"):
            assert await subscriptions(watched) == one_kind > 0
        async with here.watching("mail"):
            assert await subscriptions(watched) == 2 * one_kind
            await hears(here, there, "mail")
        assert await subscriptions(quiet) == 0


async def test_without_redis_signals_are_lost_and_nothing_else(redis_url: str) -> None:
    async with wired(redis_url) as wire:
        cache = RedisCache(wire.url)
        async with cache.running():
            await hears(cache, cache, "inbox:coordinator")
            wire.cut()
            cache.signal("inbox:coordinator")
            wire.mend()
            await hears(cache, cache, "inbox:coordinator")


async def test_windows_of_two_lengths_are_counted_apart(new_cache: NewCache) -> None:
    cache, key = new_cache(), new_id()
    async with cache.running():
        waits = []
        for _ in range(3):
            await cache.take(key, limit=1, seconds=60)
            waits.append(await cache.take(key, limit=1, seconds=1_000_000))
    assert waits[0] == 0
    assert all(wait > 0 for wait in waits[1:])


async def test_what_one_process_keeps_another_finds_until_its_time_is_over(
    new_cache: NewCache,
) -> None:
    here, there = new_cache(), new_cache()
    key = f"catalog:{new_id()}"
    async with here.running(), there.running():
        assert await there.get(key) is None
        await here.put(key, "菜单", seconds=60)
        assert await there.get(key) == "菜单"
        await here.put(key, "新菜单", seconds=1)

        async def is_gone() -> bool:
            return await there.get(key) is None

        await until(is_gone)


async def test_a_process_keeps_so_many_answers_and_drops_the_oldest() -> None:
    cache = MemoryCache()
    for number in range(MOST_KEPT + 1):
        await cache.put(f"catalog:{number}", "", seconds=60)
    assert await cache.get("catalog:0") is None
    assert await cache.get(f"catalog:{MOST_KEPT}") == ""


async def test_without_redis_nothing_is_kept_and_nothing_fails(redis_url: str) -> None:
    async with wired(redis_url) as wire:
        cache = RedisCache(wire.url)
        key = f"catalog:{new_id()}"
        async with cache.running():
            await cache.put(key, "菜单", seconds=60)
            assert await cache.get(key) == "菜单"
            wire.cut()
            assert await cache.get(key) is None
            await cache.put(key, "别的", seconds=60)
