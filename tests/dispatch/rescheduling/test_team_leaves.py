"""A team leaves the corps: what it still had ahead goes to others or is open again, and nothing new comes to it."""

from shared.contracts.catalog import TeamChanged
from shared.contracts.dispatch import LineUnserved, TeamAssigned, TeamReleased
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, TEAMS, accept_order, order_all
from tests.support.house import House


def team(code: str, state: str) -> TeamChanged:
    event = TeamChanged(
        code=code, name=TEAMS[code][0], name_en=code, agency_code="a", agency_name="局", members=6
    )
    return TeamChanged.model_validate(event.model_dump() | {"state": state})


async def leaves(house: House, code: str) -> None:
    await house.hear(f"team:{code}", team(code, "retired"))


async def test_its_booths_go_to_another_team_that_offers_the_item(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch)
    had = [
        entry
        for stop in plan["stops"]
        for entry in stop["assignments"]
        if entry["item_code"] == "legal-advice"
    ]
    gone = had[0]["team_code"]
    other = {"justice": "lawyers", "lawyers": "justice"}[gone]
    theirs = [entry["id"] for entry in had if entry["team_code"] == gone]
    await leaves(dispatch, gone)
    released = [
        event
        for event in await desk.of_type(dispatch, TeamReleased)
        if isinstance(event, TeamReleased)
    ]
    assert sorted(event.assignment_id for event in released) == sorted(theirs)
    after = await desk.ask(dispatch, "GET", f"/plans/{plan['id']}")
    live = [
        entry
        for stop in after["stops"]
        for entry in stop["assignments"]
        if entry["item_code"] == "legal-advice" and entry["state"] == "offered"
    ]
    assert [entry["team_code"] for entry in live] == [other] * len(had)
    assert after["revision"] == 2


async def test_where_no_other_team_offers_the_item_its_lines_are_open_again(
    dispatch: House,
) -> None:
    await desk.published_plan(dispatch)
    await leaves(dispatch, "health")
    unserved = await desk.of_type(dispatch, LineUnserved)
    assert {event.item_code for event in unserved if isinstance(event, LineUnserved)} == {
        "health-clinic"
    }
    demand = (await desk.ask(dispatch, "GET", "/demand"))["items"]
    assert {line["item_code"] for line in demand if line["state"] == "open"} == {"health-clinic"}


async def test_hearing_it_twice_changes_nothing_more(dispatch: House) -> None:
    await desk.published_plan(dispatch)
    await leaves(dispatch, "health")
    before = await dispatch.published("dispatch")
    await leaves(dispatch, "health")
    assert await dispatch.published("dispatch") == before


async def test_a_stop_that_has_begun_stays_as_it_is(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch, GAOLOU)
    stop = plan["stops"][0]
    for entry in stop["assignments"]:
        await desk.accept(dispatch, entry)
    await desk.ask(dispatch, "POST", f"/stops/{stop['id']}/start")
    await leaves(dispatch, "health")
    assert await desk.of_type(dispatch, TeamReleased) == []


async def test_no_plan_names_it_any_more_until_it_comes_back(dispatch: House) -> None:
    await leaves(dispatch, "health")
    await order_all(dispatch, GAOLOU)
    proposed = await desk.propose(dispatch)
    assert "health" not in {
        entry["team_code"] for stop in proposed["stops"] for entry in stop["assignments"]
    }
    assert [line["item_code"] for line in proposed["unserved"]] == ["health-clinic"]
    refused = await desk.ask(
        dispatch,
        "POST",
        "/planning-rules",
        {
            "campaign_id": desk.JULY["campaign_id"],
            "does": "forbid",
            "team_code": "health",
            "on": "2014-06-27",
        },
        status=422,
    )
    assert refused["code"] == "unknown_team"
    await dispatch.hear("team:health", team("health", "active"))
    back = await desk.propose(dispatch)
    assert "health" in {
        entry["team_code"] for stop in back["stops"] for entry in stop["assignments"]
    }


async def test_a_pin_to_it_is_gone_so_that_runs_go_on(dispatch: House) -> None:
    await order_all(dispatch, GAOLOU)
    pin = {
        "campaign_id": desk.JULY["campaign_id"],
        "does": "pin",
        "line_id": "order-0-health-clinic",
        "team_code": "health",
    }
    await desk.ask(dispatch, "POST", "/planning-rules", pin, status=201)
    await leaves(dispatch, "health")
    assert (await desk.ask(dispatch, "GET", "/planning-rules"))["items"] == []
    assert (await desk.run_of(dispatch))["state"] == "done"


async def test_what_is_accepted_later_goes_to_others(dispatch: House) -> None:
    await leaves(dispatch, "justice")
    await accept_order(dispatch, "order-9", GAOLOU, ["legal-advice"])
    plan = await desk.propose(dispatch)
    await desk.publish_plan(dispatch, plan)
    assigned = await desk.of_type(dispatch, TeamAssigned)
    assert [event.team_code for event in assigned if isinstance(event, TeamAssigned)] == ["lawyers"]
