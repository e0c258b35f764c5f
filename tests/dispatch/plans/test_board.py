"""What the planning board reads: its grid, ranked places for a line, and what waits for a place."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from tests.dispatch import desk
from tests.dispatch.conftest import CAMPAIGN, house_with, order_all
from tests.support.clock import PlayedClock
from tests.support.house import House

LEGAL = "order-0-legal-advice"
PARTS = ("morning", "afternoon")


@pytest.fixture
async def house(tmp_path: Path, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(f"sqlite:///{tmp_path}/dispatch.db", ListPlanner(), clock) as house:
        await order_all(house)
        yield house


async def test_ranked_places_are_all_that_hold_with_the_score_that_an_edit_would_give(
    house: House,
) -> None:
    candidate = await desk.candidate_of(house)
    path = f"/candidates/{candidate['id']}"
    grid = await desk.ask(house, "GET", f"{path}/grid")
    ranked = await desk.ask(house, "GET", f"{path}/places", line_id=LEGAL, limit=500)
    was = desk.booth_of(candidate, LEGAL)
    expected = {}
    for team in ("justice", "lawyers"):
        for day in grid["days"]:
            for part in PARTS:
                verdict = await desk.check(
                    house, candidate, desk.placed(LEGAL, team, day["on"], part)
                )
                if verdict["holds"] and (team, day["on"], part) != (
                    was["team_code"],
                    was["on"],
                    was["part"],
                ):
                    gain = verdict["score"]["objective"] - candidate["score"]["objective"]
                    expected[team, day["on"], part] = gain
    found = {
        (place["team_code"], place["on"], place["part"]): place["difference"]["objective"]
        for place in ranked["items"]
    }
    assert len(expected) > 20
    assert found == expected
    assert ranked["in_all"] == len(expected)
    gains = list(found.values())
    assert gains == sorted(gains, reverse=True)
    best = ranked["items"][0]
    joined = [
        booth
        for booth in candidate["booths"]
        if booth["line_id"] != LEGAL
        and booth["township_code"] == was["township_code"]
        and (booth["on"], booth["part"]) == (best["on"], best["part"])
    ]
    assert best["joins"] == len(joined) > 0


async def test_an_unserved_line_gains_by_a_place_and_a_pinned_one_has_no_other(
    house: House,
) -> None:
    candidate = await desk.candidate_of(house)
    without = await desk.edit(house, candidate, desk.taken_out(LEGAL))
    (unserved,) = without["unserved"]
    assert (unserved["place"], without["lines_unserved"]) != ("", 0)
    path = f"/candidates/{candidate['id']}"
    ranked = await desk.ask(house, "GET", f"{path}/places", line_id=LEGAL, limit=1)
    assert ranked["items"][0]["difference"]["lines_served"] == 1
    assert ranked["in_all"] > len(ranked["items"]) == 1
    other = desk.booth_of(candidate, "order-1-legal-advice")
    pin = await desk.make_rule(
        house,
        "pin",
        line_id=other["line_id"],
        team_code=other["team_code"],
        on=other["on"],
        part=other["part"],
    )
    assert (pin["township_name"], pin["item_name"]) == (other["township_name"], other["item_name"])
    assert pin["team_name"] == other["team_name"]
    ranked = await desk.ask(house, "GET", f"{path}/places", line_id=other["line_id"])
    assert ranked == {"items": [], "in_all": 0}
    grid = await desk.ask(house, "GET", f"{path}/grid")
    assert grid["fixed"] == [{"line_id": other["line_id"], "why": "pinned"}]
    assert await desk.ask(house, "GET", f"{path}/places", line_id="none") == ranked


async def test_the_grid_has_the_days_and_teams_as_they_are_now(house: House) -> None:
    await desk.make_rule(house, "forbid", team_code="health", on="2014-06-30")
    candidate = await desk.candidate_of(house)
    assert (candidate["campaign_name"], candidate["lines_unserved"]) == ("红七月、服务月", 0)
    assert (candidate["first_on"], candidate["days"]) == ("2014-06-27", 3)
    grid = await desk.ask(house, "GET", f"/candidates/{candidate['id']}/grid")
    open_days = {day["on"]: day["is_open"] for day in grid["days"]}
    assert len(open_days) == 20
    assert (open_days["2014-06-27"], open_days["2014-06-28"]) == (True, False)
    assert grid["holds"]
    by_code = {team["team_code"]: team for team in grid["teams"]}
    assert by_code["health"]["item_codes"] == ["health-clinic"]
    assert by_code["health"]["away"] == []


async def test_campaigns_count_what_waits_and_their_open_lines_say_why(house: House) -> None:
    listed = await desk.ask(house, "GET", "/planning-campaigns")
    assert listed["today"] == "2014-06-01"
    (campaign,) = listed["items"]
    assert (campaign["campaign_id"], campaign["runs_today"], campaign["plan_id"]) == (
        CAMPAIGN,
        False,
        None,
    )
    assert campaign["lines"] == {"open": 9, "planned": 0, "served": 0, "cancelled": 0}
    path = f"/planning-campaigns/{CAMPAIGN}/open-lines"
    first = await desk.ask(house, "GET", path, limit=5)
    rest = await desk.ask(house, "GET", path, after=first["next_after"])
    lines = [*first["items"], *rest["items"]]
    assert (len(lines), rest["next_after"]) == (9, None)
    assert {line["reason"] for line in lines} == {None}
    candidate = await desk.candidate_of(house)
    edited = await desk.edit(house, candidate, desk.taken_out(LEGAL))
    await desk.publish(house, edited)
    left = (await desk.ask(house, "GET", path))["items"]
    assert [(line["line_id"], line["township_name"], line["reason"]) for line in left] == [
        (LEGAL, "高楼镇", edited["unserved"][0]["reason"])
    ]
    assert left[0]["detail"]
