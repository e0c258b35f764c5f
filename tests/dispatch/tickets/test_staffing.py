"""What a queue measured sizes the next booths: a task says it, and the repaired plan waits to be published."""

from datetime import date
from typing import Any

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from shared.contracts.dispatch import QueueMeasured
from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, house_with
from tests.dispatch.tickets.booth import LEADER, OTHER, Booth
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer

AUDITOR = bearer(Role.AUDITOR)


@pytest.fixture
async def house(store_url: str, clock: PlayedClock) -> Any:
    """It takes no planning run by itself: the test is the process that does."""
    async with house_with(store_url, ListPlanner(), clock, works=False) as house:
        yield house


def sheet(residents: int, every: float, each: float, places: int) -> list[dict[str, str | None]]:
    """A queue that was kept on paper from eight on: one comes ``every`` so many minutes, and takes ``each``."""
    free = [0.0] * places
    rows: list[dict[str, str | None]] = []
    for no in range(residents):
        drawn = no * every
        first = min(range(places), key=free.__getitem__)
        called = max(drawn, free[first])
        free[first] = called + each
        is_served = free[first] <= 209
        rows.append(
            {
                "drawn_at": _clock(drawn),
                "called_at": _clock(called) if is_served else None,
                "served_at": _clock(free[first]) if is_served else None,
            }
        )
    return rows


def _clock(minutes: float) -> str:
    seconds = round(minutes * 60)
    return f"{8 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


async def key(booth: Booth, rows: list[Any], **more: Any) -> Any:
    return await booth.steward(f"/queues/{booth.id}/sheet", {"rows": rows}, **more)


async def two_stops(house: House) -> tuple[Booth, dict[str, Any]]:
    """The first is under way with 80 expected at each booth; the second is to come, with as many."""
    plan = await desk.published_plan(house, GAOLOU, HULING)
    first, second = sorted(plan["stops"], key=lambda stop: (stop["on"], stop["position"]))
    for each in (*first["assignments"], *second["assignments"]):
        await desk.accept(house, each)
    await desk.ask(house, "POST", f"/stops/{first['id']}/start", {})
    mine = next(each for each in first["assignments"] if each["team_code"] == "health")
    return Booth(house, first["id"], mine["id"]), second


async def task_of(house: House) -> dict[str, Any] | None:
    items = (await desk.ask(house, "GET", "/tasks"))["items"]
    return next((each for each in items if each["code"] == "booth_to_staff"), None)


async def test_a_long_queue_gives_the_next_booth_more_volunteers(
    house: House, clock: PlayedClock
) -> None:
    booth, second = await two_stops(house)
    answer = await key(booth, sheet(90, 2.0, 9, 3))
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "ended"
    (said,) = await desk.of_type(house, QueueMeasured)
    assert said.arrived == 90
    assert said.served < 75
    task = await task_of(house)
    assert task is not None
    facts = task["facts"]
    assert (facts["now"], facts["township"]) == (3, second["township_name"])
    assert 3 < facts["then"] <= 6
    assert facts["wait_now"] > 15 >= facts["wait_then"]
    line = task["about"].removeprefix("staffing:")
    why = await desk.ask(house, "GET", f"/staffing/{line}")
    assert (why["arrivals"], why["queues"], why["candidate_id"]) == (90, 1, None)
    assert why["minutes_per_resident"] == pytest.approx(9)

    # The repaired plan gives the booth as many, keeps its team and its day, and touches nothing else.
    clock.move(minutes=2)
    candidate = await desk.next_candidate(house)
    why = await desk.ask(house, "GET", f"/staffing/{line}")
    assert why["candidate_id"] == candidate["id"]
    assert desk.booth_of(candidate, line)["volunteers"] == facts["then"]
    assert candidate["unserved"] == []
    await desk.publish(house, candidate)
    assert await task_of(house) is None
    stops = await desk.stops_of(house, candidate["plan_id"] or second["plan_id"])
    now = next(stop for stop in stops if stop["id"] == second["id"])
    assert (now["on"], now["part"]) == (second["on"], second["part"])
    clinic = desk.assignment_of(now, "health-clinic")
    assert (clinic["team_code"], clinic["volunteers"]) == ("health", facts["then"])
    kept = {each["id"] for each in second["assignments"] if each["team_code"] != "health"}
    assert kept <= {each["id"] for each in now["assignments"] if each["state"] == "accepted"}
    await desk.ask(house, "POST", "/staffing/search")
    assert await task_of(house) is None


async def test_declined_it_stays_as_planned(house: House, clock: PlayedClock) -> None:
    booth, _ = await two_stops(house)
    await key(booth, sheet(90, 2.0, 9, 3))
    task = await task_of(house)
    assert task is not None
    line = task["about"].removeprefix("staffing:")
    path = f"/api/dispatch/staffing/{line}/decline"
    assert (await house.client.post(path, headers=LEADER)).status_code == 403
    assert (await house.client.post(path, headers=AUDITOR)).status_code == 403
    declined = await desk.ask(house, "POST", f"/staffing/{line}/decline")
    assert declined["state"] == "declined"
    for _ in range(2):
        await desk.ask(house, "POST", "/staffing/search")
    assert await task_of(house) is None
    clock.move(minutes=2)
    await desk.finish_next(house)
    assert (await desk.ask(house, "GET", "/candidates"))["items"] == []


async def test_a_short_queue_asks_for_nothing(house: House) -> None:
    booth, _ = await two_stops(house)
    assert (await key(booth, sheet(40, 5.0, 6, 3))).status_code == 200
    assert await task_of(house) is None
    assert await desk.runs_of(house) == []


async def test_a_sheet_is_checked_line_by_line_and_keyed_once(
    house: House, clock: PlayedClock
) -> None:
    booth, second = await two_stops(house)
    rows = sheet(12, 5.0, 6, 3)
    wrong = [dict(row) for row in rows]
    wrong[4]["called_at"] = "07:00"
    refused = await key(booth, wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "sheet_times_wrong")
    assert "第 5 行" in refused.json()["detail"]
    assert (await key(booth, rows, who=OTHER)).status_code == 404
    assert (await key(booth, rows)).status_code == 200
    again = await key(booth, rows)
    assert (again.status_code, again.json()["code"]) == (409, "queue_is_there")
    seen = await booth.seen()
    assert (seen["served"], seen["drawn"]) == (12, 12)
    other = next(each for each in second["assignments"] if each["team_code"] == "health")
    early = await key(Booth(house, second["id"], other["id"]), rows)
    assert early.status_code == 409
    assert date.fromisoformat(second["on"]) >= clock.now.date()
