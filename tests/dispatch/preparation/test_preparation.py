"""What a township gets ready: from what the items say, ticked by its officer, seen by all, reminded of once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.preparation.use_cases import see_to_preparation
from shared.contracts.catalog import ServiceItemChanged
from shared.contracts.dispatch import PreparationReminded, StopPrepared
from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, house_with
from tests.dispatch.desk import ask
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House
from tests.support.tokens import bearer

OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
OTHER = bearer(Role.OFFICER, township_code=HULING)
TEAM = bearer(Role.LEADER, team_code="health")


@pytest.fixture
async def house(new_store_url: NewUrl, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(new_store_url(), ListPlanner(), clock) as found:
        for code, team, provides in (
            ("health-clinic", "health", ("tables", "power")),
            ("farm-policy", "agriculture", ("tables",)),
        ):
            item = ServiceItemChanged(
                code=code,
                name=code,
                name_en=code,
                category_code="welfare",
                teams=(team,),
                volunteers_needed=3,
                minutes_per_resident=5,
                township_provides=provides,
            )
            await found.hear(f"item:{code}", item)
        yield found


@pytest.fixture
async def stop(house: House) -> Any:
    return (await desk.published_plan(house, GAOLOU))["stops"][0]


async def shown(house: House, stop: Any, who: dict[str, str]) -> dict[str, bool]:
    path = f"/api/dispatch/stops/{stop['id']}/preparation"
    answer = await house.client.get(path, headers=who)
    assert answer.status_code == 200, answer.text
    return {each["code"]: each["is_ready"] for each in answer.json()["provisions"]}


async def say(house: House, stop: Any, *ready: str, who: dict[str, str] = OFFICER) -> Any:
    path = f"/api/dispatch/stops/{stop['id']}/preparation"
    return await house.client.post(path, json={"ready": ready}, headers=who)


async def tasks(house: House) -> list[tuple[str, int]]:
    found = (await house.client.get("/api/dispatch/tasks", headers=OFFICER)).json()["items"]
    return [(t["about"], t["facts"]["count"]) for t in found if t["code"] == "stop_to_prepare"]


async def test_the_officer_ticks_what_is_ready_and_team_and_corps_see_it(
    house: House, stop: Any, clock: PlayedClock
) -> None:
    clock.now = datetime(2014, 6, 20, 1, tzinfo=UTC)
    assert await shown(house, stop, TEAM) == {"tables": False, "power": False}
    assert await tasks(house) == [(f"stop:{stop['id']}", 2)]
    assert (await say(house, stop, "tables")).status_code == 200
    assert await shown(house, stop, TEAM) == {"tables": True, "power": False}
    assert await tasks(house) == [(f"stop:{stop['id']}", 1)]
    assert await desk.of_type(house, StopPrepared) == []
    for _ in range(2):
        await say(house, stop, "power", "tables")
    assert await tasks(house) == []
    (event,) = await desk.of_type(house, StopPrepared)
    assert set(event.team_codes) >= {"health", "agriculture"}


async def test_nobody_else_ticks_it_and_nothing_that_is_not_asked_for(
    house: House, stop: Any, clock: PlayedClock
) -> None:
    assert (await say(house, stop, "tables", who=OTHER)).status_code == 404
    assert (await say(house, stop, "tables", who=TEAM)).status_code == 403
    refused = (await say(house, stop, "tables", "projector")).json()
    assert (refused["code"], refused["field"]) == ("provision_not_wanted", "ready[1]")
    clock.now = datetime.fromisoformat(f"{stop['on']}T01:00:00+00:00")
    clock.move(days=1)
    assert (await say(house, stop, "tables")).json()["code"] == "preparation_is_over"


async def test_a_stop_that_moves_is_prepared_anew(house: House, stop: Any) -> None:
    await say(house, stop, "tables", "power")
    await desk.postpone(house, stop)
    assert await shown(house, stop, OFFICER) == {"tables": False, "power": False}


async def test_a_township_is_reminded_once_two_working_days_before(
    house: House, stop: Any, clock: PlayedClock
) -> None:
    assert stop["on"] == "2014-06-27"  # a Friday
    await say(house, stop, "power")
    uow = house.uow("dispatch")
    for day, count in ((24, 0), (25, 1), (26, 1)):
        clock.now = datetime(2014, 6, day, 1, tzinfo=UTC)
        for _ in range(2):
            await see_to_preparation(uow)
        assert len(await desk.of_type(house, PreparationReminded)) == count
    (event,) = await desk.of_type(house, PreparationReminded)
    assert (event.township_code, event.missing) == (GAOLOU, 1)


async def test_nobody_is_reminded_where_all_is_ready_or_nothing_is_asked_for(
    house: House, stop: Any, clock: PlayedClock
) -> None:
    await say(house, stop, "power", "tables")
    clock.now = datetime(2014, 6, 26, 1, tzinfo=UTC)
    await see_to_preparation(house.uow("dispatch"))
    assert await desk.of_type(house, PreparationReminded) == []
    found = await ask(house, "GET", f"/stops/{stop['id']}/preparation")
    assert (found["said_on"], found["is_open"]) == ("2014-06-01", True)
    assert [len(each["items"]) for each in found["provisions"] if each["code"] == "tables"] == [2]
