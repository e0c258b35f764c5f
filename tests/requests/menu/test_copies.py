"""What can be ordered, and by whom, is copied from what catalog publishes."""

from datetime import date

import pytest

from shared.contracts.catalog import TownshipChanged
from tests.requests.township import EDITION, GAOLOU, ORDER, TOWNSHIP
from tests.support.house import House


async def test_the_menu_and_the_townships_are_copied(requests: House) -> None:
    editions = (await requests.client.get("/api/requests/editions")).json()
    assert editions["next_after"] is None
    assert [edition["edition_id"] for edition in editions["items"]] == ["summer-2014"]
    edition = (await requests.client.get("/api/requests/editions/summer-2014")).json()
    assert edition == editions["items"][0]
    assert edition["title"] == EDITION.title
    assert edition["effective_on"] == "2014-06-01"
    assert edition["items"][0] == {
        "item_code": "clinic",
        "name": "健康义诊",
        "name_en": "Health check",
        "category_code": "livelihood",
        "volunteers_needed": 4,
        "minutes_per_resident": None,
        "mode": "booth",
        "residents_per_volunteer": None,
        "notice_days": 0,
        "weekly_capacity": None,
        "township_provides": [],
        "picture": None,
    }
    townships = (await requests.client.get("/api/requests/townships")).json()["items"]
    names = {"code": GAOLOU, "name": "高楼镇", "name_en": "Gaolou Town"}
    assert townships == [names | {"population": None, "valid_from": None, "valid_to": None}]


async def test_a_township_that_changes_its_name_is_known_by_the_new_one(requests: House) -> None:
    renamed = TownshipChanged(**TOWNSHIP.model_dump() | {"name": "高楼街道"})
    await requests.hear(f"township:{GAOLOU}", renamed)
    townships = (await requests.client.get("/api/requests/townships")).json()["items"]
    assert [township["name"] for township in townships] == ["高楼街道"]


@pytest.mark.parametrize(
    ("days", "code", "said"),
    [
        ({"valid_to": date(2014, 6, 26)}, "township_code_ended", "用到2014年6月26日为止"),
        ({"valid_from": date(2014, 7, 1)}, "township_code_not_yet", "从2014年7月1日起启用"),
    ],
)
async def test_nothing_is_ordered_under_a_division_code_that_is_not_valid(
    requests: House, days: dict[str, date], code: str, said: str
) -> None:
    known = TownshipChanged(**TOWNSHIP.model_dump() | {"population": 52_000} | days)
    await requests.hear(f"township:{GAOLOU}", known)
    refused = await requests.client.post(
        "/api/requests/orders", json=ORDER, headers={"Accept-Language": "zh-CN"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert (refused.json()["field"], said in refused.json()["detail"].replace(" ", "")) == (
        "township_code",
        True,
    )
    (township,) = (await requests.client.get("/api/requests/townships")).json()["items"]
    assert township["population"] == 52_000


async def test_its_first_and_last_day_are_days_of_a_division_code(requests: House) -> None:
    today = date(2014, 6, 27)
    days = {"valid_from": today, "valid_to": today}
    await requests.hear(f"township:{GAOLOU}", TownshipChanged(**TOWNSHIP.model_dump() | days))
    assert (await requests.client.post("/api/requests/orders", json=ORDER)).status_code == 201
