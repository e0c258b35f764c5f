"""Editions that were published by mistake are withdrawn, as long as nobody has ordered from them."""

from shared.contracts.catalog import EditionRetired, EditionWithdrawalRequested
from shared.contracts.requests import EditionClosed, EditionWithdrawalRefused
from tests.catalog.corps import post, state_of
from tests.support.house import House

STREAM = "edition:summer-2014"


async def test_a_published_edition_waits_for_the_answer_and_is_withdrawn(corps: House) -> None:
    await post(corps, "editions/summer-2014/publish")
    asked = await post(corps, "editions/summer-2014/withdraw", status=202)
    assert asked["state"] == "withdrawing"
    assert (await post(corps, "editions/summer-2014/withdraw", status=409))[
        "state"
    ] == "withdrawing"
    await corps.hear(STREAM, EditionClosed(edition_id="summer-2014"))
    assert await state_of(corps, "editions/summer-2014") == "withdrawn"
    said = [
        event for event in await corps.published("catalog") if isinstance(event, EditionRetired)
    ]
    assert said == [
        EditionRetired(edition_id="summer-2014", title="2014年夏季菜单", cause="withdrawn")
    ]
    assert (await post(corps, "editions/summer-2014/publish", status=409))["state"] == "withdrawn"


async def test_an_edition_that_was_ordered_from_stays_and_says_how_often(corps: House) -> None:
    await post(corps, "editions/summer-2014/publish")
    await post(corps, "editions/summer-2014/withdraw", status=202)
    await corps.hear(STREAM, EditionWithdrawalRefused(edition_id="summer-2014", orders=3))
    kept = (await corps.client.get("/api/catalog/editions/summer-2014")).json()
    assert (kept["state"], kept["orders_against_withdrawal"]) == ("published", 3)
    again = await post(corps, "editions/summer-2014/withdraw", status=202)
    assert (again["state"], again["orders_against_withdrawal"]) == ("withdrawing", None)
    asked = [
        event
        for event in await corps.published("catalog")
        if isinstance(event, EditionWithdrawalRequested)
    ]
    assert len(asked) == 2


async def test_a_draft_is_not_withdrawn(corps: House) -> None:
    refused = await post(corps, "editions/summer-2014/withdraw", status=409)
    assert (refused["code"], refused["state"]) == ("illegal_transition", "draft")
