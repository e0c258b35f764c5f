"""What townships wished for is asked about in the survey of a draft, and becomes an item of it."""

from typing import Any

import pytest

from shared.contracts.catalog import WishedItemEntered
from shared.contracts.requests import WishAdopted, WishAdoptionEnded
from shared.kernel.access import Role
from tests.support.house import House
from tests.support.tokens import bearer

EDITION = "/api/catalog/editions/summer-2014"
ADOPTED = WishAdopted(
    group_id="g1",
    edition_id="summer-2014",
    item_name="夜间义诊",
    item_name_en="Evening clinic",
    wishes=2,
    residents=200,
)
HEALTH = bearer(Role.LEADER, team_code="health")
OTHER = bearer(Role.LEADER, team_code="clinic-two")


@pytest.fixture
async def asked(corps: House) -> House:
    """The draft's survey is open, and a wish was adopted for it."""
    opened = await corps.client.post(f"{EDITION}/survey/open", json={"until": "2014-07-04"})
    assert opened.status_code == 200, opened.text
    await corps.hear("wish_group:g1", ADOPTED)
    return corps


async def listed(house: House, who: dict[str, str] | None = None) -> list[dict[str, Any]]:
    answer = await house.client.get(f"{EDITION}/wished-items", headers=who or {})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def offer(house: House, who: dict[str, str], team: str, *, can: bool) -> Any:
    said = {"team_code": team, "can_offer": can, "remark": "要有桌子" if can else None}
    return await house.client.post("/api/catalog/wished-items/g1/offers", json=said, headers=who)


async def test_each_team_answers_for_itself_and_the_corps_sees_all(asked: House) -> None:
    (wished,) = await listed(asked, HEALTH)
    assert (wished["name"], wished["wishes"], wished["residents"], wished["offers"]) == (
        "夜间义诊",
        2,
        200,
        [],
    )
    assert (await offer(asked, HEALTH, "health", can=False)).status_code == 200
    assert (await offer(asked, HEALTH, "health", can=True)).status_code == 200
    assert (await offer(asked, OTHER, "clinic-two", can=False)).status_code == 200
    refused = await offer(asked, OTHER, "health", can=True)
    assert (refused.status_code, refused.json()["field"]) == (403, "team_code")
    (own,) = await listed(asked, OTHER)
    assert [each["team_code"] for each in own["offers"]] == ["clinic-two"]
    (everything,) = await listed(asked)
    assert {each["team_code"]: each["can_offer"] for each in everything["offers"]} == {
        "health": True,
        "clinic-two": False,
    }


async def test_once_the_survey_is_over_no_team_answers(asked: House) -> None:
    await asked.client.post(f"{EDITION}/survey/end")
    refused = await offer(asked, HEALTH, "health", can=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "survey_not_open")


async def test_it_becomes_an_item_of_the_draft_once(asked: House) -> None:
    url = "/api/catalog/wished-items/g1/item"
    for _ in range(2):
        answer = await asked.client.post(url, json={"item_code": "clinic"})
        assert (answer.status_code, answer.json()["item_code"]) == (200, "clinic")
    unknown = await asked.client.post(url, json={"item_code": "none"})
    assert unknown.status_code == 404
    entered = [
        each for each in await asked.published("catalog") if isinstance(each, WishedItemEntered)
    ]
    assert entered == [
        WishedItemEntered(edition_id="summer-2014", group_id="g1", item_code="clinic")
    ]


async def test_an_item_that_the_draft_lacks_or_a_published_edition_is_refused(
    asked: House,
) -> None:
    url = "/api/catalog/wished-items/g1/item"
    item = {
        "name": "理发",
        "name_en": "Haircut",
        "category_code": "welfare",
        "teams": ["health"],
        "volunteers_needed": 2,
        "minutes_per_resident": 5,
    }
    assert (await asked.client.put("/api/catalog/items/haircut", json=item)).status_code == 200
    refused = await asked.client.post(url, json={"item_code": "haircut"})
    assert (refused.status_code, refused.json()["code"]) == (422, "item_not_on_draft")
    await asked.client.post(f"{EDITION}/survey/end")
    published = await asked.client.post(
        f"{EDITION}/publish", params={"confirm": ["edition_over", "survey_unanswered"]}
    )
    assert published.status_code == 200, published.text
    refused = await asked.client.post(url, json={"item_code": "clinic"})
    assert (refused.status_code, refused.json()["code"]) == (409, "survey_is_past")


async def test_what_got_another_answer_is_asked_no_more(asked: House) -> None:
    await offer(asked, HEALTH, "health", can=True)
    await asked.hear("wish_group:g1", WishAdoptionEnded(group_id="g1"))
    assert await listed(asked) == []
    assert (await offer(asked, HEALTH, "health", can=True)).status_code == 404


async def test_taken_into_another_edition_it_leaves_this_one(asked: House) -> None:
    await offer(asked, HEALTH, "health", can=True)
    await asked.hear("wish_group:g1", ADOPTED.model_copy(update={"wishes": 3}))
    (wished,) = await listed(asked)
    assert (wished["wishes"], len(wished["offers"])) == (3, 1)
    await asked.hear("wish_group:g1", ADOPTED.model_copy(update={"edition_id": "next"}))
    assert await listed(asked) == []
