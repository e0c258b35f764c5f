"""A planning run, its candidates, and what a coordinator does with them."""

import asyncio
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
from shared.cache.port import Cache
from shared.contracts.dispatch import (
    LineUnserved,
    PlanPublished,
    StopCancelled,
    StopChanged,
    StopScheduled,
    TeamAssigned,
    TeamReleased,
)
from shared.contracts.requests import OrderCancelled
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker
from shared.service import Service
from tests.dispatch.conftest import CAMPAIGN, GAOLOU, HULING, ITEMS, TAOSHAN, accept_order, announce_supply
from tests.dispatch.test_circuit import JULY, of_type
from tests.support.clock import PlayedClock
from tests.support.house import House, running_house
from tests.support.waiting import until

ENGLISH = {"Accept-Language": "en"}
JUNE = datetime(2014, 6, 1, 1, tzinfo=UTC)


@asynccontextmanager
async def house_with(
    store_url: str, plan: TourPlanner, clock: PlayedClock, *, works: bool = True
) -> AsyncIterator[House]:
    """``works``: its process takes planning runs."""

    def make(broker: Broker, cache: Cache, time: Clock) -> Service:
        settings = DispatchSettings(database_url=store_url)
        planners = {"plan": plan, "repair": Repairer()}
        service = build(settings, broker=broker, cache=cache, clock=time, planners=planners)
        if not works:
            service.jobs.pop()
        return service

    async with running_house(make, clock=clock) as house:
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


async def test_an_edit_makes_the_next_revision_and_an_earlier_one_can_come_back(house: House) -> None:
    await order_all(house)
    candidate = await candidate_of(house)
    path, legal = f"/candidates/{candidate['id']}", "order-0-legal-advice"
    was = booth_of(candidate, legal)
    other = "lawyers" if was["team_code"] == "justice" else "justice"
    body = {
        "revision": 1,
        "steps": [placed(legal, other, "2014-06-30"), {"do": "take_out", "line_id": "order-1-farm-policy"}],
    }
    edited = await ask(house, "POST", f"{path}/edits", body)
    assert (edited["revision"], booth_of(edited, legal)["team_code"], booth_of(edited, legal)["on"]) == (
        2,
        other,
        "2014-06-30",
    )
    assert [(line["line_id"], line["township_name"]) for line in edited["unserved"]] == [
        ("order-1-farm-policy", "湖岭镇")
    ]
    late = await ask(house, "POST", f"{path}/edits", body, status=409)
    assert (late["code"], "第 2 稿" in late["detail"]) == ("candidate_changed", True)
    assert booth_of(await ask(house, "GET", path, revision=1), legal) == was
    undone = await ask(house, "POST", f"{path}/edits", {"revision": 2, "from_revision": 1})
    assert (undone["revision"], undone["booths"], undone["unserved"]) == (3, candidate["booths"], [])


async def test_an_edit_that_breaks_rules_is_refused_with_each_in_words(house: House) -> None:
    await order_all(house, GAOLOU, HULING)
    candidate = await candidate_of(house)
    steps = [placed("order-0-legal-advice", "health", "2014-06-28"), placed("order-9", "justice", "2014-06-30")]
    path = f"/candidates/{candidate['id']}"
    refused = await ask(house, "POST", f"{path}/edits", {"revision": 1, "steps": steps}, status=422)
    assert [reason["code"] for reason in refused["errors"]] == ["rule.line_unknown"]
    refused = await ask(house, "POST", f"{path}/edits", {"revision": 1, "steps": steps[:1]}, status=422)
    assert {reason["code"]: reason["detail"] for reason in refused["errors"]} == {
        "rule.day_closed": "第 2（6月28日） 天不出队：放假，或不在活动期内。",
        "rule.item_not_offered": "服务队 医疗卫生志愿服务队 不承接项目 法律咨询。",
    }
    house.client.headers.update(ENGLISH)
    verdict = await ask(house, "POST", f"{path}/check", {"steps": steps[:1]})
    assert (verdict["holds"], verdict["score"]) == (False, None)
    assert "Nobody goes out on day 2 (2014-06-28): a holiday, or not in the campaign." in [
        rule["detail"] for rule in verdict["broken"]
    ]
    assert (await ask(house, "GET", path))["revision"] == 1


