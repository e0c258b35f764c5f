"""What a coordinator does, over HTTP: runs, candidates, rules, plans, and what happens to them in the field.

Each gives what is answered, and fails when the status is not ``status``.
"""

from functools import partial
from typing import Any

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.optimizer.repair import Repairer
from services.dispatch.planning.problem.circuit import TourPlanner
from services.dispatch.plans.domain.run import PlanningRun
from services.dispatch.plans.use_cases import runs
from services.dispatch.plans.use_cases.runs import FoundPlan
from shared.cache.memory import MemoryCache
from shared.contracts import Event
from shared.jobs.queue import take_due
from tests.dispatch.conftest import CAMPAIGN, GAOLOU, order_all
from tests.support.house import House
from tests.support.waiting import until

JULY = {
    "campaign_id": CAMPAIGN,
    "starts_on": "2014-06-27",
    "ends_on": "2014-07-16",
    "start_township_code": GAOLOU,
}


async def ask(
    house: House, method: str, path: str, body: Any = None, *, status: int = 200, **query: Any
) -> Any:
    answer = await house.client.request(method, f"/api/dispatch{path}", json=body, params=query)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


# Runs


async def start_run(house: House, **more: Any) -> Any:
    return await ask(house, "POST", "/planning-runs", JULY | more, status=201)


async def run_of(house: House, **more: Any) -> Any:
    """A run that is over."""
    run = await start_run(house, **more)
    return await until(partial(over, house, run["id"]))


async def runs_of(house: House) -> Any:
    return (await ask(house, "GET", "/planning-runs", campaign_id=CAMPAIGN))["items"]


async def over(house: House, run_id: str) -> Any:
    run = await ask(house, "GET", f"/planning-runs/{run_id}")
    return run if run["state"] in ("done", "failed", "cancelled") else None


async def due_run(house: House) -> PlanningRun:
    """The next run, taken as a process takes it."""
    (run,) = await take_due(house.uow("dispatch"), PlanningRun, "test")
    return run


async def finish_next(house: House) -> PlanningRun:
    """Does as a process would that takes the next run."""
    uow, run = house.uow("dispatch"), await due_run(house)
    taken = await runs.prepare_run(uow, run)
    planner: TourPlanner = Repairer() if run.purpose == "repair" else ListPlanner()
    found = FoundPlan.of(
        taken.inputs, planner.plan(taken.inputs.problem, taken.effort), begins_anew=True
    )
    await runs.finish_run(uow, MemoryCache(), run, found, 1.0)
    return run


# Candidates


async def candidate_of(house: House, **more: Any) -> Any:
    """Of a run that the house has done."""
    run = await run_of(house, **more)
    assert run["state"] == "done", run
    return await read_candidate(house, run["candidate_id"])


async def next_candidate(house: House) -> Any:
    """Of the next run, which the test does itself."""
    run = await finish_next(house)
    listed = await ask(house, "GET", "/candidates", run_id=run.id)
    return await read_candidate(house, listed["items"][0]["id"])


async def read_candidate(house: House, candidate_id: str, **query: Any) -> Any:
    return await ask(house, "GET", f"/candidates/{candidate_id}", **query)


async def diff_of(house: House, candidate: dict[str, Any]) -> Any:
    return await ask(house, "GET", f"/candidates/{candidate['id']}/diff")


async def edit(
    house: House, candidate: dict[str, Any], *steps: dict[str, str], status: int = 200
) -> Any:
    body = {"revision": candidate["revision"], "steps": steps}
    return await ask(house, "POST", f"/candidates/{candidate['id']}/edits", body, status=status)


async def check(house: House, candidate: dict[str, Any], *steps: dict[str, str]) -> Any:
    return await ask(house, "POST", f"/candidates/{candidate['id']}/check", {"steps": steps})


async def publish(house: House, candidate: dict[str, Any], *, status: int = 200) -> Any:
    body = {"revision": candidate["revision"]}
    return await ask(house, "POST", f"/candidates/{candidate['id']}/publish", body, status=status)


async def discard(house: House, candidate: dict[str, Any]) -> Any:
    return await ask(house, "POST", f"/candidates/{candidate['id']}/discard")


def booth_of(candidate: dict[str, Any], line: str) -> dict[str, Any]:
    return next(booth for booth in candidate["booths"] if booth["line_id"] == line)


def placed(line: str, team: str, on: str, part: str = "morning") -> dict[str, str]:
    return {"do": "place", "line_id": line, "team_code": team, "on": on, "part": part}


def taken_out(line: str) -> dict[str, str]:
    return {"do": "take_out", "line_id": line}


# Rules


async def make_rule(house: House, does: str, *, status: int = 201, **named: str) -> Any:
    """``does``: pin or forbid."""
    return await ask(
        house,
        "POST",
        "/planning-rules",
        {"campaign_id": CAMPAIGN, "does": does} | named,
        status=status,
    )


async def rules_of(house: House) -> Any:
    return (await ask(house, "GET", "/planning-rules"))["items"]


# Plans, and the field


async def propose(house: House) -> Any:
    return await ask(house, "POST", "/plans", JULY, status=201)


async def publish_plan(house: House, plan: dict[str, Any], *, status: int = 200) -> Any:
    return await ask(house, "POST", f"/plans/{plan['id']}/publish", status=status)


async def published_plan(house: House, *townships: str) -> Any:
    await order_all(house, *townships)
    return await publish_plan(house, await propose(house))


async def begun_stop(house: House, township: str) -> dict[str, Any]:
    """The first stop of a plan for a township: every booth is accepted, and it is under way."""
    plan = await published_plan(house, township)
    stop: dict[str, Any] = plan["stops"][0]
    for booth in stop["assignments"]:
        await accept(house, booth)
    await ask(house, "POST", f"/stops/{stop['id']}/start")
    return stop


async def stops_of(house: House, plan_id: str) -> Any:
    return (await ask(house, "GET", f"/plans/{plan_id}"))["stops"]


async def postpone(house: House, stop: dict[str, Any]) -> Any:
    return await ask(
        house,
        "POST",
        f"/stops/{stop['id']}/postpone",
        {"reason_code": "weather", "reason": "台风预警"},
    )


async def call_off(house: House, stop: dict[str, Any], *, status: int = 200) -> Any:
    return await ask(
        house,
        "POST",
        f"/stops/{stop['id']}/cancel",
        {"reason_code": "venue", "reason": "场地停电"},
        status=status,
    )


async def accept(house: House, booth: dict[str, Any]) -> Any:
    return await ask(house, "POST", f"/assignments/{booth['id']}/accept")


async def decline(house: House, booth: dict[str, Any], reason: str, *, status: int = 200) -> Any:
    return await ask(
        house,
        "POST",
        f"/assignments/{booth['id']}/decline",
        {"reason_code": "busy", "reason": reason},
        status=status,
    )


def assignment_of(stop: dict[str, Any], item: str) -> dict[str, Any]:
    return next(
        a
        for a in stop["assignments"]
        if a["item_code"] == item and a["state"] in ("offered", "accepted")
    )


async def demand_of(house: House) -> Any:
    return (await ask(house, "GET", "/demand"))["items"]


async def of_type(house: House, kind: type[Event]) -> list[Any]:
    return [event for event in await house.published("dispatch") if isinstance(event, kind)]
