"""How an edition differs from the one before it."""

from typing import Any

from tests.catalog.corps import EDITION, ITEM, post, put
from tests.support.house import House

AUTUMN = EDITION | {
    "title": "2014年秋季菜单",
    "effective_on": "2014-09-01",
    "retires_on": "2014-11-30",
    "based_on": "summer-2014",
}


async def _differences(house: House, path: str = "autumn-2014", **query: str) -> Any:
    url = f"/api/catalog/editions/{path}/differences"
    answer = await house.client.get(url, params=query)
    return answer.json()


async def test_added_gone_and_changed_items_are_told_apart(corps: House) -> None:
    await put(corps, "items/opera", ITEM | {"name": "送戏下乡", "name_en": "Village opera"})
    await put(corps, "items/repair", ITEM | {"name": "家电维修", "name_en": "Repairs"})
    await put(corps, "editions/summer-2014", EDITION | {"item_codes": ["clinic", "repair"]})
    await post(corps, "editions/summer-2014/publish")
    await put(corps, "items/clinic", ITEM | {"notice_days": 7, "weekly_capacity": 3})
    await put(corps, "editions/autumn-2014", AUTUMN | {"item_codes": ["opera", "clinic"]})
    found = await _differences(corps)
    assert (found["before"]["code"], found["after"]["code"]) == ("summer-2014", "autumn-2014")
    assert [
        (each["item_code"], each["what"], each["changed"]) for each in found["differences"]
    ] == [
        ("opera", "added", {}),
        ("clinic", "changed", {"notice_days": [0, 7], "weekly_capacity": [None, 3]}),
        ("repair", "gone", {}),
    ]
    assert found["differences"][2]["name"] == "家电维修"


async def test_the_same_items_are_no_difference(corps: House) -> None:
    await put(corps, "editions/autumn-2014", AUTUMN)
    assert (await _differences(corps))["differences"] == []
    assert (await _differences(corps, **{"with": "autumn-2014"}))["differences"] == []


async def test_what_there_is_to_compare_with_is_said(corps: House) -> None:
    alone = await _differences(corps, "summer-2014")
    assert (alone["status"], alone["code"]) == (422, "nothing_to_compare")
    assert EDITION["title"] in alone["detail"]
    absent = await _differences(corps, "summer-2014", **{"with": "spring-2014"})
    assert (absent["status"], absent["code"]) == (404, "edition.not_found")


async def test_an_edition_is_based_on_another_that_exists(corps: House) -> None:
    itself = await put(
        corps, "editions/summer-2014", EDITION | {"based_on": "summer-2014"}, status=422
    )
    assert itself["code"] == "based_on_itself"
    absent = await put(
        corps, "editions/summer-2014", EDITION | {"based_on": "spring-2014"}, status=422
    )
    assert (absent["code"], absent["field"]) == ("unknown_code", "based_on")