async def test_two_candidates_are_compared_line_by_line_and_for_whom(house: House) -> None:
    await order_all(house)
    one, other = await candidate_of(house), await candidate_of(house, seed=2)
    legal = booth_of(other, "order-2-legal-advice")
    team = "lawyers" if legal["team_code"] == "justice" else "justice"
    steps = [placed("order-2-legal-advice", team, "2014-07-03"), {"do": "take_out", "line_id": "order-1-health-clinic"}]
    await ask(house, "POST", f"/candidates/{other['id']}/edits", {"revision": 1, "steps": steps})
    listed = await ask(house, "GET", "/candidates", campaign=CAMPAIGN)
    assert [candidate["id"] for candidate in listed["items"]] == [one["id"], other["id"]]
    found = await ask(house, "GET", f"/candidates/{one['id']}/comparison", **{"with": other["id"]})
    assert [(change["line_id"], change["how"]) for change in found["changes"]] == [
        ("order-1-health-clinic", "lost"),
        ("order-2-legal-advice", "moved"),
    ]
    by_name = {entry["name"]: entry for entry in (*found["townships"], *found["teams"])}
    assert (by_name["陶山镇"]["moved"], by_name["陶山镇"]["days_changed"], by_name["湖岭镇"]["lost"]) == (1, 1, 1)
    assert by_name["医疗卫生志愿服务队"]["lost"] == 1
    served = next(level for level in found["difference"]["levels"] if level["goal"] == "priority_served")
    assert (served["level"], served["value"], found["difference"]["lines_served"]) == (1, -3, -1)


async def test_what_is_pinned_stays_and_what_is_forbidden_does_not_happen(house: House) -> None:
    await order_all(house)
    legal = {"campaign": CAMPAIGN, "line_id": "order-0-legal-advice"}
    pin = legal | {"does": "pin", "team_code": "lawyers", "on": "2014-07-08", "part": "afternoon"}
    await ask(house, "POST", "/planning-rules", pin, status=201)
    ban = {"campaign": CAMPAIGN, "does": "forbid", "team_code": "health", "on": "2014-06-27"}
    made = await ask(house, "POST", "/planning-rules", ban, status=201)
    candidate = await candidate_of(house)
    booth = booth_of(candidate, "order-0-legal-advice")
    assert (booth["team_code"], booth["on"], booth["part"]) == ("lawyers", "2014-07-08", "afternoon")
    assert "2014-06-27" not in {b["on"] for b in candidate["booths"] if b["team_code"] == "health"}
    path = f"/candidates/{candidate['id']}/edits"
    moved = [
        placed("order-0-legal-advice", "lawyers", "2014-07-09"),
        placed("order-0-health-clinic", "health", "2014-06-27"),
    ]
    refused = await ask(house, "POST", path, {"revision": 1, "steps": moved}, status=422)
    assert {reason["code"] for reason in refused["errors"]} == {"rule.commitment_broken", "rule.forbidden"}
    against = legal | {"does": "forbid", "team_code": "lawyers"}
    refused = await ask(house, "POST", "/planning-rules", against, status=409)
    assert (refused["code"], refused["errors"][0]["code"]) == ("pins_do_not_hold", "rule.forbidden")
    await ask(house, "DELETE", f"/planning-rules/{made['id']}", status=204)
    assert [rule["does"] for rule in (await ask(house, "GET", "/planning-rules"))["items"]] == ["pin"]
    alone = {"campaign": CAMPAIGN, "does": "forbid", "team_code": "health"}
    assert (await ask(house, "POST", "/planning-rules", alone, status=422))["code"] == "rule_incomplete"


async def test_publishing_again_changes_what_differs_and_nothing_else(store_url: str, clock: PlayedClock) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await order_all(house)
        first = await publish(house, await candidate_of(house))
        candidate = await candidate_of(house)
        assert (await ask(house, "GET", f"/candidates/{candidate['id']}/diff"))["changes"] == []
        steps = [
            placed(f"order-1-{item}", team, "2014-07-10")
            for item, team in (("health-clinic", "health"), ("farm-policy", "agriculture"))
        ]
        steps.append({"do": "take_out", "line_id": "order-1-legal-advice"})
        edited = await ask(house, "POST", f"/candidates/{candidate['id']}/edits", {"revision": 1, "steps": steps})
        diff = await ask(house, "GET", f"/candidates/{candidate['id']}/diff")
        assert (diff["changed_lines"], diff["cost"]) == (3, 900)
        assert [line["line_id"] for line in diff["unserved"]] == ["order-1-legal-advice"]
        plan = await ask(house, "GET", f"/plans/{first['plan_id']}")
        was = next(stop for stop in plan["stops"] if stop["township_code"] == HULING)
        told = {name: diff["stops"][0][name] for name in ("how", "stop_id", "township_name", "was_on", "on", "booths")}
        assert list(told.values()) == ["moved", was["id"], "湖岭镇", was["on"], "2014-07-10", 2]
        assert len(diff["stops"]) == 1
        done = await publish(house, edited)
        assert done["plan_id"] == first["plan_id"]
        plan = await ask(house, "GET", f"/plans/{done['plan_id']}")
        huling = [stop for stop in plan["stops"] if stop["township_code"] == HULING]
        assert [(stop["id"], stop["on"], stop["state"]) for stop in huling] == [(was["id"], "2014-07-10", "planned")]
        kept = {a["id"] for a in huling[0]["assignments"] if a["state"] == "offered"}
        assert kept == {a["id"] for a in was["assignments"] if a["item_code"] != "legal-advice"}
        counts = [
            len(await of_type(house, kind))
            for kind in (TeamReleased, StopCancelled, StopScheduled, StopChanged, LineUnserved)
        ]
        assert counts == [1, 0, 3, 1, 1]
        moved = (await of_type(house, StopChanged))[0]
        assert (moved.stop_id, moved.was_on.isoformat(), moved.reason) == (was["id"], was["on"], "replanned")
        last = (await of_type(house, PlanPublished))[-1]
        assert (last.revision, last.stops, last.assignments, last.unserved) == (2, 1, 2, 1)
        states = {line["line_id"]: line["state"] for line in (await ask(house, "GET", "/demand"))["items"]}
        assert {line for line, state in states.items() if state != "planned"} == {"order-1-legal-advice"}


