"""The live inbox over a real server on a loopback port."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn

from shared.kernel.access import Role
from shared.kernel.clock import utc_now
from shared.process import application
from tests.notify.rui_an import GAOLOU, accepted, directory, messages, ordered, tell
from tests.support.house import House
from tests.support.tokens import bearer
from tests.support.waiting import PATIENCE_SECONDS, until

PATH = "/api/notify/recipients/coordinator/stream"


@dataclass
class Sent:
    """One server-sent event."""

    id: str
    event: str
    data: dict[str, Any]


class Served:
    """The house behind a real server."""

    def __init__(
        self, server: uvicorn.Server, task: "asyncio.Task[None]", client: httpx.AsyncClient
    ) -> None:
        self.server = server
        self.task = task
        self.client = client

    @asynccontextmanager
    async def listening(
        self, path: str = PATH, **headers: str
    ) -> AsyncIterator[AsyncIterator[Sent]]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.stream("GET", path, headers=named) as answer:
            assert answer.status_code == 200, await answer.aread()
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield _events(answer)


async def _events(answer: httpx.Response) -> AsyncIterator[Sent]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line == "" and "data" in fields:
            yield Sent(fields["id"], fields["event"], json.loads(fields["data"]))
        fields = {} if line == "" else fields | {name: value}


async def next_of(events: AsyncIterator[Sent]) -> Sent:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await anext(events)


@pytest.fixture
async def served(notify: House) -> AsyncIterator[Served]:
    app = application(list(notify.services.values()))
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, lifespan="off", ws="none", log_config=None
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    url, headers = f"http://127.0.0.1:{port}", bearer(Role.COORDINATOR)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, headers=headers) as client:
        yield Served(server, task, client)
    server.should_exit = True
    await task


async def test_a_message_arrives_as_it_is_stored(notify: House, served: Served) -> None:
    await tell(notify, *directory(), ordered())
    async with served.listening() as events:
        await tell(notify, accepted(), ordered())
        arrived = await next_of(events)
    stored = (await messages(notify, "coordinator"))[-1]
    assert arrived.event == "message"
    assert arrived.id == str(stored["position"])
    assert arrived.data == stored


async def test_a_reader_who_comes_back_gets_what_was_missed(notify: House, served: Served) -> None:
    await tell(notify, *directory())
    async with served.listening() as events:
        await tell(notify, ordered())
        last = (await next_of(events)).id
    await tell(notify, *[ordered() for _ in range(3)])
    async with served.listening(Last_Event_ID=last) as events:
        missed = [(await next_of(events)).data["position"] for _ in range(3)]
        await tell(notify, ordered())
        live = (await next_of(events)).data["position"]
    assert [*missed, live] == [
        message["position"] for message in await messages(notify, "coordinator")
    ][1:]


async def test_a_list_can_be_gone_on_with_live(notify: House, served: Served) -> None:
    await tell(notify, *directory(), ordered(), ordered())
    first, second = await messages(notify, "coordinator")
    async with served.listening(f"{PATH}?after={first['position']}") as events:
        assert (await next_of(events)).data["id"] == second["id"]
    async with served.listening(f"{PATH}?after=0") as events:
        assert (await next_of(events)).data["id"] == first["id"]


async def test_many_at_once_arrive_each_once_and_in_order(notify: House, served: Served) -> None:
    await tell(notify, *directory())
    async with served.listening() as events:
        await notify.broker.publish([notify.envelope(*ordered()) for _ in range(250)])
        arrived = [(await next_of(events)).data["position"] for _ in range(250)]
    assert arrived == sorted(set(arrived))


async def test_the_stream_speaks_the_readers_language_and_of_its_recipient_only(
    notify: House, served: Served
) -> None:
    await tell(notify, *directory())
    path = f"/api/notify/recipients/township.{GAOLOU}/stream"
    async with served.listening(path, Accept_Language="en-GB") as events:
        await tell(notify, ordered(), accepted())
        arrived = await next_of(events)
    assert arrived.data["subject"] == "Your order is accepted"


async def test_an_unknown_recipient_has_no_stream(served: Served) -> None:
    refused = await served.client.get("/api/notify/recipients/team.nobody/stream")
    assert refused.status_code == 404
    assert refused.json()["code"] == "recipient.not_found"


async def test_the_stream_ends_with_its_token(notify: House, served: Served) -> None:
    await tell(notify, *directory(), ordered())
    ended = bearer(
        Role.COORDINATOR, exp=int(utc_now().timestamp()) - 1
    )  # let in, for clocks may differ by 30 s
    async with (
        served.listening(f"{PATH}?after=0", **ended) as events,
        asyncio.timeout(PATIENCE_SECONDS),
    ):
        assert [event async for event in events] == []


async def test_nobody_listens_at_somebody_elses_inbox(notify: House, served: Served) -> None:
    await tell(notify, *directory())
    officer = bearer(Role.OFFICER, township_code=GAOLOU)
    own = f"/api/notify/recipients/township.{GAOLOU}/stream"
    async with served.listening(own, **officer):
        refused = await served.client.get(PATH, headers=officer)
    assert (refused.status_code, refused.json()["code"]) == (404, "recipient.not_found")


async def test_the_stream_ends_when_the_server_stops(notify: House, served: Served) -> None:
    await tell(notify, *directory(), ordered())
    async with served.listening(f"{PATH}?after=0") as events:
        await next_of(events)
        served.server.should_exit = (
            True  # no limit is set: an endless stream would keep it for ever
        )
        async with asyncio.timeout(PATIENCE_SECONDS):
            await served.task
            assert [event async for event in events] == []  # a proper end, not a broken connection
