"""How a planning run goes on: watched, stopped, lost and taken up again; and the repairs that nobody asked for."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.problem.circuit import (
    USUAL,
    Effort,
    OnProgress,
    Progress,
    Solution,
    keep_going,
)
from services.dispatch.planning.problem.problem import PlanningProblem
from services.dispatch.plans.adapters.planning_process import OPTIMIZER, ProcessPlanner
from services.dispatch.plans.domain.run import PlanningRun
from services.dispatch.plans.use_cases import runs
from services.dispatch.plans.use_cases.runs import FoundPlan
from shared.cache.memory import MemoryCache
from shared.jobs.queue import take_due
from shared.kernel.errors import IllegalTransition
from tests.dispatch import desk
from tests.dispatch.conftest import CAMPAIGN, GAOLOU, HULING, JUNE, house_with, order_all
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.waiting import until


class Patient:
    """Has its plan at once, and looks for a better one until it is told to stop or let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.told_to_stop = threading.Event()

    def plan(
        self, problem: PlanningProblem, effort: Effort = USUAL, on_progress: OnProgress = keep_going
    ) -> Solution:
        solution = ListPlanner().plan(problem, effort)
        while not self.let_go.wait(0.01):
            if not on_progress(Progress(0.0, solution)):
                self.told_to_stop.set()
                break
        return solution


class Broken:
    def plan(
        self, problem: PlanningProblem, effort: Effort = USUAL, on_progress: OnProgress = keep_going
    ) -> Solution:
        raise MemoryError


@pytest.fixture
def patient() -> Patient:
    return Patient()


@pytest.fixture
async def house(tmp_path: Path, clock: PlayedClock, patient: Patient) -> AsyncIterator[House]:
    async with house_with(f"sqlite:///{tmp_path}/dispatch.db", patient, clock) as house:
        yield house
    patient.let_go.set()


async def running(house: House, run_id: str) -> bool:
    return bool((await desk.ask(house, "GET", f"/planning-runs/{run_id}"))["state"] == "running")


async def events_of(house: House, run_id: str) -> list[dict[str, Any]]:
    """All that the run's stream sends until it ends."""
    answer = await house.client.get(f"/api/dispatch/planning-runs/{run_id}/stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    return [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]


async def test_a_run_is_watched_and_stopped_and_what_it_found_stays(
    house: House, patient: Patient
) -> None:
    await order_all(house)
    run = await desk.start_run(house)
    candidate = await desk.read_candidate(house, run["candidate_id"])
    assert (run["state"], candidate["state"], len(candidate["booths"])) == ("queued", "growing", 9)
    assert (await desk.edit(house, candidate, desk.taken_out("order-0-farm-policy"), status=409))[
        "state"
    ] == "growing"
    await until(partial(running, house, run["id"]))
    watched = asyncio.create_task(events_of(house, run["id"]))
    cancelled = await desk.ask(house, "POST", f"/planning-runs/{run['id']}/cancel")
    assert cancelled["state"] == "cancelled"
    assert (await watched)[-1]["state"] == "cancelled"
    await until(patient.told_to_stop.is_set)
    candidate = await desk.read_candidate(house, run["candidate_id"])
    assert (candidate["state"], len(candidate["booths"])) == ("kept", 9)
    assert (await desk.ask(house, "POST", f"/planning-runs/{run['id']}/cancel", status=409))[
        "possible"
    ] == []
    assert (await desk.publish(house, candidate))["state"] == "published"


async def test_the_same_key_starts_one_run(house: House, patient: Patient) -> None:
    patient.let_go.set()
    await order_all(house)
    house.client.headers["Idempotency-Key"] = "planning-of-july"
    first, again = [await desk.start_run(house) for _ in range(2)]
    assert first["id"] == again["id"]


async def test_a_process_that_has_to_leave_gives_its_run_to_another(
    tmp_path: Path, clock: PlayedClock
) -> None:
    url, patient, other = f"sqlite:///{tmp_path}/dispatch.db", Patient(), Patient()
    async with house_with(url, patient, clock) as house:
        await order_all(house)
        run = await desk.start_run(house)
        await until(partial(running, house, run["id"]))
    assert patient.told_to_stop.is_set()
    other.let_go.set()
    async with house_with(url, other, clock) as house:
        assert (await until(partial(desk.over, house, run["id"])))["state"] == "done"


async def test_the_solver_in_its_own_process_ends_a_run_with_a_proof(
    tmp_path: Path, clock: PlayedClock
) -> None:
    async with house_with(
        f"sqlite:///{tmp_path}/dispatch.db", ProcessPlanner(OPTIMIZER), clock
    ) as house:
        await order_all(house, GAOLOU, HULING)
        run = await desk.run_of(house, seconds=20)
        assert (run["state"], run["gap"]) == ("done", 0)
        assert (await desk.read_candidate(house, run["candidate_id"]))["score"]["objective"] == run[
            "bound"
        ]


async def test_a_planner_that_fails_leaves_the_first_plan(
    tmp_path: Path, clock: PlayedClock
) -> None:
    async with house_with(f"sqlite:///{tmp_path}/dispatch.db", Broken(), clock) as house:
        await order_all(house)
        run = await desk.run_of(house)
        assert (run["state"], run["error"]) == ("failed", "planner_lost")
        assert run["error_detail"] == "求解程序没有做完就结束了；已有的方案保留着。"
        assert (await desk.read_candidate(house, run["candidate_id"]))["state"] == "kept"


async def test_the_run_of_a_process_that_was_killed_goes_on_from_what_it_kept(
    idle: House, clock: PlayedClock
) -> None:
    uow, cache = idle.uow("dispatch"), MemoryCache()
    made = await desk.start_run(idle, seconds=60)
    (killed,) = await take_due(uow, PlanningRun, "one")
    assert await take_due(uow, PlanningRun, "another") == []
    taken = await runs.prepare_run(uow, killed)
    solution = ListPlanner().plan(taken.inputs.problem)
    found = FoundPlan.of(taken.inputs, solution, begins_anew=True)
    assert await runs.keep_progress(uow, cache, killed, found, 12.5)
    clock.move(seconds=PlanningRun.LEASE.total_seconds() + 1)
    (heir,) = await take_due(uow, PlanningRun, "another")
    assert (heir.id, heir.attempts) == (made["id"], 2)
    effort = (await runs.prepare_run(uow, heir)).effort
    assert (effort.seconds, effort.start and effort.start.booths) == (47.5, solution.circuit.booths)
    assert not await runs.keep_progress(uow, cache, killed, found, 13.0)
    await runs.finish_run(uow, cache, killed, found, 13.0)
    assert (await desk.ask(idle, "GET", f"/planning-runs/{made['id']}"))["state"] == "running"
    await runs.finish_run(uow, cache, heir, found, 13.0)
    assert (await desk.ask(idle, "GET", f"/planning-runs/{made['id']}"))["state"] == "done"


def test_a_run_that_nobody_ends_is_given_up() -> None:
    run = PlanningRun(
        id="r",
        purpose="plan",
        campaign_id=CAMPAIGN,
        starts_on=date(2014, 6, 27),
        ends_on=date(2014, 7, 16),
        start_township_code=GAOLOU,
        weekends=False,
        seed=1,
        seconds=20,
        made_at=JUNE,
        due_at=JUNE,
    )
    assert all(run.take(f"{n}", JUNE) for n in range(PlanningRun.MOST_ATTEMPTS))
    assert not run.take("one more", JUNE)
    assert (run.state, run.error, run.due_at) == ("failed", "planner_lost", None)
    with pytest.raises(IllegalTransition):
        run.cancel()
