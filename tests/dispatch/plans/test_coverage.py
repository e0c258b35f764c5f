"""What townships had before weighs when their next orders are planned, and the planning page says it."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.stops.queries.lookups import served_last
from services.dispatch.stops.use_cases.coverage import move_coverage
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, accept_order, house_with
from tests.support.clock import PlayedClock
from tests.support.house import House


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock(datetime(2014, 6, 27, 1, tzinfo=UTC))


@pytest.fixture
async def house(store_url: str, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(store_url, ListPlanner(), clock, works=False) as house:
        yield house


async def serve(house: House) -> None:
    """All booths at the first stop, in Gaolou, on its day."""
    stop = (await desk.published_plan(house, GAOLOU))["stops"][0]
    for booth in stop["assignments"]:
        await desk.accept(house, booth)
    await desk.ask(house, "POST", f"/stops/{stop['id']}/start")
    done = [{"assignment_id": booth["id"], "served": 20} for booth in stop["assignments"]]
    await desk.ask(house, "POST", f"/stops/{stop['id']}/reports", {"booths": done})


async def last(house: House, township: str) -> dict[tuple[str, str], date]:
    async with house.uow("dispatch").reading() as session:
        return await served_last(session, [township])


async def test_the_planning_page_says_when_a_township_last_had_it(
    house: House, clock: PlayedClock
) -> None:
    await serve(house)
    await accept_order(house, "again", GAOLOU, ["health-clinic"])
    await accept_order(house, "first", HULING, ["health-clinic"])
    await desk.start_run(house)
    candidate = await desk.next_candidate(house)
    said = {booth["line_id"]: booth["last_served_on"] for booth in candidate["booths"]}
    assert said == {"again-health-clinic": "2014-06-27", "first-health-clinic": None}


async def test_a_township_s_new_code_keeps_what_it_had(house: House) -> None:
    await serve(house)
    async with house.uow("dispatch").transaction() as tx:
        await move_coverage(tx, GAOLOU, HULING)
    assert await last(house, GAOLOU) == {}
    found = await last(house, HULING)
    assert set(found.values()) == {date(2014, 6, 27)}
    assert len(found) == 3
    # Moved once more, as when the event comes twice.
    async with house.uow("dispatch").transaction() as tx:
        await move_coverage(tx, GAOLOU, HULING)
    assert await last(house, HULING) == found


async def test_the_weight_is_a_setting(store_url: str, clock: PlayedClock) -> None:
    """The score counts by it, and the coordinator reads it."""
    objectives = {}
    for weight in (0, 25):
        async with house_with(
            store_url, ListPlanner(), clock, works=False, coverage_weight=weight
        ) as house:
            if weight == 0:
                await accept_order(house, "first", HULING, ["health-clinic"])
            await desk.start_run(house)
            candidate = await desk.next_candidate(house)
            objectives[weight] = candidate["score"]["objective"]
            listed = await desk.ask(house, "GET", "/planning-campaigns")
            assert listed["coverage_weight"] == weight
            diff = await desk.diff_of(house, candidate)
            assert diff["deadlines"] == {
                "within": 3,
                "before_stop": 2,
                "reminder": 1,
                "escalation": 0,
            }
    # Nobody has ever had it: twelve months count.
    assert objectives[25] - objectives[0] == 12 * 25
