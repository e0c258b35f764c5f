"""Until when a campaign takes orders, and how much a township may order: told, and kept to, by all at once too."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from shared.contracts.catalog import TownshipRecoded
from shared.contracts.requests import OrderAccepted, OrderPrioritised
from tests.requests.township import (
    CAMPAIGN,
    EDITION,
    GAOLOU,
    JULY,
    ORDER,
    TOWNSHIP,
    accepted_order,
    order,
    read,
    step,
)
from tests.support.clock import PlayedClock
from tests.support.house import OVERWRITING, House, running_house
from tests.support.tokens import bearer

HULING = "330381122000"
ONE_LINE = [{"item_code": "clinic", "expected_attendance": 50}]


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock(datetime(2014, 6, 20, 1, tzinfo=UTC))


@pytest.fixture
async def house(store_url: str, clock: PlayedClock) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=store_url)
    made = running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock)
    async with made as house:
        for code, name in ((GAOLOU, "高楼镇"), (HULING, "湖岭镇")):
            event = TOWNSHIP.model_copy(update={"code": code, "name": name})
            await house.hear(f"township:{code}", event)
        await house.hear("edition:summer-2014", EDITION)
        await house.hear(f"campaign:{CAMPAIGN}", JULY)
        yield house


def officer(township: str = GAOLOU) -> dict[str, str]:
    return bearer("township_officer", township_code=township)


async def set_limit(house: House, status: int = 200, **limits: Any) -> Any:
    answer = await house.client.put(
        f"/api/requests/order-limits/{CAMPAIGN}", json=limits, headers=OVERWRITING
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def hand_in(
    house: House,
    place: str,
    township: str = GAOLOU,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Any:
    body = ORDER | {"lines": ONE_LINE, "place": place, "township_code": township, "submit": True}
    return await house.client.post(
        "/api/requests/orders", json=body | more, headers=headers or officer(township)
    )


async def allowance(house: House, township: str = GAOLOU) -> Any:
    query = {"campaign_id": CAMPAIGN, "township_code": township}
    answer = await house.client.get("/api/requests/orders/allowance", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_without_limits_everything_is_taken_and_counted(house: House) -> None:
    assert (await hand_in(house, "一村")).status_code == 201
    free = {"orders_until": None, "takes_orders": True, "most": None, "used": 1}
    assert await allowance(house) == free
    path = f"/api/requests/order-limits/{CAMPAIGN}"
    unset = (await house.client.get(path)).json()
    assert (unset["version"], unset["lines"], unset["townships"]) == (None, None, [])


async def test_a_township_orders_as_much_as_it_may_and_reads_how_much_is_left(
    house: House,
) -> None:
    await set_limit(house, lines=2, townships=[{"township_code": HULING, "lines": 3}])
    assert (await hand_in(house, "一村")).status_code == 201
    refused = await hand_in(house, "二村", lines=ORDER["lines"])
    assert (refused.status_code, refused.json()["code"]) == (409, "quota_used_up")
    for word in ("最多可点 2 项", "已点 1 项", "还可点 1 项", "这次要点 2 项"):
        assert word in refused.json()["detail"]
    assert (await hand_in(house, "二村")).status_code == 201
    assert (await allowance(house))["used"] == 2
    assert ((await allowance(house, HULING))["most"], (await allowance(house, HULING))["used"]) == (
        3,
        0,
    )
    # A draft counts only once it is handed in; what is cancelled or returned gives its share back.
    drafted = await order(house, lines=ONE_LINE, place="三村")
    path = f"/api/requests/orders/{drafted['id']}"
    late = await house.client.post(f"{path}/submit", headers=officer())
    assert late.json()["code"] == "quota_used_up"
    listed = (await house.client.get("/api/requests/orders")).json()["items"]
    await step(house, listed[0]["id"], "cancel", reason_code="weather")
    assert (await house.client.post(f"{path}/submit", headers=officer())).status_code == 200


async def test_a_coordinator_may_exceed_it_and_is_asked(house: House) -> None:
    await set_limit(house, lines=0, orders_until="2014-06-19")
    asked = await hand_in(house, "一村", headers=bearer("coordinator"))
    assert [each["code"] for each in asked.json()["errors"]] == [
        "ordering_is_over",
        "quota_used_up",
    ]
    body = ORDER | {"lines": ONE_LINE, "place": "一村", "submit": True}
    taken = await house.client.post(
        "/api/requests/orders?confirm=ordering_is_over&confirm=quota_used_up",
        json=body,
        headers=bearer("coordinator"),
    )
    assert taken.status_code == 201, taken.text


async def test_orders_are_taken_until_the_last_day(house: House, clock: PlayedClock) -> None:
    await set_limit(house, orders_until="2014-06-20")
    assert (await hand_in(house, "一村")).status_code == 201
    clock.move(days=1)
    refused = await hand_in(house, "二村")
    assert (refused.status_code, refused.json()["code"]) == (409, "ordering_is_over")
    assert "6月20日" in refused.json()["detail"]
    assert (await allowance(house))["takes_orders"] is False


async def test_many_at_once_never_exceed_it(house: House) -> None:
    await set_limit(house, lines=3)
    answers = await asyncio.gather(*(hand_in(house, f"{number}号村") for number in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 7
    assert (await allowance(house))["used"] == 3


async def test_the_same_key_makes_one_order_within_a_limit_too(house: House) -> None:
    await set_limit(house, lines=1)
    headers = officer() | {"Idempotency-Key": "an-order-of-once"}
    answers = await asyncio.gather(*(hand_in(house, "一村", headers=headers) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [201] * 5
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_an_amendment_that_adds_items_keeps_to_it(house: House) -> None:
    made = (await hand_in(house, "一村")).json()
    await set_limit(house, lines=1)
    more = {
        "place": "一村",
        "lines": [*ONE_LINE, {"item_code": "appliances", "expected_attendance": 9}],
        "reason_code": "items",
    }
    path = f"/api/requests/orders/{made['id']}/amendment"
    refused = await house.client.post(path, json=more, headers=officer())
    assert (refused.status_code, refused.json()["code"]) == (409, "quota_used_up")
    other = more | {"lines": [{"item_code": "clinic", "expected_attendance": 9}]}
    assert (await house.client.post(path, json=other, headers=officer())).status_code == 200


async def test_limits_are_replaced_with_the_version_that_was_read_and_follow_a_new_code(
    house: House,
) -> None:
    await set_limit(house, lines=2, townships=[{"township_code": GAOLOU, "lines": 5}])
    path = f"/api/requests/order-limits/{CAMPAIGN}"
    blind = await house.client.put(path, json={"lines": 4})
    assert blind.status_code == 428
    twice = [{"township_code": GAOLOU, "lines": each} for each in (1, 2)]
    assert (await set_limit(house, 422, townships=twice))["code"] == "township_twice"
    nobody = [{"township_code": "330381999000", "lines": 1}]
    assert (await set_limit(house, 422, townships=nobody))["code"] == "unknown_township"
    unknown = await house.client.put(
        "/api/requests/order-limits/none-2014", json={"lines": 1}, headers=OVERWRITING
    )
    assert unknown.status_code == 404
    recoded = TownshipRecoded(code=GAOLOU, new_code=HULING, valid_from=date(2014, 6, 20))
    await house.hear(f"township:{GAOLOU}", recoded)
    assert (await allowance(house, HULING))["most"] == 5
    await set_limit(house, lines=2, townships=[])
    assert (await house.client.get(path)).json()["townships"] == []


async def test_the_corps_priority_stands_beside_the_townships_and_is_planned_by(
    house: House,
) -> None:
    drafted = await order(house, priority=5)
    path = f"/api/requests/orders/{drafted['id']}"
    assert (await house.client.post(f"{path}/priority", json={"priority": 2})).status_code == 409
    await step(house, drafted["id"], "submit")
    now = await step(house, drafted["id"], "priority", priority=2)
    assert (now["priority"], now["corps_priority"], now["planned_priority"]) == (5, 2, 2)
    await step(house, drafted["id"], "accept")
    for _ in range(2):
        await step(house, drafted["id"], "priority", priority=4)
    await step(house, drafted["id"], "priority", priority=None)
    assert (await read(house, drafted["id"]))["planned_priority"] == 5
    events = await house.published("requests")
    assert [each.priority for each in events if isinstance(each, OrderAccepted)] == [2]
    assert [each.priority for each in events if isinstance(each, OrderPrioritised)] == [4, 5]
    other = await accepted_order(house, place="大京村")
    assert (other["priority"], other["corps_priority"], other["planned_priority"]) == (3, None, 3)
