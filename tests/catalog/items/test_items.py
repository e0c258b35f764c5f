"""Service items and the teams that offer them."""

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
