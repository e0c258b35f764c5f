"""A planning run, its candidates, and what a coordinator does with them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
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
from tests.dispatch import desk
from tests.dispatch.conftest import CAMPAIGN, GAOLOU, HULING, accept_order, house_with, order_all
from tests.support.clock import PlayedClock
from tests.support.house import House

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
async def house(tmp_path: Path, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(f"sqlite:///{tmp_path}/dispatch.db", ListPlanner(), clock) as house:
        yield house


async def test_a_run_ends_in_a_candidate_that_is_published_once(
    store_url: str, clock: PlayedClock
) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await order_all(house)
        candidate = await desk.candidate_of(house)
        assert (candidate["state"], len(candidate["booths"]), candidate["unserved"]) == (
            "kept",
            9,
            [],
        )
        assert await house.published("dispatch") == []
        diff = await desk.diff_of(house, candidate)
        assert (diff["holds"], diff["cost"], {change["how"] for change in diff["changes"]}) == (
            True,
            0,
            {"added"},
        )
        done = await desk.publish(house, candidate)
        assert (done["state"], (await desk.publish(house, candidate))["plan_id"]) == (
            "published",
            done["plan_id"],
        )
        stops = await desk.stops_of(house, done["plan_id"])
        assert [stop["township_name"] for stop in stops] == ["高楼镇", "湖岭镇", "陶山镇"]
        assert {b["state"] for stop in stops for b in stop["assignments"]} == {"offered"}
        kinds = [
            len(await desk.of_type(house, kind))
            for kind in (StopScheduled, TeamAssigned, PlanPublished)
        ]
        assert kinds == [3, 9, 1]
        last = (await desk.of_type(house, PlanPublished))[-1]
        assert (last.revision, last.stops, last.assignments, last.unserved) == (1, 3, 9, 0)
        assert {line["state"] for line in await desk.demand_of(house)} == {"planned"}


async def test_an_edit_makes_the_next_revision_and_an_earlier_one_can_come_back(
    house: House,
) -> None:
    await order_all(house)
    candidate = await desk.candidate_of(house)
    legal = "order-0-legal-advice"
    was = desk.booth_of(candidate, legal)
    other = "lawyers" if was["team_code"] == "justice" else "justice"
    steps = [desk.placed(legal, other, "2014-06-30"), desk.taken_out("order-1-farm-policy")]
    edited = await desk.edit(house, candidate, *steps)
    now = desk.booth_of(edited, legal)
    assert (edited["revision"], now["team_code"], now["on"]) == (2, other, "2014-06-30")
    assert [(line["line_id"], line["township_name"]) for line in edited["unserved"]] == [
        ("order-1-farm-policy", "湖岭镇")
    ]
    late = await desk.edit(house, candidate, *steps, status=409)
    assert (late["code"], "第 2 稿" in late["detail"]) == ("candidate_changed", True)
    assert (
        desk.booth_of(await desk.read_candidate(house, candidate["id"], revision=1), legal) == was
    )
    undone = await desk.ask(
        house, "POST", f"/candidates/{candidate['id']}/edits", {"revision": 2, "from_revision": 1}
    )
    assert (undone["revision"], undone["booths"], undone["unserved"]) == (
        3,
        candidate["booths"],
        [],
    )


async def test_an_edit_that_breaks_rules_is_refused_with_each_in_words(house: House) -> None:
    await order_all(house, GAOLOU, HULING)
    candidate = await desk.candidate_of(house)
    wrong = desk.placed("order-0-legal-advice", "health", "2014-06-28")
    refused = await desk.edit(
        house, candidate, wrong, desk.placed("order-9", "justice", "2014-06-30"), status=422
    )
    assert [reason["code"] for reason in refused["errors"]] == ["rule.line_unknown"]
    refused = await desk.edit(house, candidate, wrong, status=422)
    assert {reason["code"]: reason["detail"] for reason in refused["errors"]} == {
        "rule.day_closed": "2014年6月28日不出队：放假，或不在活动期内。",
        "rule.item_not_offered": "服务队 医疗卫生志愿服务队 不承接项目 法律咨询。",
    }
    house.client.headers.update(ENGLISH)
    verdict = await desk.check(house, candidate, wrong)
    assert (verdict["holds"], verdict["score"]) == (False, None)
    assert "Nobody goes out on 28 June 2014: a holiday, or not in the campaign." in [
        rule["detail"] for rule in verdict["broken"]
    ]
    assert (await desk.read_candidate(house, candidate["id"]))["revision"] == 1


async def test_two_candidates_are_compared_line_by_line_and_for_whom(house: House) -> None:
    await order_all(house)
    one, other = await desk.candidate_of(house), await desk.candidate_of(house, seed=2)
    legal = desk.booth_of(other, "order-2-legal-advice")
    team = "lawyers" if legal["team_code"] == "justice" else "justice"
    moved = desk.placed("order-2-legal-advice", team, "2014-07-03")
    await desk.edit(house, other, moved, desk.taken_out("order-1-health-clinic"))
    listed = await desk.ask(house, "GET", "/candidates", campaign_id=CAMPAIGN)
    assert [candidate["id"] for candidate in listed["items"]] == [one["id"], other["id"]]
    found = await desk.ask(
        house, "GET", f"/candidates/{one['id']}/comparison", **{"with": other["id"]}
    )
    assert [(change["line_id"], change["how"]) for change in found["changes"]] == [
        ("order-1-health-clinic", "lost"),
        ("order-2-legal-advice", "moved"),
    ]
    by_name = {entry["name"]: entry for entry in (*found["townships"], *found["teams"])}
    assert (
        by_name["陶山镇"]["moved"],
        by_name["陶山镇"]["days_changed"],
        by_name["湖岭镇"]["lost"],
    ) == (1, 1, 1)
    assert by_name["医疗卫生志愿服务队"]["lost"] == 1
    served = next(
        level for level in found["difference"]["levels"] if level["goal"] == "priority_served"
    )
    assert (served["level"], served["value"], found["difference"]["lines_served"]) == (1, -3, -1)


async def test_what_is_pinned_stays_and_what_is_forbidden_does_not_happen(house: House) -> None:
    await order_all(house)
    legal = "order-0-legal-advice"
    await desk.make_rule(
        house, "pin", line_id=legal, team_code="lawyers", on="2014-07-08", part="afternoon"
    )
    made = await desk.make_rule(house, "forbid", team_code="health", on="2014-06-27")
    candidate = await desk.candidate_of(house)
    booth = desk.booth_of(candidate, legal)
    assert (booth["team_code"], booth["on"], booth["part"]) == (
        "lawyers",
        "2014-07-08",
        "afternoon",
    )
    assert "2014-06-27" not in {b["on"] for b in candidate["booths"] if b["team_code"] == "health"}
    moved = (
        desk.placed(legal, "lawyers", "2014-07-09"),
        desk.placed("order-0-health-clinic", "health", "2014-06-27"),
    )
    refused = await desk.edit(house, candidate, *moved, status=422)
    assert {reason["code"] for reason in refused["errors"]} == {
        "rule.commitment_broken",
        "rule.forbidden",
    }
    refused = await desk.make_rule(house, "forbid", line_id=legal, team_code="lawyers", status=409)
    assert (refused["code"], refused["errors"][0]["code"]) == ("pins_do_not_hold", "rule.forbidden")
    await desk.ask(house, "DELETE", f"/planning-rules/{made['id']}", status=204)
    assert [rule["does"] for rule in await desk.rules_of(house)] == ["pin"]
    assert (await desk.make_rule(house, "forbid", team_code="health", status=422))[
        "code"
    ] == "rule_incomplete"


async def test_publishing_again_changes_what_differs_and_nothing_else(
    store_url: str, clock: PlayedClock
) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await order_all(house)
        first = await desk.publish(house, await desk.candidate_of(house))
        candidate = await desk.candidate_of(house)
        assert (await desk.diff_of(house, candidate))["changes"] == []
        elsewhere = {"health-clinic": "health", "farm-policy": "agriculture"}
        steps = [
            desk.placed(f"order-1-{item}", team, "2014-07-10") for item, team in elsewhere.items()
        ]
        edited = await desk.edit(house, candidate, *steps, desk.taken_out("order-1-legal-advice"))
        diff = await desk.diff_of(house, candidate)
        assert (diff["changed_lines"], diff["cost"]) == (3, 900)
        assert [line["line_id"] for line in diff["unserved"]] == ["order-1-legal-advice"]
        was = next(
            stop
            for stop in await desk.stops_of(house, first["plan_id"])
            if stop["township_code"] == HULING
        )
        told = {
            name: diff["stops"][0][name]
            for name in ("how", "stop_id", "township_name", "was_on", "on", "booths")
        }
        assert list(told.values()) == ["moved", was["id"], "湖岭镇", was["on"], "2014-07-10", 2]
        assert len(diff["stops"]) == 1
        done = await desk.publish(house, edited)
        assert done["plan_id"] == first["plan_id"]
        huling = [
            stop
            for stop in await desk.stops_of(house, done["plan_id"])
            if stop["township_code"] == HULING
        ]
        assert [(stop["id"], stop["on"], stop["state"]) for stop in huling] == [
            (was["id"], "2014-07-10", "planned")
        ]
        kept = {a["id"] for a in huling[0]["assignments"] if a["state"] == "offered"}
        assert kept == {a["id"] for a in was["assignments"] if a["item_code"] != "legal-advice"}
        kinds = TeamReleased, StopCancelled, StopScheduled, StopChanged, LineUnserved
        assert [len(await desk.of_type(house, kind)) for kind in kinds] == [1, 0, 3, 1, 1]
        moved = (await desk.of_type(house, StopChanged))[0]
        assert (moved.stop_id, moved.was_on.isoformat(), moved.reason_code) == (
            was["id"],
            was["on"],
            "replanned",
        )
        last = (await desk.of_type(house, PlanPublished))[-1]
        assert (last.revision, last.stops, last.assignments, last.unserved) == (2, 1, 2, 1)
        states = {line["line_id"]: line["state"] for line in await desk.demand_of(house)}
        assert {line for line, state in states.items() if state != "planned"} == {
            "order-1-legal-advice"
        }


async def test_what_is_near_or_accepted_stays(house: House, clock: PlayedClock) -> None:
    await order_all(house)
    done = await desk.publish(house, await desk.candidate_of(house))
    accepted = (await desk.stops_of(house, done["plan_id"]))[-1]["assignments"][0]
    await desk.accept(house, accepted)
    clock.move(days=24)
    candidate = await desk.candidate_of(house)
    announced = desk.placed("order-0-farm-policy", "agriculture", "2014-07-01")
    promised = desk.placed(accepted["line_id"], accepted["team_code"], "2014-07-11")
    refused = await desk.edit(house, candidate, announced, promised, status=422)
    said = {reason["detail"] for reason in refused["errors"]}
    assert len(said) == 2
    assert any("已公布" in detail and "高楼镇“惠农政策宣传”" in detail for detail in said)
    assert any("已接单" in detail for detail in said)


async def test_a_candidate_that_holds_no_more_is_not_published_and_says_why(house: House) -> None:
    await order_all(house)
    candidate = await desk.candidate_of(house)
    await house.hear(
        "order:order-0",
        OrderCancelled(order_id="order-0", township_code=GAOLOU, reason_code="not_needed"),
    )
    refused = await desk.publish(house, candidate, status=409)
    assert refused["code"] == "candidate_outdated"
    assert "没有点单项目 高楼镇“法律咨询”。" in {reason["detail"] for reason in refused["errors"]}
    assert await house.published("dispatch") == []
    diff = await desk.diff_of(house, candidate)
    assert (diff["holds"], len(diff["broken"])) == (False, 3)
    assert (await desk.discard(house, candidate))["state"] == "discarded"
    assert (await desk.publish(house, candidate, status=409))["state"] == "discarded"


async def test_a_repair_that_is_asked_for_adds_what_came_and_changes_nothing_else(
    house: House,
) -> None:
    await order_all(house)
    await desk.publish(house, await desk.candidate_of(house))
    await accept_order(house, "order-9", GAOLOU, ["legal-advice"])
    repaired = await desk.candidate_of(house, purpose="repair")
    diff = await desk.diff_of(house, repaired)
    assert [(change["line_id"], change["how"]) for change in diff["changes"]] == [
        ("order-9-legal-advice", "added")
    ]
    assert (diff["changed_lines"], diff["cost"], diff["price_of_change"]) == (0, 0, 300)


async def test_a_line_can_be_pinned_to_a_team_or_to_a_day_alone(house: House) -> None:
    await order_all(house)
    await desk.make_rule(house, "pin", line_id="order-0-legal-advice", team_code="lawyers")
    await desk.make_rule(house, "pin", line_id="order-1-legal-advice", team_code="justice")
    await desk.make_rule(house, "pin", line_id="order-1-health-clinic", on="2014-07-15")
    candidate = await desk.candidate_of(house)
    assert desk.booth_of(candidate, "order-0-legal-advice")["team_code"] == "lawyers"
    assert desk.booth_of(candidate, "order-1-legal-advice")["team_code"] == "justice"
    assert desk.booth_of(candidate, "order-1-health-clinic")["on"] == "2014-07-15"
    verdict = await desk.check(
        house, candidate, desk.placed("order-0-legal-advice", "justice", "2014-07-10")
    )
    assert [rule["code"] for rule in verdict["broken"]] == ["rule.forbidden"]


async def test_of_two_candidates_published_at_once_one_comes_into_force(
    store_url: str, clock: PlayedClock
) -> None:
    async with house_with(store_url, ListPlanner(), clock) as house:
        await order_all(house)
        made = [await desk.candidate_of(house, seed=seed) for seed in (1, 2)]
        answers = await asyncio.gather(
            *(
                house.client.post(
                    f"/api/dispatch/candidates/{c['id']}/publish", json={"revision": 1}
                )
                for c in made
            )
        )
        statuses = sorted(answer.status_code for answer in answers)
        assigned = [event.line_id for event in await desk.of_type(house, TeamAssigned)]
        assert sorted(assigned) == sorted({booth["line_id"] for booth in made[0]["booths"]})
        # Whoever comes second either finds what it wants in force already, or is told that something changed.
        assert statuses in ([200, 200], [200, 409])
        assert len(await desk.of_type(house, PlanPublished)) == 1
