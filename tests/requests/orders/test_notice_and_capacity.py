"""Items that are ordered ahead, and items that are served only so often a week: a township is asked, in words."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest

from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from shared.contracts.requests import OrderAccepted
from shared.kernel.access import Role
from tests.requests.township import EDITION, GAOLOU, JULY, ORDER, TOWNSHIP, Dispatch, step
from tests.support.house import House, running_house
from tests.support.tokens import bearer

OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
CLINIC = EDITION.items[0].model_copy(update={"notice_days": 7, "weekly_capacity": 2})
MENU = EDITION.model_copy(update={"items": (CLINIC, *EDITION.items[1:])})
ONE_CLINIC = [{"item_code": "clinic", "expected_attendance": 60}]


@pytest.fixture
async def house(store_url: str) -> AsyncIterator[House]:
    """Business stands at 27 June 2014, a Friday."""
    settings = RequestsSettings(database_url=store_url)
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        await house.hear(f"township:{TOWNSHIP.code}", TOWNSHIP)
        await house.hear("edition:summer-2014", MENU)
        await house.hear(f"campaign:{JULY.campaign_id}", JULY)
        yield house


async def ask(house: House, *wished_on: str, confirm: str = "", **changes: Any) -> httpx.Response:
    body = ORDER | {"lines": ONE_CLINIC, "wished_on": wished_on, "submit": True} | changes
    query = {"confirm": confirm} if confirm else {}
    return await house.client.post("/api/requests/orders", json=body, headers=OFFICER, params=query)


async def order_placed_on(house: House, day: date, number: int) -> None:
    """An order whose clinic dispatch has put on a day."""
    place = f"高楼镇{number}村"
    placed = await ask(house, confirm="notice_too_short", place=place, ruled_out_on=[])
    assert placed.status_code == 201, placed.text
    accepted = await step(house, placed.json()["id"], "accept")
    said = Dispatch(house, accepted).assigned(0, f"a{number}", stop=f"s{number}")
    await house.hear(f"stop:s{number}", said.model_copy(update={"on": day}))


@pytest.mark.parametrize(("day", "asked"), [("2014-07-03", True), ("2014-07-04", False)])
async def test_an_item_is_ordered_as_many_days_ahead_as_it_asks(
    house: House, day: str, asked: bool
) -> None:
    answer = await ask(house, day)
    if not asked:
        assert answer.status_code == 201, answer.text
        return
    (doubt,) = answer.json()["errors"]
    assert (doubt["code"], doubt["field"]) == ("notice_too_short", "wished_on[0]")
    assert "“健康义诊”需提前 7 天点单，最早可安排 2014年7月4日" in doubt["detail"]
    assert (await ask(house, day, confirm="notice_too_short")).status_code == 201


async def test_an_order_without_wished_days_is_not_asked_about(house: House) -> None:
    assert (await ask(house)).status_code == 201


async def test_a_draft_that_waited_too_long_is_asked_about_when_it_is_handed_in(
    house: House,
) -> None:
    drafted = await ask(house, "2014-07-02", confirm="notice_too_short", submit=False)
    path = f"/api/requests/orders/{drafted.json()['id']}/submit"
    asked = await house.client.post(path, headers=OFFICER)
    assert [doubt["code"] for doubt in asked.json()["errors"]] == ["notice_too_short"]


async def test_a_week_is_full_once_plans_have_as_many_as_it_holds(house: House) -> None:
    await order_placed_on(house, date(2014, 7, 7), 1)
    assert (await ask(house, "2014-07-13")).status_code == 201
    await order_placed_on(house, date(2014, 7, 13), 2)
    asked = await ask(house, "2014-07-10", "2014-07-14", place="高楼镇东村")
    (doubt,) = asked.json()["errors"]
    assert (doubt["code"], doubt["field"]) == ("week_is_full", "wished_on[0]")
    assert "每周最多 2 场，2014年7月7日 至 2014年7月13日 已经排满" in doubt["detail"]
    confirmed = await ask(house, "2014-07-10", confirm="week_is_full", place="高楼镇东村")
    assert confirmed.status_code == 201


async def test_dispatch_is_told_the_first_day_that_the_notice_allows(house: House) -> None:
    both = [*ONE_CLINIC, {"item_code": "law-advice", "expected_attendance": 40}]
    placed = await ask(house, lines=both)
    await step(house, placed.json()["id"], "accept")
    (accepted,) = [
        event for event in await house.published("requests") if isinstance(event, OrderAccepted)
    ]
    assert [line.earliest_on for line in accepted.lines] == [date(2014, 7, 4), None]
