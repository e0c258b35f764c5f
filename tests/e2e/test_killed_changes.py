"""kill -9 in the middle of an amendment and of a correction: it was made as a whole, or not at all; sent again, it is
made once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import psycopg
import pytest

from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from shared.contracts.catalog import TownshipChanged
from tests.requests.township import EDITION, GAOLOU, JULY, ORDER, TOWNSHIP, Dispatch, accepted_order
from tests.support.deployment import Deployment
from tests.support.house import running_house
from tests.support.waiting import until

API = ("requests", "api")
MAYU = "330381113000"
LINES = [line | {"expected_attendance": 77} for line in ORDER["lines"]]
CHANGES: dict[str, dict[str, Any]] = {
    "amendment": {
        "place": "高楼镇中学操场",
        "lines": LINES,
        "wished_on": ORDER["wished_on"],
        "ruled_out_on": ORDER["ruled_out_on"],
        "reason_code": "venue",
    },
    "correction": {"township_code": MAYU, "reason_code": "wrong_township"},
}
EVENTS = {"amendment": "requests.order_amended.v1", "correction": "requests.order_corrected.v1"}
MADE_ALREADY = {"amendment": "nothing_amended", "correction": "township_is_the_same"}
ALL_OF_IT = (
    "SELECT * FROM service_order ORDER BY id",
    "SELECT * FROM order_line ORDER BY id",
    "SELECT * FROM order_amendment ORDER BY id",
    "SELECT * FROM order_correction ORDER BY id",
    "SELECT * FROM service_month ORDER BY township_code, item_code",
    "SELECT * FROM last_served ORDER BY township_code, item_code",
    "SELECT type, aggregate_seq FROM event_log ORDER BY id",
)
MADE = (
    "SELECT (SELECT COUNT(*) FROM order_amendment) + (SELECT COUNT(*) FROM order_correction),"
    " (SELECT COUNT(*) FROM event_log WHERE type = %(type)s)"
)
WAITS = "SELECT COUNT(*) FROM pg_locks WHERE relation = 'event_log'::regclass AND NOT granted"


async def prepared(url: str, change: str) -> str:
    """An order that can be changed so, as the service itself made it."""
    settings = RequestsSettings(database_url=url)
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        for code, name in ((GAOLOU, "高楼镇"), (MAYU, "马屿镇")):
            event = TownshipChanged(code=code, name=name, name_en=code, centre=TOWNSHIP.centre)
            await house.hear(f"township:{code}", event)
        await house.hear("edition:summer-2014", EDITION)
        await house.hear(f"campaign:{JULY.campaign_id}", JULY)
        order = await accepted_order(house)
        if change == "correction":
            voice = Dispatch(house, order)
            await voice.says(voice.assigned(0, "a0"), voice.reported(0, "a0", 118))
            await voice.says(voice.completed())
        return str(order["id"])


class Store:
    """What stands in the service's store, looked at from outside."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def ask(self, query: str, **given: Any) -> list[tuple[Any, ...]]:
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            return await (await connection.execute(query.encode(), given)).fetchall()

    async def all_of_it(self) -> list[list[tuple[Any, ...]]]:
        return [await self.ask(query) for query in ALL_OF_IT]

    async def made(self, change: str) -> tuple[Any, ...]:
        return (await self.ask(MADE, type=EVENTS[change]))[0]

    @asynccontextmanager
    async def log_held(self) -> AsyncIterator[None]:
        """Whoever writes an event has to wait, with all that it wrote before."""
        async with await psycopg.AsyncConnection.connect(self._url) as connection:
            await connection.execute("LOCK TABLE event_log IN SHARE MODE")
            yield
            await connection.rollback()

    async def waits(self) -> bool:
        return bool((await self.ask(WAITS))[0][0])

    async def changed(self, change: str) -> bool:
        return await self.made(change) != (0, 0)


async def killed(deployment: Deployment, sent: asyncio.Task[httpx.Response]) -> None:
    deployment.kill9(API)
    with suppress(httpx.TransportError):  # unless the answer was faster
        await sent


@pytest.mark.long
@pytest.mark.parametrize("change", list(CHANGES))
@pytest.mark.parametrize("stored", [False, True], ids=["in the middle", "as soon as it is stored"])
async def test_a_change_whose_process_is_killed_has_one_fate(
    new_deployment: Callable[[str], Deployment], rabbit_vhost: str, change: str, stored: bool
) -> None:
    deployment = new_deployment(rabbit_vhost)
    url = deployment.settings["requests"]["REQUESTS_DATABASE_URL"]
    store, path = Store(url), f"/api/requests/orders/{await prepared(url, change)}"
    deployment.start(API)
    await deployment.ready(API)
    async with deployment.client() as http:
        tag = {"If-Match": (await http.get(path)).headers["etag"]}

        async def send() -> httpx.Response:
            return await http.post(f"{path}/{change}", json=CHANGES[change], headers=tag)

        before = await store.all_of_it()
        if stored:
            sent = asyncio.create_task(send())
            await until(lambda: store.changed(change))
            await killed(deployment, sent)
        else:
            async with store.log_held():
                sent = asyncio.create_task(send())
                await until(store.waits)
                await killed(deployment, sent)
            await until(lambda: _nobody_waits(store))
            assert await store.all_of_it() == before, "nothing of it stayed"
        deployment.start(API)
        await deployment.ready(API)
        again = await send()
        assert again.status_code == (422 if stored else 200), again.text
        assert await store.made(change) == (1, 1)
        refused = await send()
        assert (refused.status_code, refused.json()["code"]) == (422, MADE_ALREADY[change])
        assert await store.made(change) == (1, 1)
        now = (await http.get(path)).json()
        if change == "amendment":
            assert now["place"] == CHANGES[change]["place"]
            assert [line["expected_attendance"] for line in now["lines"]] == [77, 77]
        else:
            assert now["township_code"] == MAYU
            assert {
                row[0] for row in await store.ask("SELECT township_code FROM service_month")
            } == {MAYU}


async def _nobody_waits(store: Store) -> bool:
    return not await store.waits()
