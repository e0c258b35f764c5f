"""A township has another division code: demand, stops, plans and service areas are there, and nobody is asked again."""

from datetime import date

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from shared.contracts.base import Point
from shared.contracts.catalog import TeamChanged, TownshipChanged, TownshipRecoded
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, TEAMS, accept_order, house_with
from tests.support.clock import PlayedClock
from tests.support.house import House

NEW = "330381126000"


async def recode(house: House) -> None:
    event = TownshipRecoded(code=GAOLOU, new_code=NEW, valid_from=date(2014, 6, 27))
    await house.hear(f"township:{GAOLOU}", event)


async def enter_new(house: House) -> None:
    await house.hear(
        f"township:{NEW}",
        TownshipChanged(
            code=NEW,
            name="高楼街道",
            name_en="Gaolou",
            centre=Point(lat=27.8136, lon=120.2775),
            former_code=GAOLOU,
        ),
    )


async def test_everything_is_under_the_new_code_and_no_plan_changes(
    store_url: str, clock: PlayedClock
) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await accept_order(house, "order-1", GAOLOU, ["health-clinic"])
        await accept_order(house, "order-2", HULING, ["legal-advice"])
        plan = await desk.publish_plan(house, await desk.propose(house))
        before = await house.published("dispatch")
        await enter_new(house)
        for _ in range(2):
            await recode(house)
        assert await house.published("dispatch") == before
        after = await desk.ask(house, "GET", f"/plans/{plan['id']}")
        renamed = {GAOLOU: NEW, HULING: HULING}
        assert [stop["township_code"] for stop in after["stops"]] == [
            renamed[stop["township_code"]] for stop in plan["stops"]
        ]
        assert after["start_township_code"] == NEW
        demand = (await desk.ask(house, "GET", "/demand"))["items"]
        assert {line["township_code"] for line in demand} == {NEW, HULING}
        for code in (GAOLOU, NEW):  # the former one may stand on a sign
            page = await house.client.get(f"/api/dispatch/public/townships/{code}")
            assert (page.status_code, "高楼街道" in page.text) == (200, True)


async def test_what_comes_late_and_names_the_former_code_is_under_the_new_one(
    store_url: str, clock: PlayedClock
) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await enter_new(house)
        await recode(house)
        await accept_order(house, "order-1", GAOLOU, ["health-clinic"])
        await house.hear(
            "team:health",
            TeamChanged(
                code="health",
                name=TEAMS["health"][0],
                name_en="Health",
                agency_code="a",
                agency_name="局",
                members=6,
                area=(GAOLOU,),
            ),
        )
        teams = (await desk.ask(house, "GET", "/teams"))["items"]
        assert [team["area"] for team in teams if team["code"] == "health"] == [[NEW]]
        plan = await desk.propose(house)
        assert ([stop["township_code"] for stop in plan["stops"]], plan["unserved"]) == ([NEW], [])
