"""What publishing would do, said before it is done."""

from tests.catalog.corps import EDITION, post, put
from tests.support.house import House

PREVIEW = "/api/catalog/editions/summer-2014/publication"


async def test_it_names_what_is_in_the_way_and_publishing_refuses_the_same(corps: House) -> None:
    await post(corps, "teams/health/retire")
    preview = (await corps.client.get(PREVIEW)).json()
    assert [blocker["item_code"] for blocker in preview["blockers"]] == ["clinic"]
    assert preview["blockers"][0]["item_name"] == "卫生局"
    refused = await corps.client.post("/api/catalog/editions/summer-2014/publish")
    assert (refused.status_code, refused.json()["code"]) == (422, "item_without_team")


async def test_it_changes_nothing_and_says_what_would_change(corps: House) -> None:
    edition = {
        "title": "2014年秋季菜单",
        "effective_on": "2014-08-01",
        "retires_on": "2014-12-31",
        "item_codes": ["clinic"],
    }
    await put(corps, "editions/autumn-2014", edition)
    preview = (await corps.client.get(PREVIEW)).json()
    assert (preview["items"], preview["blockers"], preview["is_over"]) == (1, [], False)
    assert preview["new_standing_years"] == [2014]
    over = EDITION | {"retires_on": "2014-06-26"}  # business stands at 27 June 2014
    await put(corps, "editions/spring-2014", over)
    spring = await corps.client.get("/api/catalog/editions/spring-2014/publication")
    assert spring.json()["is_over"]
    assert preview["overlaps"] == [], "drafts are in nobody's way"
    await post(corps, "editions/autumn-2014/publish")
    after = (await corps.client.get(PREVIEW)).json()
    assert [other["code"] for other in after["overlaps"]] == ["autumn-2014"]
    assert after["new_standing_years"] == []
    await post(corps, "teams/health/retire")
    published = await corps.client.get("/api/catalog/editions/autumn-2014/publication")
    assert [blocker["item_code"] for blocker in published.json()["blockers"]] == ["clinic"]
