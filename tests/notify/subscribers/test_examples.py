"""The examples for other systems run as they stand."""

import asyncio
import json
import os
import socket
import sys
from asyncio.subprocess import PIPE
from datetime import UTC, datetime

import uvicorn

from services.notify.subscribers.domain.subscription import Subscription
from shared.kernel.access import Role
from shared.process import server_config
from tests.notify.subscribers.partners import CANCELLED, OPERATOR, Post, ask, cancel, subscribe
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import token
from tests.support.tree import ROOT
from tests.support.waiting import until

EXAMPLES = ROOT / "docs" / "examples"


async def test_the_python_receiver_takes_what_is_signed_and_nothing_else(
    house: House, clock: PlayedClock
) -> None:
    clock.now = datetime.now(UTC)  # the library compares it with the machine's
    body = {"name": "a", "channel": "webhook", "url": "http://127.0.0.1:9/", "types": [CANCELLED]}
    made = await ask(house, "POST", "", status=201, json=body)
    receiver = await asyncio.create_subprocess_exec(
        sys.executable,
        EXAMPLES / "webhook_receiver.py",
        "0",
        env=os.environ | {"WEBHOOK_SECRET": made["secret"]},
        stdout=PIPE,
    )
    assert receiver.stdout is not None
    try:
        url = f"http://127.0.0.1:{(await receiver.stdout.readline()).split()[-1].decode()}/"
        async with house.uow("notify").transaction() as tx:
            (await tx.get(Subscription, made["id"])).url = url  # known only now
        await ask(house, "POST", f"/{made['id']}/approve", who=OPERATOR, json={})
        other, _ = await subscribe(house, url)
        await cancel(house, "1")
        await Post(house).bring()
        assert (await receiver.stdout.readline()).split() == [CANCELLED.encode(), b"order:1", b"1"]
        statuses = [
            (await ask(house, "GET", f"/{key}/deliveries"))[0]["status"]
            for key in (made["id"], other)
        ]
        assert statuses == [204, 401], "another secret's signature is refused"
    finally:
        receiver.terminate()
        await receiver.wait()


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
