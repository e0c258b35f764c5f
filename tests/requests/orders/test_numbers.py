"""Readable numbers: each order has one from its first save on, and no two have the same."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, insert, update

from services.requests.bootstrap import build
from services.requests.orders.tables import order_line, service_order
from services.requests.orders.use_cases.numbers import OrderNumbers
from services.requests.settings import RequestsSettings
from shared.db.engine import Database
from tests.requests.township import (
    CAMPAIGN,
    EDITION,
    GAOLOU,
    JULY,
    ORDER,
    TOWNSHIP,
    order,
    read,
    step,
)
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house
from tests.support.tree import migrations_of

MANY = 200


async def test_orders_are_numbered_in_the_business_year(requests: House) -> None:
    first, second = await order(requests), await order(requests)
    assert [first["number"], second["number"]] == ["2014-0001", "2014-0002"]
    changed = await requests.client.put(
        f"/api/requests/orders/{first['id']}",
        json=ORDER | {"place": "高楼镇政府"},
        headers={"If-Match": "*"},
    )
    assert changed.json()["number"] == "2014-0001"
    assert (await step(requests, first["id"], "submit"))["number"] == "2014-0001"
    assert (await read(requests, second["id"]))["number"] == "2014-0002"


def _before(table: Table) -> Table:
    """The table as the release before has it."""
    new = {"number", "history", "search_words"}
    kept = [column for column in table.columns if column.name not in new]
    return Table(table.name, MetaData(), *(Column(each.name, each.type) for each in kept))


def _row(order_id: str, created_at: datetime) -> dict[str, Any]:
    return {
        "id": order_id,
        "township_code": GAOLOU,
        "edition_id": "summer-2014",
        "campaign_id": CAMPAIGN,
        "place": "广场",
        "wished_on": [],
        "ruled_out_on": [],
        "priority": 3,
        "state": "draft",
        "created_at": created_at,
        "event_seq": 0,
        "version": 1,
    }


@pytest.mark.parametrize("typed", ["2014-0002", "２０１４－０００２", " 2014–0002 "])
async def test_an_order_is_found_by_its_number(requests: House, typed: str) -> None:
    await order(requests)
    second = await order(requests)
    found = await requests.client.get("/api/requests/orders", params={"number": typed})
    assert [one["id"] for one in found.json()["items"]] == [second["id"]]


async def test_what_is_no_number_is_refused(requests: House) -> None:
    for typed in ("17", "2014-17", "2014_0017", "' or 1=1"):
        refused = await requests.client.get("/api/requests/orders", params={"number": typed})
        assert (refused.status_code, refused.json()["field"]) == (422, "number")


async def test_many_at_once_in_several_processes_have_a_number_each(postgres_url: NewUrl) -> None:
    url = postgres_url()
    settings = RequestsSettings(database_url=url)
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        await house.hear("township:330381125000", TOWNSHIP)
        await house.hear("edition:summer-2014", EDITION)
        await house.hear(f"campaign:{JULY.campaign_id}", JULY)
        elsewhere = Database(url)
        others = OrderNumbers(elsewhere)
        answers = asyncio.gather(
            *(house.client.post("/api/requests/orders", json=ORDER) for _ in range(MANY))
        )
        given = await asyncio.gather(*(others.take(2014) for _ in range(MANY)))
        made = [answer.json()["number"] for answer in await answers]
        await elsewhere.close()
    wanted = {f"2014-{number:04}" for number in range(1, 2 * MANY + 1)}
    assert set(made) | set(given) == wanted
    assert len(made) + len(given) == len(wanted)


async def test_each_year_begins_at_one_on_both_stores(store_url: str) -> None:
    database = Database(store_url)
    await migrations_of("requests").upgrade(database)
    numbers = OrderNumbers(database)
    given = await asyncio.gather(*(numbers.take(year) for year in (2014, 2015, 2014, 2014)))
    assert given == ["2014-0001", "2015-0001", "2014-0002", "2014-0003"]
    await database.close()


async def test_orders_from_before_are_numbered_by_age(store_url: str) -> None:
    database, migrations = Database(store_url), migrations_of("requests")
    await migrations.upgrade(database, "0100")
    made = [
        ("a-later", datetime(2014, 6, 2, tzinfo=UTC)),
        ("b-first", datetime(2014, 6, 1, tzinfo=UTC)),
        ("c-new-year", datetime(2014, 12, 31, 17, tzinfo=UTC)),  # in China it is 2015
    ]
    async with database.engine.begin() as connection:
        await connection.execute(insert(_before(service_order)), [_row(*one) for one in made])
        await connection.execute(
            insert(_before(order_line)),
            {
                "id": "line",
                "order_id": "b-first",
                "position": 0,
                "item_code": "clinic",
                "name": "健康义诊",
                "name_en": "",
                "volunteers_needed": 2,
                "expected_attendance": 9,
                "state": "waiting",
                "revision": 0,
            },
        )
    await migrations.upgrade(database)
    columns = service_order.c
    async with database.engine.connect() as connection:
        found = {
            row.id: (row.number, row.history, row.search_words)
            for row in await connection.execute(service_order.select().order_by(columns.id))
        }
    assert {key: number for key, (number, _, _) in found.items()} == {
        "b-first": "2014-0001",
        "a-later": "2014-0002",
        "c-new-year": "2015-0001",
    }
    assert [change["state"] for change in found["b-first"][1]] == ["draft"]
    assert set(found["b-first"][2]) == {"广", "场", "广场", "item:clinic"}
    assert await OrderNumbers(database).take(2014) == "2014-0003"
    await database.close()


async def test_an_order_of_the_release_before_gets_its_number_with_its_next_change(
    requests: House,
) -> None:
    made = await order(requests)
    async with requests.uow("requests").transaction() as tx:
        await tx.session.execute(update(service_order).values(number=""))
    assert (await read(requests, made["id"]))["number"] == ""
    assert (await step(requests, made["id"], "submit"))["number"] == "2014-0002"
