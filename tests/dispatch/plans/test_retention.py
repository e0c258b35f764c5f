"""Old runs and candidates go; what was published, what is under way and the newest stay."""

from datetime import timedelta

from services.dispatch.plans.use_cases.retention import old_runs
from shared.privacy.retention import prune_all
from tests.dispatch import desk
from tests.dispatch.conftest import CAMPAIGN
from tests.support.clock import PlayedClock
from tests.support.house import House

KEPT = timedelta(days=90)


async def test_what_led_to_nothing_goes_after_ninety_days(idle: House, clock: PlayedClock) -> None:
    database = idle.services["dispatch"].database
    for _ in range(3):
        await desk.start_run(idle)
    published, edited, discarded = [await desk.next_candidate(idle) for _ in range(3)]
    await desk.edit(idle, edited, desk.placed("order-0-legal-advice", "lawyers", "2014-07-03"))
    await desk.publish(idle, published)
    await desk.discard(idle, discarded)
    under_way = await desk.start_run(idle)
    clock.move(days=89)
    assert await prune_all(database, [old_runs(KEPT)], clock()) == 0
    clock.move(days=2)
    assert await prune_all(database, [old_runs(KEPT)], clock()) == 2
    left = await desk.runs_of(idle)
    assert [(run["id"], run["state"]) for run in left] == [
        (published["run_id"], "done"),
        (under_way["id"], "queued"),
    ]
    left = (await desk.ask(idle, "GET", "/candidates", campaign_id=CAMPAIGN))["items"]
    assert [(entry["id"], entry["state"]) for entry in left] == [
        (published["id"], "published"),
        (under_way["candidate_id"], "growing"),
    ]
    await desk.ask(idle, "POST", f"/planning-runs/{under_way['id']}/cancel")
    assert await prune_all(database, [old_runs(KEPT)], clock()) == 0  # the newest
    assert (await desk.read_candidate(idle, under_way["candidate_id"]))["state"] == "kept"
