"""Editions of the menu: what may be drafted and published, and that a published menu is frozen."""

import pytest

from tests.catalog.corps import EDITION, ITEM, post
from tests.support.house import OVERWRITING, House


async def test_a_published_edition_is_frozen(corps: House) -> None:
    client = corps.client
    published = await post(corps, "editions/summer-2014/publish")
    renamed = await client.put(
        "/api/catalog/items/clinic", json=ITEM | {"name": "健康咨询"}, headers=OVERWRITING
    )
    assert renamed.json()["name"] == "健康咨询"
    assert (await client.get("/api/catalog/editions/summer-2014")).json()["menu"] == published[
        "menu"
    ]
    assert published["menu"][0]["name"] == ITEM["name"]
    changed = await client.put("/api/catalog/editions/summer-2014", json=EDITION)
    assert (changed.status_code, changed.json()["state"]) == (409, "published")


async def test_an_edition_whose_days_are_reversed_is_refused(corps: House) -> None:
    reversed_days = EDITION | {"effective_on": "2014-08-31", "retires_on": "2014-06-01"}
    refused = await corps.client.put("/api/catalog/editions/autumn-2014", json=reversed_days)
    assert (refused.status_code, refused.json()["code"]) == (422, "days_reversed")
    assert [
        kept["code"] for kept in (await corps.client.get("/api/catalog/editions")).json()["items"]
    ] == ["summer-2014"]


async def test_an_edition_of_an_unknown_item_is_refused(catalog: House) -> None:
    refused = await catalog.client.put("/api/catalog/editions/summer-2014", json=EDITION)
    assert (refused.json()["code"], refused.json()["field"]) == ("unknown_code", "item_codes")


async def test_an_edition_with_an_item_that_only_retired_teams_offer_is_not_published(
    corps: House,
) -> None:
    await post(corps, "teams/health/retire")
    refused = await post(corps, "editions/summer-2014/publish", status=422)
    assert (refused["code"], "clinic" in refused["detail"]) == ("item_without_team", True)
    await post(corps, "teams/health/reinstate")
    assert (await post(corps, "editions/summer-2014/publish"))["state"] == "published"


@pytest.mark.parametrize(("last", "is_over"), [("2014-06-26", True), ("2014-06-27", False)])
async def test_publishing_an_edition_that_is_over_is_asked_about(
    corps: House, last: str, is_over: bool
) -> None:
    """Business stands at 27 June 2014."""
    edition = EDITION | {"retires_on": last}
    drafted = await corps.client.put(
        "/api/catalog/editions/summer-2014", json=edition, headers=OVERWRITING
    )
    assert drafted.status_code == 200, drafted.text
    url = "/api/catalog/editions/summer-2014/publish"
    answer = await corps.client.post(url)
    if is_over:
        assert (answer.status_code, answer.json()["code"]) == (409, "confirmation_needed")
        assert [(doubt["code"], doubt["field"]) for doubt in answer.json()["errors"]] == [
            ("edition_over", "retires_on")
        ]
        assert (await corps.client.get("/api/catalog/editions/summer-2014")).json()[
            "state"
        ] == "draft"
        answer = await corps.client.post(url, params={"confirm": "edition_over"})
    assert answer.status_code == 200
    assert answer.json()["state"] == ("retired" if is_over else "published")
