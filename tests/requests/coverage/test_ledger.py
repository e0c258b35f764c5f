"""The coverage ledger follows orders, from what waits to what was served."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from shared.kernel.access import Role
from tests.requests.township import (
    EDITION,
    GAOLOU,
    JULY,
    MARCH,
    TOWNSHIP,
    Dispatch,
    accepted_order,
    order,
)
from tests.support.excel import rows_of
from tests.support.house import House, running_house
from tests.support.tokens import bearer

TANGXIA = TOWNSHIP.model_copy(
    update={"code": "330381102000", "name": "塘下镇", "name_en": "Tangxia", "population": 180_000}
)
GAOLOU_PEOPLE = 50_000


@pytest.fixture
async def house(store_url: str) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=store_url)
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        gaolou = TOWNSHIP.model_copy(update={"population": GAOLOU_PEOPLE})
        for township in (gaolou, TANGXIA):
            await house.hear(f"township:{township.code}", township)
        await house.hear("edition:summer-2014", EDITION)
        for campaign in (JULY, MARCH):
            await house.hear(f"campaign:{campaign.campaign_id}", campaign)
        yield house


async def ledger(house: House, who: dict[str, str] | None = None) -> Any:
    answer = await house.client.get("/api/requests/coverage", headers=who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def cells(house: House) -> dict[tuple[str, str], dict[str, Any]]:
    found = (await ledger(house))["cells"]
    return {(cell["township_code"], cell["item_code"]): cell for cell in found}


async def test_what_is_ordered_waits_then_comes_then_was_served(house: House) -> None:
    await order(house, place="草稿不算")
    assert await cells(house) == {}, "a draft asks for nothing yet"
    dispatch = Dispatch(house, await accepted_order(house))
    clinic, law = (await cells(house)).values()
    assert (clinic["waiting"], clinic["waiting_since"], clinic["services"]) == (1, "2014-06-27", 0)
    assert (law["item_code"], law["last_served_on"]) == ("law-advice", None)

    await dispatch.says(dispatch.assigned(0, "a0"), dispatch.unserved(1))
    clinic, law = (await cells(house)).values()
    assert (clinic["waiting"], clinic["scheduled"], clinic["next_on"]) == (0, 1, "2014-06-27")
    assert (law["waiting"], law["scheduled"]) == (1, 0), "no plan has a place for it: it waits"

    await dispatch.says(dispatch.reported(0, "a0", 118), dispatch.completed())
    clinic, law = (await cells(house)).values()
    assert (clinic["services"], clinic["residents"]) == (1, 118)
    assert (clinic["last_served_on"], clinic["scheduled"]) == ("2014-06-27", 0)
    assert (law["services"], law["waiting"]) == (0, 1)
    gaolou = next(each for each in (await ledger(house))["townships"] if each["services"])
    assert (gaolou["township_code"], gaolou["items"], gaolou["per_10000"]) == (GAOLOU, 1, 0.2)


async def test_events_that_come_twice_or_late_count_once(house: House) -> None:
    dispatch = Dispatch(house, await accepted_order(house))
    await dispatch.says(dispatch.assigned(0, "a0"), dispatch.assigned(1, "a1"))
    completed = dispatch.completed()
    await dispatch.says(completed, completed, dispatch.reported(0, "a0", 118))
    await dispatch.says(dispatch.reported(0, "a0", 120), completed)
    clinic, law = (await cells(house)).values()
    assert (clinic["services"], clinic["residents"]) == (1, 120), "the last report counts"
    assert (law["services"], law["residents"]) == (1, 0)


async def test_orders_of_one_township_and_month_are_counted_together(house: House) -> None:
    for number, campaign in enumerate((JULY, JULY, MARCH)):
        made = await accepted_order(
            house, place=f"高楼镇{number}村", campaign_id=campaign.campaign_id, wished_on=[]
        )
        dispatch = Dispatch(house, made)
        stop = f"s{number}"
        await dispatch.says(
            dispatch.assigned(0, f"a{number}", stop=stop),
            dispatch.reported(0, f"a{number}", 10 * (number + 1), stop=stop),
            dispatch.completed(stop=stop),
        )
    clinic = (await cells(house))[GAOLOU, "clinic"]
    assert (clinic["services"], clinic["residents"]) == (3, 60)
    july = await house.client.get(f"/api/requests/campaigns/{JULY.campaign_id}/figures")
    assert (july.json()["total"]["services"], july.json()["total"]["residents"]) == (2, 30)


async def test_two_ratings_at_once_are_both_counted(house: House) -> None:
    served = []
    for number in range(2):
        made = await accepted_order(house, place=f"高楼镇{number}村")
        dispatch = Dispatch(house, made)
        stop = f"s{number}"
        await dispatch.says(
            dispatch.assigned(0, f"a{number}", stop=stop), dispatch.completed(stop=stop)
        )
        served.append(made)
    answers = await asyncio.gather(
        *(
            house.client.post(
                f"/api/requests/orders/{made['id']}/ratings",
                json={"line_id": made["lines"][0]["id"], "score": score},
            )
            for made, score in zip(served, (5, 2), strict=True)
        )
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    figures = (await house.client.get(f"/api/requests/campaigns/{JULY.campaign_id}/figures")).json()
    assert figures["total"]["ratings"] == {
        "count": 2,
        "mean": 3.5,
        "scores": [0, 1, 0, 0, 1],
        "is_enough": False,
    }


async def test_a_township_sees_its_own_and_how_even_it_is(house: House) -> None:
    await accepted_order(house)
    own = await ledger(house, bearer(Role.OFFICER, township_code=GAOLOU))
    assert [each["township_code"] for each in own["townships"]] == [GAOLOU]
    assert len(own["cells"]) == 2
    other = await ledger(house, bearer(Role.OFFICER, township_code=TANGXIA.code))
    assert (other["cells"], other["fairness"]) == ([], own["fairness"])


async def test_the_ledger_is_exported(house: House) -> None:
    await accepted_order(house)
    answer = await house.client.get(
        "/api/requests/coverage.xlsx", headers={"Accept-Language": "zh-CN"}
    )
    heads, first, second = rows_of(answer.content)
    assert heads[:4] == ["镇街代码", "镇街", "项目代码", "服务项目"]
    assert first[:4] == [GAOLOU, "高楼镇", "clinic", "健康义诊"]
    assert second[3] == "法律咨询"


async def test_a_code_that_is_no_longer_valid_is_no_township(house: House) -> None:
    gone = TANGXIA.model_copy(update={"valid_to": date(2014, 6, 26)})
    await house.hear(f"township:{TANGXIA.code}", gone)
    assert [each["township_code"] for each in (await ledger(house))["townships"]] == [GAOLOU]
