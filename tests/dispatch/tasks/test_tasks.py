"""What waits for leaders and coordinators: whose it is, and that the act removes the row."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.problem.circuit import (
    USUAL,
    Effort,
    OnProgress,
    Solution,
    keep_going,
)
from services.dispatch.planning.problem.problem import PlanningProblem
from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, TEAMS, accept_order, house_with, order_all
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer

CORPS = bearer(Role.COORDINATOR)
LEADERS = {code: bearer(Role.LEADER, team_code=code) for code in TEAMS}
OTHERS = (
    bearer(Role.VOLUNTEER, team_code="health"),
    bearer(Role.OFFICER, township_code=HULING),
    bearer(Role.AUDITOR),
    bearer(Role.LEADER, team_code="unheard-of"),
)


class Broken:
    def plan(
        self, problem: PlanningProblem, effort: Effort = USUAL, on_progress: OnProgress = keep_going
    ) -> Solution:
        raise MemoryError


@pytest.fixture
def clock() -> PlayedClock:
    """The morning of the first stop, in China."""
    return PlayedClock(datetime(2014, 6, 27, 0, tzinfo=UTC))


@pytest.fixture
async def house(tmp_path: Path, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(f"sqlite:///{tmp_path}/dispatch.db", ListPlanner(), clock) as house:
        yield house


async def tasks(house: House, who: dict[str, str]) -> dict[str, Any]:
    answer = await house.client.get("/api/dispatch/tasks", headers=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def counts(house: House, who: dict[str, str]) -> dict[str, int]:
    found = await tasks(house, who)
    assert {task["code"] for task in found["items"]} == found["counts"].keys()
    return dict(found["counts"])


async def test_a_leader_answers_starts_and_reports(house: House) -> None:
    stop = (await desk.published_plan(house, GAOLOU))["stops"][0]
    assert (stop["days_ahead"], stop["assignments"][0]["expected_attendance"]) == (0, 80)
    mine = desk.assignment_of(stop, "health-clinic")
    about = {
        "place": "西村桥头路口",
        "township": "高楼镇",
        "township_en": GAOLOU,
        "on": "2014-06-27",
        "part": "morning",
        "item": "医疗义诊",
        "item_en": "health-clinic",
    }
    asked = {
        "code": "assignment_to_answer",
        "about": f"assignment:{mine['id']}",
        "facts": about | {"until": "2014-06-27"},
        "due_on": "2014-06-27",
        "is_shared": False,
        "holder": None,
    }
    leader = LEADERS["health"]
    assert await tasks(house, leader) == {"items": [asked], "counts": {"assignment_to_answer": 1}}
    for who in (CORPS, *OTHERS):
        assert await tasks(house, who) == {"items": [], "counts": {}}

    await desk.accept(house, mine)
    (to_start,) = (await tasks(house, leader))["items"]
    assert (to_start["code"], to_start["about"]) == ("stop_to_start", f"stop:{stop['id']}")
    answer = await house.client.post(f"/api/dispatch/stops/{stop['id']}/start", headers=leader)
    assert answer.status_code == 200, answer.text
    (to_report,) = (await tasks(house, leader))["items"]
    assert (to_report["code"], to_report["about"]) == ("booth_to_report", f"stop:{stop['id']}")
    assert to_report["facts"] == about

    done = {"booths": [{"assignment_id": mine["id"], "served": 40}]}
    answer = await house.client.post(
        f"/api/dispatch/stops/{stop['id']}/reports", json=done, headers=leader
    )
    assert answer.status_code == 200, answer.text
    assert await tasks(house, leader) == {"items": [], "counts": {}}


async def test_a_stop_is_started_on_its_day_and_afterwards_the_corps_has_to_look(
    house: House, clock: PlayedClock
) -> None:
    stop = (await desk.published_plan(house, GAOLOU))["stops"][0]
    await desk.accept(house, desk.assignment_of(stop, "health-clinic"))
    clock.now = datetime(2014, 6, 26, 2, tzinfo=UTC)
    assert await counts(house, LEADERS["health"]) == {}
    assert await counts(house, LEADERS["agriculture"]) == {"assignment_to_answer": 1}
    clock.now = datetime(2014, 6, 28, 2, tzinfo=UTC)
    assert await counts(house, LEADERS["health"]) == {}
    assert await counts(house, LEADERS["agriculture"]) == {}
    (overdue,) = (await tasks(house, CORPS))["items"]
    assert (overdue["code"], overdue["about"]) == ("stop_overdue", f"stop:{stop['id']}")
    await desk.call_off(house, stop)
    assert "stop_overdue" not in await counts(house, CORPS)


async def test_what_a_run_found_waits_until_it_is_published(house: House) -> None:
    await order_all(house, GAOLOU)
    assert await counts(house, CORPS) == {"line_unserved": 3}
    candidate = await desk.candidate_of(house)
    found = await tasks(house, CORPS)
    assert found["counts"] == {"candidate_to_publish": 1, "line_unserved": 3}
    assert found["items"][0] == {
        "code": "candidate_to_publish",
        "about": f"candidate:{candidate['id']}",
        "facts": {
            "campaign": "红七月、服务月",
            "campaign_en": "Red July, Month of Service",
            "count": 3,
        },
        "due_on": None,
        "is_shared": True,
        "holder": None,
    }
    await desk.publish(house, candidate)
    assert await counts(house, CORPS) == {}
    for who in OTHERS:
        assert await counts(house, who) == {}


async def test_the_latest_candidate_stands_for_those_before_it(house: House) -> None:
    await order_all(house, GAOLOU)
    first, second = await desk.candidate_of(house), await desk.candidate_of(house)
    (waiting,) = [
        task for task in (await tasks(house, CORPS))["items"] if task["code"] != "line_unserved"
    ]
    assert waiting["about"] == f"candidate:{second['id']}"
    await desk.publish(house, second)
    assert await counts(house, CORPS) == {}, "the first is older than what was published"
    assert first["id"] < second["id"]


async def test_lines_beyond_the_first_are_counted(house: House) -> None:
    for number in range(8):
        await accept_order(
            house, f"order-{number}", GAOLOU, ["health-clinic", "legal-advice", "farm-policy"]
        )
    found = await tasks(house, CORPS)
    assert (len(found["items"]), found["counts"]) == (20, {"line_unserved": 24})
    assert found["items"][0]["about"] == "order:order-0"


async def test_lines_of_a_campaign_that_is_over_do_not_wait(
    house: House, clock: PlayedClock
) -> None:
    await order_all(house, GAOLOU)
    clock.now = datetime(2014, 7, 17, 2, tzinfo=UTC)
    assert await counts(house, CORPS) == {}


async def test_a_failed_run_waits_until_another_is_started(
    tmp_path: Path, clock: PlayedClock
) -> None:
    store = f"sqlite:///{tmp_path}/dispatch.db"
    async with house_with(store, Broken(), clock) as house:
        await order_all(house, GAOLOU)
        run = await desk.run_of(house)
        assert run["state"] == "failed"
        (failed,) = [
            task for task in (await tasks(house, CORPS))["items"] if task["code"] == "run_failed"
        ]
        assert (failed["code"], failed["about"]) == ("run_failed", f"planning_run:{run['id']}")
    async with house_with(store, ListPlanner(), clock, works=False) as house:
        await desk.start_run(house)
        assert "run_failed" not in await counts(house, CORPS)


async def take(house: House, task: dict[str, Any], who: dict[str, str]) -> int:
    body = {"code": task["code"], "about": task["about"]}
    answer = await house.client.post("/api/dispatch/tasks/take", json=body, headers=who)
    return answer.status_code


async def mine(house: House, who: dict[str, str], **holder: str) -> dict[str, int]:
    answer = await house.client.get("/api/dispatch/tasks", params=holder, headers=who)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert all(task["is_shared"] for task in found["items"])
    return dict(found["counts"])


async def test_coordinators_share_what_waits_for_the_corps(
    house: House, clock: PlayedClock
) -> None:
    stop = (await desk.published_plan(house, GAOLOU))["stops"][0]
    await desk.accept(house, desk.assignment_of(stop, "health-clinic"))
    clock.now = datetime(2014, 6, 28, 2, tzinfo=UTC)
    await accept_order(house, "order-2", GAOLOU, ["health-clinic", "legal-advice"])
    await desk.candidate_of(house)
    li, wang = (bearer(Role.COORDINATOR, sub=name) for name in ("li", "wang"))
    waiting = (await tasks(house, li))["items"]
    all_of_them = {"stop_overdue": 1, "candidate_to_publish": 1, "line_unserved": 2}
    assert await mine(house, li, holder="nobody") == all_of_them
    for task in waiting:
        assert await take(house, task, li) == 200, task
        assert await take(house, task, wang) == 409, task
    assert await mine(house, li, holder="me") == all_of_them
    assert await mine(house, wang, holder="nobody") == {}
    assert await mine(house, LEADERS["health"], holder="me") == {}
    await desk.call_off(house, stop)
    assert "stop_overdue" not in await mine(house, li, holder="me")
    overdue = next(task for task in waiting if task["code"] == "stop_overdue")
    assert await take(house, overdue, wang) == 404


async def test_a_failed_run_is_taken_like_any_task(tmp_path: Path, clock: PlayedClock) -> None:
    async with house_with(f"sqlite:///{tmp_path}/dispatch.db", Broken(), clock) as house:
        await order_all(house, GAOLOU)
        await desk.run_of(house)
        found = (await tasks(house, CORPS))["items"]
        failed = next(task for task in found if task["code"] == "run_failed")
        assert await take(house, failed, CORPS) == 200
        assert (await mine(house, CORPS, holder="me")) == {"run_failed": 1}


async def test_a_booth_is_its_teams_and_nobody_takes_it(house: House) -> None:
    await desk.published_plan(house, GAOLOU)
    (asked,) = (await tasks(house, LEADERS["health"]))["items"]
    assert await take(house, asked, CORPS) == 422
    assert await take(house, asked, LEADERS["health"]) == 403
