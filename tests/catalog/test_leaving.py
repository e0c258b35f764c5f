"""Teams leave the corps, and editions that were published by mistake are withdrawn."""

from typing import Any

import pytest

from shared.contracts.catalog import EditionRetired, EditionWithdrawalRequested, TeamChanged
from shared.contracts.requests import EditionClosed, EditionWithdrawalRefused
from tests.support.house import House

NAMES = {"name": "卫生局", "name_en": "Health Bureau"}
ITEM: dict[str, Any] = NAMES | {
    "category_code": "welfare",
    "teams": ["health"],
    "volunteers_needed": 2,
    "minutes_per_resident": 5,
}
EDITION = {
    "title": "2014年夏季菜单",
    "effective_on": "2014-06-01",
    "retires_on": "2014-08-31",
    "item_codes": ["clinic"],
}
STREAM = "edition:summer-2014"


@pytest.fixture
async def corps(catalog: House) -> House:
    """catalog with two teams, an item of one of them, and a draft with that item."""
    await put(catalog, "agencies/bureau", NAMES)
    await put(catalog, "categories/welfare", NAMES)
    for code in ("health", "clinic-two"):
        await put(catalog, f"teams/{code}", NAMES | {"agency_code": "bureau", "members": 5})
    await put(catalog, "items/clinic", ITEM)
    await put(catalog, "editions/summer-2014", EDITION)
    return catalog


async def put(house: House, path: str, body: dict[str, Any], *, status: int = 200) -> Any:
    current = await house.client.get(f"/api/catalog/{path}")
    headers = {"If-Match": current.headers["etag"]} if "etag" in current.headers else {}
    answer = await house.client.put(f"/api/catalog/{path}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def post(house: House, path: str, *, status: int = 200) -> Any:
    answer = await house.client.post(f"/api/catalog/{path}")
    assert answer.status_code == status, answer.text
    return answer.json()


async def state_of(house: House, path: str) -> str:
    return str((await house.client.get(f"/api/catalog/{path}")).json()["state"])


async def test_a_team_leaves_and_comes_back_and_both_are_announced(corps: House) -> None:
    assert (await post(corps, "teams/health/retire"))["state"] == "retired"
    assert (await post(corps, "teams/health/retire", status=409))["possible"] == ["reinstate"]
    assert (await post(corps, "teams/health/reinstate"))["state"] == "active"
    told = [event.state for event in await corps.published("catalog") if isinstance(event, TeamChanged)]
    assert told == ["retired", "active"]
    assert (await post(corps, "teams/nobody/retire", status=404))["code"] == "team.not_found"


async def test_correcting_the_entry_of_a_retired_team_does_not_bring_it_back(corps: House) -> None:
    await post(corps, "teams/health/retire")
    await put(corps, "teams/health", NAMES | {"agency_code": "bureau", "members": 7})
    assert await state_of(corps, "teams/health") == "retired"
    assert [event.state for event in await corps.published("catalog") if isinstance(event, TeamChanged)][
        -1
    ] == "retired"


async def test_a_retired_team_is_named_for_no_further_item(corps: House) -> None:
    await post(corps, "teams/clinic-two/retire")
    refused = await put(corps, "items/clinic", ITEM | {"teams": ["health", "clinic-two"]}, status=422)
    assert (refused["code"], refused["field"]) == ("team_retired", "teams")
    assert "clinic-two" in refused["detail"]
    # An item that it was named for before can still be corrected.
    await post(corps, "teams/health/retire")
    assert (await put(corps, "items/clinic", ITEM | {"volunteers_needed": 3}))["volunteers_needed"] == 3


async def test_an_edition_with_an_item_that_only_retired_teams_offer_is_not_published(corps: House) -> None:
    await post(corps, "teams/health/retire")
    refused = await post(corps, "editions/summer-2014/publish", status=422)
    assert (refused["code"], "clinic" in refused["detail"]) == ("item_without_team", True)
    await post(corps, "teams/health/reinstate")
    assert (await post(corps, "editions/summer-2014/publish"))["state"] == "published"


async def test_a_published_edition_waits_for_the_answer_and_is_withdrawn(corps: House) -> None:
    await post(corps, "editions/summer-2014/publish")
    asked = await post(corps, "editions/summer-2014/withdraw", status=202)
    assert asked["state"] == "withdrawing"
    assert (await post(corps, "editions/summer-2014/withdraw", status=409))["state"] == "withdrawing"
    await corps.hear(STREAM, EditionClosed(edition_id="summer-2014"))
    assert await state_of(corps, "editions/summer-2014") == "withdrawn"
    said = [event for event in await corps.published("catalog") if isinstance(event, EditionRetired)]
    assert said == [EditionRetired(edition_id="summer-2014", title="2014年夏季菜单", cause="withdrawn")]
    assert (await post(corps, "editions/summer-2014/publish", status=409))["state"] == "withdrawn"


async def test_an_edition_that_was_ordered_from_stays_and_says_how_often(corps: House) -> None:
    await post(corps, "editions/summer-2014/publish")
    await post(corps, "editions/summer-2014/withdraw", status=202)
    await corps.hear(STREAM, EditionWithdrawalRefused(edition_id="summer-2014", orders=3))
    kept = (await corps.client.get("/api/catalog/editions/summer-2014")).json()
    assert (kept["state"], kept["orders_against_withdrawal"]) == ("published", 3)
    again = await post(corps, "editions/summer-2014/withdraw", status=202)
    assert (again["state"], again["orders_against_withdrawal"]) == ("withdrawing", None)
    asked = [event for event in await corps.published("catalog") if isinstance(event, EditionWithdrawalRequested)]
    assert len(asked) == 2


async def test_a_draft_is_not_withdrawn(corps: House) -> None:
    refused = await post(corps, "editions/summer-2014/withdraw", status=409)
    assert (refused["code"], refused["state"]) == ("illegal_transition", "draft")
