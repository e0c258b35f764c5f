"""The examples for other systems run as they stand."""

import asyncio
import json
import os
import socket
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
import uvicorn

from services.notify.subscribers.domain.subscription import Subscription
from shared.kernel.access import Role
from shared.process import server_config
from tests.notify.subscribers.partners import CANCELLED, Post, ask, cancel, subscribe
from tests.support.clock import PlayedClock
from tests.support.examples import EXAMPLES, command_of, environment
from tests.support.house import House
from tests.support.tokens import token
from tests.support.waiting import until

SECONDS = 60
"""A receiver that needs longer to say something hangs."""


class Receiver:
    """An example that runs."""

    def __init__(self, said: asyncio.StreamReader) -> None:
        self._said = said

    async def says(self) -> str:
        """Its next line."""
        async with asyncio.timeout(SECONDS):
            return (await self._said.readline()).decode().strip()


@asynccontextmanager
async def receiving(example: str, secret: str) -> AsyncIterator[tuple[Receiver, str]]:
    """The example with this secret, and the address that it takes webhooks at."""
    process = await asyncio.create_subprocess_exec(
        *command_of(example), "0", env=environment(WEBHOOK_SECRET=secret), stdout=PIPE
    )
    assert process.stdout is not None
    receiver = Receiver(process.stdout)
    try:
        port = (await receiver.says()).removeprefix("listening on ")
        yield receiver, f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        await process.wait()


async def move(house: House, key: str, url: str) -> None:
    """The subscriber's server is elsewhere from now on; its port is known only when it runs."""
    async with house.uow("notify").transaction() as tx:
        (await tx.get(Subscription, key)).url = url


async def statuses(house: House, key: str) -> list[int]:
    """What the receiver answered."""
    return [each["status"] for each in await ask(house, "GET", f"/{key}/deliveries")]


@pytest.mark.parametrize("example", ["webhook_receiver.py", "webhook_receiver.cjs"])
async def test_a_receiver_takes_what_is_signed_once_and_nothing_else(
    house: House, clock: PlayedClock, example: str
) -> None:
    clock.now = datetime.now(UTC)  # the libraries compare it with the machine's
    key, before = await subscribe(house, "http://127.0.0.1:9/")
    async with receiving(example, before) as (receiver, url):
        await move(house, key, url)
        other, _ = await subscribe(house, url)
        await cancel(house, "1")
        await Post(house).bring()
        assert await receiver.says() == f"{CANCELLED} order:1 1"
        assert await statuses(house, key) == [204]
        assert await statuses(house, other) == [401], "another secret's signature is refused"

        everything = {"what": "position", "after": 0}
        await ask(house, "POST", f"/{key}/replays", status=202, json=everything)
        await Post(house).bring()
        after = (await ask(house, "POST", f"/{key}/secret"))["secret"]
        await cancel(house, "2")
        await Post(house).bring()
        assert await receiver.says() == f"{CANCELLED} order:2 1", "order:1 is not handled again"
        assert await statuses(house, key) == [204, 204, 204], "though it came again"
    async with receiving(example, after) as (receiver, url):
        await move(house, key, url)
        await cancel(house, "3")
        await Post(house).bring()
        assert await receiver.says() == f"{CANCELLED} order:3 1", "either secret verifies"


async def test_curl_reads_a_feed_to_its_end(house: House) -> None:
    key, _ = await subscribe(house, None)
    await cancel(house, *map(str, range(250)))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(house.app, host="127.0.0.1", port=0, seconds_to_stop=1))
    server.config.lifespan = "off"  # it runs already
    serving = asyncio.create_task(server.serve([listener]))
    await until(lambda: server.started)
    try:
        reading = await asyncio.create_subprocess_exec(
            "sh",
            EXAMPLES / "read_feed.sh",
            key,
            env=os.environ
            | {
                "DIANCAI": f"http://127.0.0.1:{listener.getsockname()[1]}",
                "TOKEN": token(Role.SUBSCRIBER, sub="partner"),
            },
            stdout=PIPE,
        )
        said, _ = await reading.communicate()
    finally:
        server.should_exit = True
        await serving
    assert reading.returncode == 0
    orders = [json.loads(line)["data"]["order_id"] for line in said.splitlines()]
    assert orders == [str(each) for each in range(250)]
