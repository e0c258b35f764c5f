"""Service items and the teams that offer them."""

from shared.contracts.catalog import ServiceItemChanged
from tests.catalog.corps import ITEM, post, put
from tests.support.house import House


async def test_a_retired_team_is_named_for_no_further_item(corps: House) -> None:
    await post(corps, "teams/clinic-two/retire")
    refused = await put(
        corps, "items/clinic", ITEM | {"teams": ["health", "clinic-two"]}, status=422
    )
    assert (refused["code"], refused["field"]) == ("team_retired", "teams")
    assert "clinic-two" in refused["detail"]
    # An item that it was named for before can still be corrected.
    await post(corps, "teams/health/retire")
    assert (await put(corps, "items/clinic", ITEM | {"volunteers_needed": 3}))[
        "volunteers_needed"
    ] == 3


async def test_what_an_item_asks_for_is_kept_and_published(corps: House) -> None:
    asked = {
        "mode": "lecture",
        "residents_per_volunteer": 20,
        "notice_days": 7,
        "weekly_capacity": 3,
        "township_provides": ["room", "projector"],
        "qualification": "执业医师资格",
        "risks": "久站、高温；备有防暑药品。",
    }
    kept = await put(corps, "items/clinic", ITEM | asked)
    assert {name: kept[name] for name in asked} == asked
    told = (await corps.published("catalog"))[-1]
    assert isinstance(told, ServiceItemChanged)
    assert (told.mode, told.notice_days, told.weekly_capacity) == ("lecture", 7, 3)
    assert told.township_provides == ("room", "projector")
    assert "risks" not in told.model_dump(), "words stay with catalog"


async def test_what_a_township_provides_is_named_once(corps: House) -> None:
    twice = ITEM | {"township_provides": ["tables", "tables"]}
    refused = await put(corps, "items/clinic", twice, status=422)
    assert (refused["code"], refused["field"]) == ("repeated_code", "township_provides")


async def test_risks_name_nobody(corps: House) -> None:
    refused = await put(corps, "items/clinic", ITEM | {"risks": "有事找 13800138000"}, status=422)
    assert refused["errors"][0]["field"] == "risks"