async def test_what_is_near_or_accepted_stays(house: House, clock: PlayedClock) -> None:
    await order_all(house)
    plan = await ask(house, "GET", f"/plans/{(await publish(house, await candidate_of(house)))['plan_id']}")
    accepted = plan["stops"][-1]["assignments"][0]
    await ask(house, "POST", f"/assignments/{accepted['id']}/accept")
    clock.move(days=24)
    candidate = await candidate_of(house)
    steps = [
        placed("order-0-farm-policy", "agriculture", "2014-07-01"),
        placed(accepted["line_id"], accepted["team_code"], "2014-07-11"),
    ]
    refused = await ask(
        house, "POST", f"/candidates/{candidate['id']}/edits", {"revision": 1, "steps": steps}, status=422
    )
    said = {reason["detail"] for reason in refused["errors"]}
    assert len(said) == 2
    assert any("已公布" in detail and "高楼镇“惠农政策宣传”" in detail for detail in said)
    assert any("已接单" in detail for detail in said)


async def test_a_candidate_that_holds_no_more_is_not_published_and_says_why(house: House) -> None:
    await order_all(house)
    candidate = await candidate_of(house)
    await house.hear("order:order-0", OrderCancelled(order_id="order-0", township_code=GAOLOU, reason="暂缓"))
    refused = await publish(house, candidate, status=409)
    assert refused["code"] == "candidate_outdated"
    assert "没有点单项目 高楼镇“法律咨询”。" in {reason["detail"] for reason in refused["errors"]}
    assert await house.published("dispatch") == []
    diff = await ask(house, "GET", f"/candidates/{candidate['id']}/diff")
    assert (diff["holds"], len(diff["broken"])) == (False, 3)
    discarded = await ask(house, "POST", f"/candidates/{candidate['id']}/discard")
    assert discarded["state"] == "discarded"
    assert (await publish(house, candidate, status=409))["state"] == "discarded"


async def test_a_repair_that_is_asked_for_adds_what_came_and_changes_nothing_else(house: House) -> None:
    await order_all(house)
    await publish(house, await candidate_of(house))
    await accept_order(house, "order-9", GAOLOU, ["legal-advice"])
    repaired = await candidate_of(house, purpose="repair")
    diff = await ask(house, "GET", f"/candidates/{repaired['id']}/diff")
    assert [(change["line_id"], change["how"]) for change in diff["changes"]] == [("order-9-legal-advice", "added")]
    assert (diff["changed_lines"], diff["cost"], diff["price_of_change"]) == (0, 0, 300)


async def test_a_line_can_be_pinned_to_a_team_or_to_a_day_alone(house: House) -> None:
    await order_all(house)
    pin = {"campaign": CAMPAIGN, "does": "pin"}
    for more in (
        {"line_id": "order-0-legal-advice", "team_code": "lawyers"},
        {"line_id": "order-1-legal-advice", "team_code": "justice"},
        {"line_id": "order-1-health-clinic", "on": "2014-07-15"},
    ):
        await ask(house, "POST", "/planning-rules", pin | more, status=201)
    candidate = await candidate_of(house)
    assert booth_of(candidate, "order-0-legal-advice")["team_code"] == "lawyers"
    assert booth_of(candidate, "order-1-legal-advice")["team_code"] == "justice"
    assert booth_of(candidate, "order-1-health-clinic")["on"] == "2014-07-15"
    steps = [placed("order-0-legal-advice", "justice", "2014-07-10")]
    verdict = await ask(house, "POST", f"/candidates/{candidate['id']}/check", {"steps": steps})
    assert [rule["code"] for rule in verdict["broken"]] == ["rule.forbidden"]


async def test_of_two_candidates_published_at_once_one_comes_into_force(store_url: str, clock: PlayedClock) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await order_all(house)
        made = [await candidate_of(house, seed=seed) for seed in (1, 2)]
        answers = await asyncio.gather(
            *(house.client.post(f"/api/dispatch/candidates/{c['id']}/publish", json={"revision": 1}) for c in made)
        )
        statuses = sorted(answer.status_code for answer in answers)
        assigned = [event.line_id for event in await of_type(house, TeamAssigned)]
        assert sorted(assigned) == sorted({booth["line_id"] for booth in made[0]["booths"]})
        # Whoever comes second either finds what it wants in force already, or is told that something changed.
        assert statuses in ([200, 200], [200, 409])
        assert len(await of_type(house, PlanPublished)) == 1
