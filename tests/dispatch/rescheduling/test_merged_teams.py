"""A team was entered twice: its booths, bookings, pins and candidates are the other one's, and nobody is asked again;
only a booth at a time at which the other team is elsewhere is offered to others."""

from typing import Any

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from shared.contracts import Event
from shared.contracts.catalog import ServiceItemChanged, TeamChanged, TeamMerged, TeamRegistered
from shared.contracts.dispatch import LineUnserved, TeamAssigned, TeamReleased
from tests.dispatch import desk
from tests.dispatch.conftest import (
    GAOLOU,
    HULING,
    ITEMS,
    TEAMS,
    accept_order,
    house_with,
)
from tests.support.clock import PlayedClock
from tests.support.house import House


def merged(code: str, into: str) -> tuple[str, TeamMerged]:
    name = TEAMS[code][0]
    return f"team:{into}", TeamMerged(code=code, name=name, name_en=code, into_code=into)


def registered(code: str, **changes: Any) -> dict[str, Any]:
    said = {"code": code, "name": code, "name_en": code, "agency_code": "a", "members": 6}
    return said | {"agency_name": "局"} | changes


async def teams_at_stops(house: House, plan: dict[str, Any]) -> set[str]:
    return {
        booth["team_code"]
        for stop in await desk.stops_of(house, plan["id"])
        for booth in stop["assignments"]
    }


async def since(house: House, before: int) -> list[Event]:
    return (await house.published("dispatch"))[before:]


async def two_plans_of_lawyers(house: House) -> tuple[dict[str, Any], dict[str, Any]]:
    """``justice`` and ``lawyers`` both serve on the first morning, at two places."""
    await accept_order(house, "order-1", GAOLOU, ["legal-advice"])
    await accept_order(house, "order-2", HULING, ["legal-advice"])
    for order, team in (("order-1", "justice"), ("order-2", "lawyers")):
        await desk.make_rule(
            house,
            "pin",
            line_id=f"{order}-legal-advice",
            team_code=team,
            on="2014-06-27",
            part="morning",
        )
    plan = await desk.publish_plan(house, await desk.propose(house))
    stops = {stop["township_code"]: stop for stop in plan["stops"]}
    assert {(stop["on"], stop["part"]) for stop in stops.values()} == {("2014-06-27", "morning")}
    return stops[GAOLOU], stops[HULING]


async def test_everything_is_the_other_teams_and_nobody_is_asked_again(
    store_url: str, clock: PlayedClock
) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await accept_order(house, "order-1", GAOLOU, list(ITEMS))
        await desk.make_rule(house, "pin", line_id="order-1-legal-advice", team_code="justice")
        proposed = await desk.propose(house)
        plan = await desk.publish_plan(house, await desk.propose(house))
        assert "justice" in await teams_at_stops(house, plan)
        before = len(await house.published("dispatch"))
        for _ in range(2):
            await house.hear(*merged("justice", "lawyers"))
        assert await since(house, before) == []
        for found in (plan, proposed):
            assert "justice" not in await teams_at_stops(house, found)
            assert "lawyers" in await teams_at_stops(house, found)
        assert [rule["team_code"] for rule in await desk.rules_of(house)] == ["lawyers"]
        teams = (await desk.ask(house, "GET", "/teams"))["items"]
        assert "justice" not in {team["code"] for team in teams}
        items = (await desk.ask(house, "GET", "/items"))["items"]
        offered = {item["code"]: item["teams"] for item in items}
        assert offered["legal-advice"] == ["lawyers"]
        (booth,) = [
            booth
            for stop in await desk.stops_of(house, plan["id"])
            for booth in stop["assignments"]
            if booth["team_code"] == "lawyers"
        ]
        assert (await desk.accept(house, booth))["state"] == "planned"


async def test_of_two_places_at_a_time_the_former_teams_booth_is_offered_to_others(
    store_url: str, clock: PlayedClock
) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        gaolou, huling = await two_plans_of_lawyers(house)
        third = registered("notaries")
        await house.hear("team:notaries", TeamRegistered(**third))
        await house.hear("item:legal-advice", legal_advice("justice", "lawyers", "notaries"))
        preview = await desk.ask(house, "GET", "/merging", team_code="justice", into="lawyers")
        assert (preview["assignments"], preview["ahead"]) == (1, 1)
        assert [clash["stop_id"] for clash in preview["clashes"]] == [gaolou["id"]]
        before = len(await house.published("dispatch"))
        await house.hear(*merged("justice", "lawyers"))
        events = await since(house, before)
        (released,) = [event for event in events if isinstance(event, TeamReleased)]
        assert (released.stop_id, released.team_code, released.reason_code) == (
            gaolou["id"],
            "lawyers",
            "teams_merged",
        )
        (offered,) = [event for event in events if isinstance(event, TeamAssigned)]
        assert (offered.stop_id, offered.team_code) == (gaolou["id"], "notaries")
        kept = await desk.ask(house, "GET", f"/stops/{huling['id']}")
        assert [each["state"] for each in kept["assignments"]] == ["offered"]


