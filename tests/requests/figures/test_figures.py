"""The figures of a campaign: what was ordered, served and rated."""

from typing import Any

import httpx

from shared.kernel.access import Role
from tests.requests.township import CAMPAIGN, GAOLOU, Dispatch, order, step
from tests.support.excel import rows_of
from tests.support.house import House
from tests.support.tokens import bearer

OF_JULY = f"/api/requests/campaigns/{CAMPAIGN}/figures"
OPEN = f"/api/requests/open/campaigns/{CAMPAIGN}/figures"


async def figures(house: House, **headers: str) -> Any:
    answer = await house.client.get(OF_JULY, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_they_follow_a_campaign(requests: House, dispatch: Dispatch) -> None:
    await order(requests, place="草稿")
    await step(requests, (await order(requests, place="文化礼堂"))["id"], "submit")
    await dispatch.says(dispatch.assigned(0, "a0"), dispatch.unserved(1))
    found = await figures(requests)
    assert found["orders"] == {"draft": 1, "submitted": 1, "scheduled": 1}
    assert found["unserved_reasons"] == {"unserved.no_free_team": 1}
    total = found["total"]
    assert (total["scheduled"], total["unserved"], total["waiting"]) == (1, 1, 2)

    await dispatch.says(dispatch.reported(0, "a0", 118), dispatch.completed())
    line = dispatch.order["lines"][0]["id"]
    await requests.client.post(
        f"/api/requests/orders/{dispatch.order['id']}/ratings",
        json={"line_id": line, "score": 4, "text": "医生很耐心"},
    )
    found = await figures(requests)
    (clinic, law) = found["items"]
    assert (clinic["code"], clinic["services"], clinic["residents"]) == ("clinic", 1, 118)
    assert (clinic["ratings"]["mean"], clinic["ratings"]["count"]) == (4, 1)
    assert (law["code"], law["unserved"], law["services"]) == ("law-advice", 1, 0)
    (gaolou,) = found["townships"]
    assert (gaolou["code"], gaolou["residents"]) == (GAOLOU, 118)


async def test_open_data_needs_no_account_and_keeps_drafts_back(
    requests: House, dispatch: Dispatch
) -> None:
    await order(requests, place="草稿")
    await dispatch.says(dispatch.assigned(0, "a0"))
    transport = httpx.ASGITransport(app=requests.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as anybody:
        assert (await anybody.get(OF_JULY)).status_code == 401
        answer = await anybody.get(OPEN)
        unknown = await anybody.get(OPEN.replace(CAMPAIGN, "no-such"))
    assert answer.status_code == 200, answer.text
    assert answer.json()["orders"] == {"scheduled": 1}
    assert answer.json()["total"]["scheduled"] == 1
    assert "高楼" not in answer.text, "no place, no name, no words"
    assert unknown.status_code == 404


async def test_a_township_sees_its_own(requests: House, dispatch: Dispatch) -> None:
    await dispatch.says(dispatch.assigned(0, "a0"))
    own = await figures(requests, **bearer(Role.OFFICER, township_code=GAOLOU))
    other = await figures(requests, **bearer(Role.OFFICER, township_code="330381102000"))
    assert (own["orders"], own["total"]["scheduled"]) == ({"scheduled": 1}, 1)
    assert (other["orders"], other["total"]["scheduled"], other["townships"]) == ({}, 0, [])


async def test_they_are_exported_by_township(requests: House, dispatch: Dispatch) -> None:
    await dispatch.says(dispatch.assigned(0, "a0"), dispatch.reported(0, "a0", 118))
    await dispatch.says(dispatch.completed())
    answer = await requests.client.get(f"{OF_JULY}.xlsx", headers={"Accept-Language": "en"})
    heads, row = rows_of(answer.content)
    assert heads[:4] == ["Township code", "Township", "Booths served", "Residents served"]
    assert row[:4] == [GAOLOU, "Gaolou Town", "1", "118"]
