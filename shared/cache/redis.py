"""The fan-out between processes: Redis publish/subscribe, one connection each way a process."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from shared.cache.memory import MemoryCache
from shared.kernel.tasks import end
from shared.telemetry.logs import logger

_PREFIX = "diancai:"
CONNECT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 0.25
"""Nobody waits longer for Redis: a limit then does not hold, a signal gets lost."""

SHARE_SECONDS = 0.25
"""How often processes tell each other what they counted; so much later does one hear of the others' requests."""

log = logger(__name__)


def connect(url: str, *, ca_file: Path | None = None, connect_seconds: float = CONNECT_SECONDS) -> Redis:
    """A client that connects when first used. ``ca_file``: authorities (PEM) for rediss://; default: the machine's."""
    tls: dict[str, Any] = {"ssl_ca_certs": str(ca_file)} if ca_file and url.startswith("rediss:") else {}
    client: Redis = Redis.from_url(url, socket_connect_timeout=connect_seconds, health_check_interval=15, **tls)
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
    """See :class:`shared.cache.port.Cache`. Watchers of this process hear through one subscription to
    all topics, so a thousand browsers cost one connection."""

    def __init__(self, url: str, *, ca_file: Path | None = None) -> None:
        """See :func:`connect`."""
        self._url = url
        self._ca_file = ca_file
        self._local = MemoryCache()
        self._client: Redis | None = None
        self._outgoing: asyncio.Queue[str] = asyncio.Queue(maxsize=10_000)
        self._counts: dict[_Window, int] = {}
        self._unshared: Counter[_Window] = Counter()
        self._kinds: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        """The kinds of topics that were ever watched here; set while their signals arrive."""
        self._watched = asyncio.Event()
        self._subscription: PubSub | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        client = connect(self._url, ca_file=self._ca_file)
        self._client = client
        tasks = [asyncio.create_task(work(client)) for work in (self._send, self._receive, self._share_counts)]
        try:
            yield
        finally:
            await end(*tasks)
            self._client = None
            with suppress(RedisError, OSError):
                await client.aclose()

    def signal(self, topic: str) -> None:
        with suppress(asyncio.QueueFull):
            self._outgoing.put_nowait(topic)

    @asynccontextmanager
    async def watching(self, topic: str) -> AsyncIterator[AsyncIterator[None]]:
        async with self._local.watching(topic) as bursts:
            with suppress(RedisError, OSError, TimeoutError):  # without Redis, as when a signal gets lost
                async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                    await self._hear(_kind(topic))
            yield bursts

    async def _hear(self, kind: str) -> None:
        is_new = kind not in self._kinds
        heard = self._kinds[kind]
        self._watched.set()
        if is_new and self._subscription is not None:
            await self._subscription.psubscribe(*_patterns([kind]))
        await heard.wait()

    async def take(self, key: str, *, limit: int, seconds: int) -> int:
        number, rest = divmod(int(time.time()), seconds)
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
            over = [window for window in self._counts if window.ends_at <= time.time()]
            for window in over:
                del self._counts[window]

    async def _share(self, counted: Mapping[_Window, int]) -> None:
        """Adds to everybody's counts, and takes over what they have come to."""
        if self._client is None:
            return
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS), self._client.pipeline(transaction=False) as pipe:
                for window, count in counted.items():
                    pipe.incrby(window.name, count)
                    pipe.expire(window.name, window.seconds * 2)
                totals = (await pipe.execute())[::2]
        except (RedisError, OSError, TimeoutError) as error:
            log.info("requests are not counted", error=repr(error))
            return
        for window, total in zip(counted, totals, strict=True):
            self._counts[window] = total + self._unshared[window]

    async def _send(self, client: "Redis") -> None:
        while True:
            topic = await self._outgoing.get()
            try:
                await client.publish(_PREFIX + topic, b"")
            except (RedisError, OSError) as error:
                log.info("signal lost, readers will find out by themselves", error=repr(error))

    async def _receive(self, client: "Redis") -> None:
        """From the first watcher on, and only the kinds of topics that are watched here: else every process would be
        woken by each signal of all others."""
        await self._watched.wait()
        while True:
            try:
                async with client.pubsub() as subscription:
                    first = set(self._kinds)
                    await subscription.psubscribe(*_patterns(first))
                    self._subscription = subscription
                    if late := self._kinds.keys() - first:
                        await subscription.psubscribe(*_patterns(late))
                    async for message in subscription.listen():
                        topic = message["channel"].decode().removeprefix(_PREFIX)
                        if message["type"] == "psubscribe":
                            self._kinds[_kind(topic)].set()
                        elif message["type"] == "pmessage":
                            self._local.signal(topic)
            except (RedisError, OSError) as error:
                log.info("not hearing signals, readers will find out by themselves", error=repr(error))
            self._subscription = None
            for heard in self._kinds.values():
                heard.clear()
            await asyncio.sleep(1)


def _kind(topic: str) -> str:
    """``inbox`` of ``inbox:coordinator``."""
    return topic.partition(":")[0]


def _patterns(kinds: Iterable[str]) -> list[str]:
    """Of the channels of these kinds of topics."""
    return [pattern for kind in kinds for pattern in (f"{_PREFIX}{kind}", f"{_PREFIX}{kind}:*")]
