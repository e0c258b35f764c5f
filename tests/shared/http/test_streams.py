"""How many live answers may stay open: counted per account and per process, and told in words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from starlette.types import Message

from services.notify.bootstrap import build
from services.notify.settings import NotifySettings
from shared.contracts.base import Point
from shared.contracts.catalog import TownshipChanged
from shared.kernel.access import Role
from tests.support.house import House, running_house
from tests.support.tokens import bearer

STREAM = "/api/notify/recipients/township.330381125000/stream"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    settings = NotifySettings(
        database_url=f"sqlite:///{tmp_path}/notify.db",
        limit_streams_account=2,
        limit_streams_process=3,
    )
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as made:
        township = TownshipChanged(
            code="330381125000", name="高楼镇", name_en="Gaolou", centre=Point(lat=27.8, lon=120.6)
        )
        await made.hear("township:330381125000", township)
        yield made


class Reader:
    """Someone who asks for a live answer and keeps it open."""

    def __init__(
        self,
        house: House,
        account: str,
        *,
        method: str = "GET",
        path: str = STREAM,
        query: str = "",
    ) -> None:
        self._gone = asyncio.Event()
        self._began: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.body = b""
        headers = {
            **bearer(Role.COORDINATOR, Role.OPERATOR, sub=account),
            "Accept-Language": "zh-CN",
        }
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("house", 80),
            "scheme": "http",
            "root_path": "",
            "http_version": "1.1",
        }
        self.task = asyncio.ensure_future(house.app(scope, self._receive, self._send))

    async def status(self) -> int:
        return await self._began

    async def leave(self) -> None:
        self._gone.set()
        with suppress(asyncio.CancelledError):
            await self.task

    async def _receive(self) -> Message:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._began.set_result(message["status"])
        self.body += message.get("body", b"")


async def test_an_account_keeps_so_many_streams_and_a_process_so_many(house: House) -> None:
    mine = [Reader(house, "coordinator-1") for _ in range(3)]
    assert sorted([await reader.status() for reader in mine]) == [200, 200, 429]
    (refused,) = [reader for reader in mine if await reader.status() == 429]
    await refused.task
    assert "这个账号已经打开了 2 个实时连接" in refused.body.decode()
    others = Reader(house, "coordinator-2")
    assert await others.status() == 200
    assert await Reader(house, "coordinator-3").status() == 429, "the process is full"
    for reader in [*mine, others]:
        await reader.leave()
    assert house.services["notify"].api.state.streams.count == 0
    again = Reader(house, "coordinator-1")
    assert await again.status() == 200
    await again.leave()


async def test_a_request_that_waits_counts_as_well(house: House) -> None:
    waiting = [Reader(house, "coordinator-1") for _ in range(2)]
    assert [await reader.status() for reader in waiting] == [200, 200]
    asked = Reader(house, "coordinator-1", path="/api/notify/events", query="after=1000&wait=20")
    assert await asked.status() == 429
    for reader in waiting:
        await reader.leave()


async def test_head_of_a_stream_ends_at_once(house: House) -> None:
    asked = Reader(house, "coordinator-1", method="HEAD")
    assert await asked.status() == 200
    await asked.task
    assert asked.body == b""
