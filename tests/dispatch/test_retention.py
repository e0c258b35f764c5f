"""Old runs and candidates go; what was published, what is under way and the newest stay."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.dispatch.adapters.list_planner import ListPlanner
from services.dispatch.application.retention import old_runs
from shared.privacy.retention import prune_all
from tests.dispatch.conftest import CAMPAIGN
from tests.dispatch.test_candidates import JUNE, ask, house_with, order_all, placed, publish
from tests.dispatch.test_circuit import JULY
from tests.dispatch.test_mending import finish_next
from tests.support.clock import PlayedClock
from tests.support.house import House

KEPT = timedelta(days=90)


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock(JUNE)


@pytest.fixture
async def idle(store_url: str, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(store_url, ListPlanner(), clock, works=False) as house:
        await order_all(house)
        yield house


async def runs_of(house: House) -> list[tuple[str, str]]:
    found = (await ask(house, "GET", "/planning-runs", campaign=CAMPAIGN))["items"]
    return [(run["id"], run["state"]) for run in found]


async def test_what_led_to_nothing_goes_after_ninety_days(idle: House, clock: PlayedClock) -> None:
    database = idle.services["dispatch"].database
    for _ in range(3):
        await ask(idle, "POST", "/planning-runs", JULY, status=201)
    published, edited, discarded = [await finish_next(idle) for _ in range(3)]
    steps = [placed("order-0-legal-advice", "lawyers", "2014-07-03")]
    await ask(idle, "POST", f"/candidates/{edited['id']}/edits", {"revision": 1, "steps": steps})
    await publish(idle, published)
    await ask(idle, "POST", f"/candidates/{discarded['id']}/discard")
    under_way = await ask(idle, "POST", "/planning-runs", JULY, status=201)
    clock.move(days=89)
    assert await prune_all(database, [old_runs(KEPT)], clock()) == 0
    clock.move(days=2)
    assert await prune_all(database, [old_runs(KEPT)], clock()) == 2
    assert await runs_of(idle) == [(published["run_id"], "done"), (under_way["id"], "queued")]
    left = (await ask(idle, "GET", "/candidates", campaign=CAMPAIGN))["items"]
    assert [(entry["id"], entry["state"]) for entry in left] == [
        (published["id"], "published"),
        (under_way["candidate_id"], "growing"),
    ]
    await ask(idle, "POST", f"/planning-runs/{under_way['id']}/cancel")
    assert await prune_all(database, [old_runs(KEPT)], clock()) == 0  # the newest
    assert (await ask(idle, "GET", f"/candidates/{under_way['candidate_id']}"))["state"] == "kept"
