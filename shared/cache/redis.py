"""The fan-out between processes: Redis publish/subscribe, one connection each way a process."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.cache.memory import MemoryCache
from shared.kernel.tasks import end
from shared.telemetry.logs import logger

_PREFIX = "diancai:"
CONNECT_SECONDS = 2.0
LONGEST_COUNT_SECONDS = 0.25
"""Nobody waits longer for a count; the limit then does not hold."""

log = logger(__name__)


def connect(url: str, *, ca_file: Path | None = None, connect_seconds: float = CONNECT_SECONDS) -> Redis:
    """A client that connects when first used. ``ca_file``: authorities (PEM) for rediss://; default: the machine's."""
    tls: dict[str, Any] = {"ssl_ca_certs": str(ca_file)} if ca_file and url.startswith("rediss:") else {}
    client: Redis = Redis.from_url(url, socket_connect_timeout=connect_seconds, health_check_interval=15, **tls)
    return client


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

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        client = connect(self._url, ca_file=self._ca_file)
        self._client = client
        tasks = [asyncio.create_task(self._send(client)), asyncio.create_task(self._receive(client))]
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
            yield bursts

    async def take(self, key: str, *, limit: int, seconds: int) -> int:
        window, rest = divmod(int(time.time()), seconds)
        if self._client is None:
            return 0
        try:
            async with asyncio.timeout(LONGEST_COUNT_SECONDS), self._client.pipeline(transaction=False) as pipe:
                name = f"{_PREFIX}limit:{key}:{window}"
                pipe.incr(name)
                pipe.expire(name, seconds * 2)
                count, _ = await pipe.execute()
        except (RedisError, OSError, TimeoutError) as error:
            log.info("requests are not counted", error=repr(error))
            return 0
        return seconds - rest if count > limit else 0

    async def _send(self, client: "Redis") -> None:
        while True:
            topic = await self._outgoing.get()
            try:
                await client.publish(_PREFIX + topic, b"")
            except (RedisError, OSError) as error:
                log.info("signal lost, readers will find out by themselves", error=repr(error))

    async def _receive(self, client: "Redis") -> None:
        while True:
            try:
                async with client.pubsub() as subscription:
                    await subscription.psubscribe(_PREFIX + "*")
                    async for message in subscription.listen():
                        if message["type"] == "pmessage":
                            self._local.signal(message["channel"].decode().removeprefix(_PREFIX))
            except (RedisError, OSError) as error:
                log.info("not hearing signals, readers will find out by themselves", error=repr(error))
            await asyncio.sleep(1)
