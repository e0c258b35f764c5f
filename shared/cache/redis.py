"""Signals between processes by Redis publish/subscribe; counters and kept answers that they share.

A process has one connection to send, and one to receive for each kind of topic that it watches
(inboxes, runs, mail).
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from pathlib import Path
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.cache.memory import MemoryCache
from shared.kernel.tasks import end
from shared.telemetry.logs import logger

_PREFIX = "diancai:"
CONNECT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 0.25
"""Nobody waits longer for Redis: a process then counts alone, a signal gets lost."""

SHARE_SECONDS = 0.25
"""How often processes tell each other what they counted; so much later does one hear of the others'
requests."""

log = logger(__name__)


def connect(
    url: str, *, ca_file: Path | None = None, connect_seconds: float = CONNECT_SECONDS
) -> Redis:
    """Returns a client that connects when first used. ``ca_file``: authorities (PEM) for rediss://."""
    tls: dict[str, Any] = (
        {"ssl_ca_certs": str(ca_file)} if ca_file and url.startswith("rediss:") else {}
    )
    client: Redis = Redis.from_url(
        url, socket_connect_timeout=connect_seconds, health_check_interval=15, **tls
    )
    return client


class _Window(NamedTuple):
    """The ``number``-th span of so many seconds since 1970, for one key."""

    key: str
    seconds: int
    number: int

    @property
    def name(self) -> str:
        return f"{_PREFIX}limit:{self.key}:{self.number}"

    @property
    def ends_at(self) -> int:
        return (self.number + 1) * self.seconds


