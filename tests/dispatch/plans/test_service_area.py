"""Teams are sent to the townships of their area alone."""

from typing import Any

from shared.contracts.catalog import TeamChanged
from shared.contracts.dispatch import TeamReleased
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, TEAMS, accept_order
from tests.support.house import House


async def serves(house: House, code: str, *area: str, members: int = 6) -> None:
    event = TeamChanged(
        code=code,
        name=TEAMS[code][0],
        name_en=code,
        agency_code="a",
        agency_name="局",
        members=members,
        area=area,
    )
    await house.hear(f"team:{code}", event)


def placed(plan: dict[str, Any], item: str) -> set[tuple[str, str]]:
    return {
        (stop["township_code"], entry["team_code"])
        for stop in plan["stops"]
        for entry in stop["assignments"]
        if entry["item_code"] == item and entry["state"] in ("offered", "accepted", "proposed")
    }


async def test_each_township_gets_the_team_that_serves_it(dispatch: House) -> None:
    await serves(dispatch, "justice", GAOLOU)
    await serves(dispatch, "lawyers", HULING)
    for township in (GAOLOU, HULING):
        await accept_order(dispatch, f"order-{township}", township, ["legal-advice"])
    plan = await desk.propose(dispatch)
    assert placed(plan, "legal-advice") == {(GAOLOU, "justice"), (HULING, "lawyers")}


async def test_where_no_team_serves_a_township_its_line_says_so_and_what_would_help(
    dispatch: House,
) -> None:
    await serves(dispatch, "health", GAOLOU)
    await accept_order(dispatch, "order-1", HULING, ["health-clinic"])
    (line,) = (await desk.candidate_of(dispatch))["unserved"]
    assert line["reason"] == "unserved.outside_area"
    assert "医疗卫生志愿服务队" in line["detail"]
    assert "湖岭镇" in line["detail"]
    assert "若加上" in line["relaxation"]["detail"]


async def test_a_booth_outside_the_area_is_refused_by_the_rules_whoever_places_it(
    dispatch: House,
) -> None:
    await accept_order(dispatch, "order-1", HULING, ["health-clinic"])
    candidate = await desk.candidate_of(dispatch)
    await serves(dispatch, "health", GAOLOU)
    refused = await desk.publish(dispatch, candidate, status=409)
    assert "outside_area" in str(refused)


async def test_a_team_whose_area_gets_smaller_is_replaced_where_it_was_expected(
    dispatch: House,
) -> None:
    await accept_order(dispatch, "order-1", HULING, ["legal-advice"])
    plan = await desk.publish_plan(dispatch, await desk.propose(dispatch))
    ((township, team),) = placed(plan, "legal-advice")
    assert township == HULING
    await serves(dispatch, team, GAOLOU)
    runs = (await desk.ask(dispatch, "GET", "/planning-runs"))["items"]
    assert runs, "a repair was queued"
    assert await desk.of_type(dispatch, TeamReleased) == []
