"""A planning run, its candidates, and what a coordinator does with them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.dispatch.adapters.list_planner import ListPlanner
from services.dispatch.adapters.repair import Repairer
from services.dispatch.bootstrap import build
from services.dispatch.domain.planning.circuit import TourPlanner
from services.dispatch.settings import DispatchSettings
from shared.contracts.dispatch import (
    PlanPublished,
    StopScheduled,
    TeamAssigned,
)
from tests.dispatch.conftest import GAOLOU, HULING, ITEMS, TAOSHAN, accept_order, announce_supply
from tests.dispatch.test_circuit import JULY, of_type
from tests.support.clock import PlayedClock
from tests.support.house import House, running_house
from tests.support.waiting import until

ENGLISH = {"Accept-Language": "en"}
JUNE = datetime(2014, 6, 1, 1, tzinfo=UTC)


@asynccontextmanager
async def house_with(store_url: str, plan: TourPlanner, clock: PlayedClock) -> AsyncIterator[House]:
    settings = DispatchSettings(database_url=store_url)
    planners = {"plan": plan, "repair": Repairer()}
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t, planners=planners), clock=clock
    ) as house:
        await announce_supply(house)
        yield house


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock(JUNE)


@pytest.fixture
async def house(tmp_path: Path, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(f"sqlite:///{tmp_path}/dispatch.db", ListPlanner(), clock) as house:
        yield house


async def ask(house: House, method: str, path: str, body: Any = None, *, status: int = 200, **query: Any) -> Any:
    answer = await house.client.request(method, f"/api/dispatch{path}", json=body, params=query)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def order_all(house: House, *townships: str) -> None:
    for number, township in enumerate(townships or (GAOLOU, HULING, TAOSHAN)):
        await accept_order(house, f"order-{number}", township, list(ITEMS))


async def run_of(house: House, **more: Any) -> dict[str, Any]:
    """A run that is over."""
    run = await ask(house, "POST", "/planning-runs", JULY | more, status=201)
    ended: dict[str, Any] = await until(partial(over, house, run["id"]))
    return ended


async def over(house: House, run_id: str) -> dict[str, Any] | None:
    run: dict[str, Any] = await ask(house, "GET", f"/planning-runs/{run_id}")
    return run if run["state"] in ("done", "failed", "cancelled") else None


async def candidate_of(house: House, **more: Any) -> dict[str, Any]:
    run = await run_of(house, **more)
    assert run["state"] == "done", run
    candidate: dict[str, Any] = await ask(house, "GET", f"/candidates/{run['candidate_id']}")
    return candidate


async def publish(house: House, candidate: dict[str, Any], *, status: int = 200) -> Any:
    return await ask(
        house, "POST", f"/candidates/{candidate['id']}/publish", {"revision": candidate["revision"]}, status=status
    )


def booth_of(candidate: dict[str, Any], line: str) -> dict[str, Any]:
    return next(booth for booth in candidate["booths"] if booth["line_id"] == line)


def placed(line: str, team: str, on: str, part: str = "morning") -> dict[str, str]:
    return {"do": "place", "line_id": line, "team_code": team, "on": on, "part": part}


async def test_a_run_ends_in_a_candidate_that_is_published_once(store_url: str, clock: PlayedClock) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await order_all(house)
        candidate = await candidate_of(house)
        assert (candidate["state"], len(candidate["booths"]), candidate["unserved"]) == ("kept", 9, [])
        assert await house.published("dispatch") == []
        diff = await ask(house, "GET", f"/candidates/{candidate['id']}/diff")
        assert (diff["holds"], diff["cost"], {change["how"] for change in diff["changes"]}) == (True, 0, {"added"})
        done = await publish(house, candidate)
        assert (done["state"], (await publish(house, candidate))["plan_id"]) == ("published", done["plan_id"])
        plan = await ask(house, "GET", f"/plans/{done['plan_id']}")
        assert [stop["township_name"] for stop in plan["stops"]] == ["高楼镇", "湖岭镇", "陶山镇"]
        assert {b["state"] for stop in plan["stops"] for b in stop["assignments"]} == {"offered"}
        kinds = [len(await of_type(house, kind)) for kind in (StopScheduled, TeamAssigned, PlanPublished)]
        assert kinds == [3, 9, 1]
        last = (await of_type(house, PlanPublished))[-1]
        assert (last.revision, last.stops, last.assignments, last.unserved) == (1, 3, 9, 0)
        demand = await ask(house, "GET", "/demand")
        assert {line["state"] for line in demand["items"]} == {"planned"}