class RedisCache:
    """See :class:`shared.cache.port.Cache`.

    The watchers of a process share one subscription for each kind of topic, so a thousand browsers
    cost one connection.
    """

    def __init__(
        self, url: str, *, ca_file: Path | None = None, now: Callable[[], float] = time.time
    ) -> None:
        """See :func:`connect`, and :class:`MemoryCache` about ``now``."""
        self._now = now
        self._url = url
        self._ca_file = ca_file
        self._local = MemoryCache()
        self._client: Redis | None = None
        self._outgoing: asyncio.Queue[str] = asyncio.Queue(maxsize=10_000)
        self._counts: dict[_Window, int] = {}
        self._unshared: Counter[_Window] = Counter()
        self._heard: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        """By kind of topic that was ever watched here; set while its signals arrive."""
        self._hearing: dict[str, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        client = connect(self._url, ca_file=self._ca_file)
        self._client = client
        tasks = [asyncio.create_task(work(client)) for work in (self._send, self._share_counts)]
        for kind in self._heard:
            self._begin_to_hear(client, kind)
        try:
            yield
        finally:
            self._client = None
            await end(*tasks, *self._hearing.values())
            self._hearing.clear()
            with suppress(RedisError, OSError):
                await client.aclose()

    def signal(self, topic: str) -> None:
        with suppress(asyncio.QueueFull):
            self._outgoing.put_nowait(topic)

    @asynccontextmanager
    async def watching(self, topic: str) -> AsyncIterator[AsyncIterator[None]]:
        async with self._local.watching(topic) as bursts:
            with suppress(
                RedisError, OSError, TimeoutError
            ):  # without Redis, as when a signal gets lost
                async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                    await self._hear(_kind(topic))
            yield bursts

    async def _hear(self, kind: str) -> None:
        heard = self._heard[kind]
        if self._client is not None and kind not in self._hearing:
            self._begin_to_hear(self._client, kind)
        await heard.wait()

    def _begin_to_hear(self, client: "Redis", kind: str) -> None:
        # In a context of its own: it outlasts the request that began it, and its log is not that
        # request's.
        self._hearing[kind] = asyncio.create_task(self._receive(client, kind), context=Context())

    async def take(self, key: str, *, limit: int, seconds: int) -> int:
        number, rest = divmod(int(self._now()), seconds)
        window = _Window(key, seconds, number)
        if window in self._counts:
            self._counts[window] += 1
            self._unshared[window] += 1
        else:  # the first request of a window asks what other processes have counted; later ones need not wait for that
            await self._share({window: 1})
        return seconds - rest if self._counts.get(window, 0) > limit else 0

    async def _share_counts(self, _client: Redis) -> None:
        while True:
            await asyncio.sleep(SHARE_SECONDS)
            unshared, self._unshared = self._unshared, Counter()
            if unshared:
                await self._share(unshared)
            over = [window for window in self._counts if window.ends_at <= self._now()]
            for window in over:
                del self._counts[window]

    async def _share(self, counted: Mapping[_Window, int]) -> None:
        """Adds this process's counts to those of all, and reads the totals."""
        if self._client is None:
            return
        try:
            async with (
                asyncio.timeout(LONGEST_WAIT_SECONDS),
                self._client.pipeline(transaction=False) as pipe,
            ):
                for window, count in counted.items():
                    pipe.incrby(window.name, count)
                    pipe.expire(window.name, window.seconds * 2)
                totals = (await pipe.execute())[::2]
        except (RedisError, OSError, TimeoutError) as error:
            for window, count in counted.items():
                self._counts.setdefault(window, count)
            log.info("requests are counted by this process alone", error=repr(error))
            return
        for window, total in zip(counted, totals, strict=True):
            self._counts[window] = total + self._unshared[window]

    async def get(self, key: str) -> str | None:
        if self._client is None:
            return None
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                found = await self._client.get(_kept(key))
        except (RedisError, OSError, TimeoutError) as error:
            log.info("nothing is kept while Redis is away", error=repr(error))
            return None
        return found.decode() if isinstance(found, bytes) else found

    async def put(self, key: str, value: str, *, seconds: int) -> None:
        if self._client is None:
            return
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await self._client.set(_kept(key), value, ex=seconds)
        except (RedisError, OSError, TimeoutError) as error:
            log.info("nothing is kept while Redis is away", error=repr(error))

    async def _send(self, client: "Redis") -> None:
        while True:
            topic = await self._outgoing.get()
            try:
                await client.publish(_channel(_kind(topic)), topic)
            except (RedisError, OSError) as error:
                log.info("signal lost, readers will find out by themselves", error=repr(error))

    async def _receive(self, client: "Redis", kind: str) -> None:
        """Receives on a connection of its own, from the first watcher on.

        Nobody else writes to it, and no process is woken by signals of a kind that it doesn't
        watch.
        """
        while True:
            try:
                async with client.pubsub() as subscription:
                    await subscription.subscribe(_channel(kind))
                    async for message in subscription.listen():
                        if message["type"] == "subscribe":
                            self._heard[kind].set()
                        elif message["type"] == "message":
                            self._local.signal(message["data"].decode())
            except (RedisError, OSError) as error:
                log.info(
                    "not hearing signals, readers will find out by themselves",
                    kind=kind,
                    error=repr(error),
                )
            self._heard[kind].clear()
            await asyncio.sleep(1)


async def try_out(client: Redis, service: str) -> None:
    """Counts, signals and keeps something once, with the commands that :class:`RedisCache` uses.

    :raises RedisError: not all of them are allowed, or Redis does not respond.
    """
    window = _Window("doctor", 1, 0)
    await client.incrby(window.name, 1)
    await client.expire(window.name, window.seconds)
    async with client.pubsub() as subscription:
        await subscription.subscribe(_channel("doctor"))
        await subscription.get_message(timeout=LONGEST_WAIT_SECONDS)
    await client.publish(_channel("doctor"), "doctor")
    await client.set(_kept(f"{service}:doctor"), "", ex=1)
    await client.get(_kept(f"{service}:doctor"))


def _kept(key: str) -> str:
    """Returns Redis' key for what is kept. A service's user may read and write its own only."""
    return f"{_PREFIX}kept:{key}"


def _channel(kind: str) -> str:
    """Returns the channel of all topics of a kind; a message says which topic.

    So nobody subscribes to a pattern, which Redis' rules for users allow only when they name that
    very pattern.
    """
    return f"{_PREFIX}{kind}"


def _kind(topic: str) -> str:
    """``inbox`` of ``inbox:coordinator``."""
    return topic.partition(":")[0]