async def test_a_booth_for_which_there_is_no_other_team_is_open_again(
    store_url: str, clock: PlayedClock
) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        gaolou, _ = await two_plans_of_lawyers(house)
        before = len(await house.published("dispatch"))
        await house.hear(*merged("justice", "lawyers"))
        events = await since(house, before)
        (unserved,) = [event for event in events if isinstance(event, LineUnserved)]
        assert unserved.order_id == "order-1"
        stop = await desk.ask(house, "GET", f"/stops/{gaolou['id']}")
        assert [each["state"] for each in stop["assignments"]] == ["released"]
        (run,) = [each for each in await desk.runs_of(house) if each["purpose"] == "repair"]
        assert run["state"] == "queued"


async def test_both_at_one_stop_keep_their_booths(store_url: str, clock: PlayedClock) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await accept_order(house, "order-1", GAOLOU, ["legal-advice", "farm-policy"])
        plan = await desk.publish_plan(house, await desk.propose(house))
        (stop,) = plan["stops"]
        by_item = {each["item_code"]: each["team_code"] for each in stop["assignments"]}
        before = len(await house.published("dispatch"))
        await house.hear(*merged("agriculture", by_item["legal-advice"]))
        assert await since(house, before) == []
        after = await desk.ask(house, "GET", f"/stops/{stop['id']}")
        assert [each["team_code"] for each in after["assignments"]] == [by_item["legal-advice"]] * 2
        await desk.call_off(house, after)


async def test_a_candidate_names_the_other_team_and_can_be_published(
    store_url: str, clock: PlayedClock
) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await accept_order(house, "order-1", GAOLOU, ["legal-advice"])
        await desk.make_rule(house, "pin", line_id="order-1-legal-advice", team_code="justice")
        candidate = await desk.candidate_of(house, seconds=1)
        edited = await desk.edit(house, candidate)
        await house.hear(*merged("justice", "lawyers"))
        found = await desk.read_candidate(house, candidate["id"])
        assert {booth["team_code"] for booth in found["booths"]} == {"lawyers"}
        await desk.publish(house, found | {"revision": edited["revision"]})
        (assigned,) = [e for e in await house.published("dispatch") if isinstance(e, TeamAssigned)]
        assert assigned.team_code == "lawyers"


async def test_what_comes_late_or_in_another_order_names_the_other_team(
    store_url: str, clock: PlayedClock
) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await accept_order(house, "order-1", GAOLOU, ["legal-advice"])
        await desk.make_rule(house, "pin", line_id="order-1-legal-advice", team_code="justice")
        plan = await desk.publish_plan(house, await desk.propose(house))
        await house.hear(*merged("lawyers", "agriculture"))
        await house.hear(*merged("justice", "lawyers"))
        assert await teams_at_stops(house, plan) == {"agriculture"}
        await house.hear("team:justice", TeamChanged(**registered("justice", members=2)))
        await house.hear("item:legal-advice", legal_advice("justice", "lawyers"))
        teams = (await desk.ask(house, "GET", "/teams"))["items"]
        assert {team["code"] for team in teams} == {"health", "agriculture"}
        items = (await desk.ask(house, "GET", "/items"))["items"]
        offered = {item["code"]: item["teams"] for item in items}
        assert offered["legal-advice"] == ["agriculture"]


async def test_merged_into_a_team_that_has_left_meanwhile(
    store_url: str, clock: PlayedClock
) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await accept_order(house, "order-1", GAOLOU, ["legal-advice"])
        await desk.make_rule(house, "pin", line_id="order-1-legal-advice", team_code="justice")
        plan = await desk.publish_plan(house, await desk.propose(house))
        left = TeamChanged(**registered("agriculture", state="retired"))
        await house.hear("team:agriculture", left)
        await house.hear(*merged("justice", "agriculture"))
        live = [
            booth["team_code"]
            for stop in await desk.stops_of(house, plan["id"])
            for booth in stop["assignments"]
            if booth["state"] == "offered"
        ]
        assert live == ["lawyers"], "what the team has ahead is offered to others"


def legal_advice(*teams: str) -> ServiceItemChanged:
    return ServiceItemChanged(
        code="legal-advice",
        name=ITEMS["legal-advice"],
        name_en="legal-advice",
        category_code="welfare",
        teams=teams,
        volunteers_needed=3,
        minutes_per_resident=5,
    )


async def test_a_smaller_team_that_takes_over_is_looked_at_again(
    store_url: str, clock: PlayedClock
) -> None:
    async with house_with(store_url, ListPlanner(), clock, works=False) as house:
        await accept_order(house, "order-1", GAOLOU, ["legal-advice"])
        await desk.make_rule(house, "pin", line_id="order-1-legal-advice", team_code="justice")
        await desk.publish_plan(house, await desk.propose(house))
        small = TeamRegistered(**registered("small", members=1))
        await house.hear("team:small", small)
        await house.hear(*merged("justice", "small"))
        assert [run["purpose"] for run in await desk.runs_of(house)] == ["repair"]
