"""Incidents: who notes one, who reads it, and what the corps does about it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from shared.contracts.dispatch import IncidentClosed, IncidentNoted
from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, house_with
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House
from tests.support.tokens import bearer

CORPS = bearer(Role.COORDINATOR)
TEAM = bearer(Role.LEADER, team_code="health")
OTHER_TEAM = bearer(Role.LEADER, team_code="agriculture")
OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
STRANGER = bearer(Role.OFFICER, township_code=HULING)
TEXT = "发电机坏了，从村里借了一台"


@pytest.fixture
async def house(new_store_url: NewUrl, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(new_store_url(), ListPlanner(), clock) as found:
        yield found


@pytest.fixture
async def stop(house: House, clock: PlayedClock) -> Any:
    """Of today."""
    found = (await desk.published_plan(house, GAOLOU))["stops"][0]
    clock.now = datetime(2014, 6, 27, 2, tzinfo=UTC)
    return found


async def note(house: House, stop: Any, who: dict[str, str], **more: Any) -> Any:
    path = f"/api/dispatch/stops/{stop['id']}/incidents"
    return await house.client.post(
        path, json={"what": "equipment", "text": TEXT} | more, headers=who
    )


async def read(house: House, stop: Any, who: dict[str, str]) -> Any:
    return await house.client.get(f"/api/dispatch/stops/{stop['id']}/incidents", headers=who)


async def tasks(house: House) -> list[str]:
    found = (await house.client.get("/api/dispatch/tasks", headers=CORPS)).json()["items"]
    return [each["about"] for each in found if each["code"] == "incident_to_see"]


async def test_a_leader_notes_one_and_the_corps_sees_to_it(house: House, stop: Any) -> None:
    noted = await note(house, stop, TEAM)
    assert noted.status_code == 201, noted.text
    assert await tasks(house) == [f"stop:{stop['id']}"]
    (seen,) = (await read(house, stop, CORPS)).json()
    assert (seen["number"], seen["text"], seen["by"]) == (1, TEXT, "team_leader")
    path = f"/api/dispatch/incidents/{seen['id']}/close"
    assert (await house.client.post(path, json={}, headers=TEAM)).status_code == 403
    closed = await house.client.post(path, json={"words": "已送修"}, headers=CORPS)
    assert (closed.json()["state"], closed.json()["words"]) == ("closed", "已送修")
    again = await house.client.post(path, json={}, headers=CORPS)
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    assert await tasks(house) == []
    (first,) = await desk.of_type(house, IncidentNoted)
    assert (first.team_code, first.reason_code) == ("health", "equipment")
    (last,) = await desk.of_type(house, IncidentClosed)
    assert last.team_code == "health"
    assert (await read(house, stop, TEAM)).json()[0]["words"] == "已送修"


async def test_each_reads_what_it_noted_and_the_corps_reads_all(house: House, stop: Any) -> None:
    for who in (TEAM, OFFICER, CORPS):
        assert (await note(house, stop, who)).status_code == 201
    numbers = {}
    for name, who in (("team", TEAM), ("other", OTHER_TEAM), ("town", OFFICER), ("corps", CORPS)):
        numbers[name] = [each["number"] for each in (await read(house, stop, who)).json()]
    assert numbers == {"team": [1], "other": [], "town": [3, 2], "corps": [3, 2, 1]}
    assert (await read(house, stop, STRANGER)).status_code == 404
    assert (await note(house, stop, STRANGER)).status_code == 404


async def test_nothing_is_noted_before_the_day_or_of_a_stop_that_was_called_off(
    house: House, stop: Any, clock: PlayedClock
) -> None:
    clock.move(days=-1)
    early = await note(house, stop, TEAM)
    assert (early.status_code, early.json()["code"]) == (409, "incident_not_yet")
    await desk.call_off(house, stop)
    clock.move(days=1)
    assert (await note(house, stop, TEAM)).json()["code"] == "incident_not_yet"
    assert (await note(house, stop, TEAM, what="nothing")).status_code == 422


async def test_words_that_look_personal_are_asked_about(house: House, stop: Any) -> None:
    asked = await note(house, stop, TEAM, text="请打 13800001000 联系家属")
    assert (asked.status_code, asked.json()["code"]) == (409, "confirmation_needed")
    assert await desk.of_type(house, IncidentNoted) == []
