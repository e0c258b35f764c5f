"""Teams leave the corps, and come back."""

from shared.contracts.catalog import TeamChanged
from tests.catalog.corps import NAMES, post, put, state_of
from tests.support.house import House


async def test_a_team_leaves_and_comes_back_and_both_are_announced(corps: House) -> None:
    assert (await post(corps, "teams/health/retire"))["state"] == "retired"
    assert (await post(corps, "teams/health/retire", status=409))["possible"] == ["reinstate"]
    assert (await post(corps, "teams/health/reinstate"))["state"] == "active"
    told = [
        event.state for event in await corps.published("catalog") if isinstance(event, TeamChanged)
    ]
    assert told == ["retired", "active"]
    assert (await post(corps, "teams/nobody/retire", status=404))["code"] == "team.not_found"


async def test_correcting_the_entry_of_a_retired_team_does_not_bring_it_back(corps: House) -> None:
    await post(corps, "teams/health/retire")
    await put(corps, "teams/health", NAMES | {"agency_code": "bureau", "members": 7})
    assert await state_of(corps, "teams/health") == "retired"
    assert [
        event.state for event in await corps.published("catalog") if isinstance(event, TeamChanged)
    ][-1] == "retired"
