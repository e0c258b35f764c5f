"""Odd figures of a booth count once they are confirmed, and are marked until the corps has looked at them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.stops.domain.figures import doubts_about
from services.dispatch.stops.domain.stop import Assignment
from shared.contracts.dispatch import BoothReported
from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, TEAMS, house_with
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer

CORPS = bearer(Role.COORDINATOR)
LEADER = bearer(Role.LEADER, team_code="health")
OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
EVEN = {"served": 40, "leaflets": 80, "follow_ups": 1}
ODD = {"served": 400, "leaflets": 80, "follow_ups": 401}
CODES = ["more_follow_ups_than_served", "figures_unlikely"]


@pytest.fixture
def clock() -> PlayedClock:
    """The morning of the first stop, in China."""
    return PlayedClock(datetime(2014, 6, 27, 0, tzinfo=UTC))


@pytest.fixture
async def house(store_url: str, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(store_url, ListPlanner(), clock) as house:
        yield house


@pytest.fixture
async def stop(house: House) -> dict[str, Any]:
    """It is under way, and the clinic's booth is to be reported."""
    return await desk.begun_stop(house, GAOLOU)


def clinic(stop: dict[str, Any]) -> str:
    return str(desk.assignment_of(stop, "health-clinic")["id"])


async def report(
    house: House, stop: dict[str, Any], who: dict[str, str], figures: dict[str, Any]
) -> httpx.Response:
    """Whoever reports confirms whatever is asked."""
    path = f"/api/dispatch/stops/{stop['id']}/reports"
    body = {"booths": [{"assignment_id": clinic(stop), **figures}]}
    return await house.client.post(
        path, json=body, headers=who, params={"confirm": [*CODES, "queue_unlikely"]}
    )


async def accept(
    house: House, stop: dict[str, Any], who: dict[str, str], seen: dict[str, int] = ODD
) -> httpx.Response:
    path = f"/api/dispatch/assignments/{clinic(stop)}/figures/accept"
    return await house.client.post(path, json=seen, headers=who)


async def correct(
    house: House, stop: dict[str, Any], who: dict[str, str], figures: dict[str, int], **more: Any
) -> httpx.Response:
    path = f"/api/dispatch/stops/{stop['id']}/correction"
    body = {"assignment_id": clinic(stop), "reason_code": "miscounted", **figures} | more
    confirm = [*CODES, "team_does_not_offer"]
    return await house.client.post(path, json=body, headers=who, params={"confirm": confirm})


async def marks(
    house: House, stop: dict[str, Any], who: dict[str, str] = CORPS
) -> tuple[list[str], str | None]:
    """The codes at the clinic's booth, and whether the corps has looked."""
    answer = await house.client.get(f"/api/dispatch/stops/{stop['id']}", headers=who)
    assert answer.status_code == 200, answer.text
    (booth,) = [each for each in answer.json()["assignments"] if each["id"] == clinic(stop)]
    return booth["doubts"], booth["figures_state"]


async def tasks(house: House, who: dict[str, str] = CORPS) -> list[dict[str, Any]]:
    answer = await house.client.get("/api/dispatch/tasks", headers=who)
    found = answer.json()
    mine = [each for each in found["items"] if each["code"] == "figures_to_look_at"]
    assert found["counts"].get("figures_to_look_at", 0) == len(mine)
    return mine


async def test_odd_figures_that_were_confirmed_are_marked_and_wait_for_the_corps(
    house: House, stop: dict[str, Any]
) -> None:
    answer = await report(house, stop, LEADER, ODD)
    assert answer.status_code == 200, answer.text
    for who in (CORPS, LEADER, OFFICER):
        assert await marks(house, stop, who) == (CODES, "doubted")
    (event,) = await desk.of_type(house, BoothReported)
    assert event.served == 400  # it counts all the same
    (task,) = await tasks(house)
    assert (task["about"], task["is_shared"]) == (f"stop:{stop['id']}", True)
    assert task["facts"] == {
        "place": "西村桥头路口",
        "township": "高楼镇",
        "township_en": GAOLOU,
        "on": "2014-06-27",
        "part": "morning",
        "item": "医疗义诊",
        "item_en": "health-clinic",
        "team": TEAMS["health"][0],
        "team_en": "health",
    }
    assert await tasks(house, LEADER) == []


async def test_the_corps_accepts_them_once_or_twice_and_the_task_goes(
    house: House, stop: dict[str, Any]
) -> None:
    await report(house, stop, LEADER, ODD)
    (task,) = await tasks(house)
    named = {name: task[name] for name in ("code", "about")}
    await house.client.post(
        "/api/dispatch/tasks/take", json=named | {"instead_of": None}, headers=CORPS
    )
    assert (await tasks(house))[0]["holder"]["is_mine"]
    for _ in range(2):
        answer = await accept(house, stop, CORPS)
        assert answer.status_code == 200, answer.text
        assert await marks(house, stop) == (CODES, "accepted")
        assert await tasks(house) == []


async def test_nobody_but_the_corps_accepts_them(house: House, stop: dict[str, Any]) -> None:
    await report(house, stop, LEADER, ODD)
    for who in (LEADER, OFFICER, bearer(Role.AUDITOR)):
        assert (await accept(house, stop, who)).status_code == 403
    assert await marks(house, stop) == (CODES, "doubted")


async def test_where_nothing_is_odd_there_is_nothing_to_look_at(
    house: House, stop: dict[str, Any]
) -> None:
    early = await accept(house, stop, CORPS)
    assert (early.status_code, early.json()["code"]) == (409, "figures_not_doubted")
    await report(house, stop, LEADER, EVEN)
    assert await marks(house, stop) == ([], None)
    assert await tasks(house) == []
    refused = await accept(house, stop, CORPS)
    assert (refused.status_code, refused.json()["code"]) == (409, "figures_not_doubted")
    assert "存疑" in refused.json()["detail"]
    missing = await house.client.post(
        "/api/dispatch/assignments/nobody/figures/accept", json=ODD, headers=CORPS
    )
    assert (missing.status_code, missing.json()["code"]) == (404, "assignment.not_found")


async def test_what_the_corps_itself_confirms_nobody_has_to_look_at(
    house: House, stop: dict[str, Any]
) -> None:
    await report(house, stop, CORPS, ODD)
    assert await marks(house, stop) == (CODES, "accepted")
    assert await tasks(house) == []


async def test_a_correction_to_figures_that_can_be_takes_the_mark_away(
    house: House, stop: dict[str, Any]
) -> None:
    await report(house, stop, LEADER, ODD)
    answer = await correct(house, stop, CORPS, EVEN)
    assert answer.status_code == 200, answer.text
    assert await marks(house, stop) == ([], None)
    assert await tasks(house) == []


async def test_a_correction_that_a_team_asks_for_is_judged_when_it_is_decided(
    house: House, stop: dict[str, Any]
) -> None:
    await report(house, stop, LEADER, EVEN)
    for number, figures, expected in (
        (1, ODD, (CODES, "doubted")),
        (2, ODD | {"follow_ups": 2}, (["figures_unlikely"], "doubted")),
        (3, EVEN, ([], None)),
    ):
        before = await marks(house, stop)
        asked = await correct(house, stop, LEADER, figures)
        assert asked.status_code == 200, asked.text
        assert await marks(house, stop) == before
        path = f"/stops/{stop['id']}/correction/accept"
        await desk.ask(house, "POST", path, {"number": number})
        assert await marks(house, stop) == expected
        assert len(await tasks(house)) == (expected[1] == "doubted")
        if number == 1:  # what was accepted of the figures before counts no more for the next
            assert (await accept(house, stop, CORPS)).status_code == 200


async def test_figures_that_changed_meanwhile_are_not_accepted_unseen(
    house: House, stop: dict[str, Any]
) -> None:
    await report(house, stop, LEADER, ODD | {"served": 401})
    refused = await accept(house, stop, CORPS)
    assert (refused.status_code, refused.json()["code"]) == (409, "figures_changed")
    assert await marks(house, stop) == (["figures_unlikely"], "doubted")


async def test_another_team_with_the_same_figures_leaves_the_mark(
    house: House, stop: dict[str, Any]
) -> None:
    await report(house, stop, LEADER, ODD)
    moved = await correct(
        house, stop, CORPS, ODD, team_code="agriculture", reason_code="another_team_came"
    )
    assert moved.status_code == 200, moved.text
    assert await marks(house, stop) == (CODES, "doubted")
    (task,) = await tasks(house)
    assert task["facts"]["team"] == TEAMS["agriculture"][0]


async def test_a_queue_that_can_hardly_be_is_marked(house: House, stop: dict[str, Any]) -> None:
    queue = {"longest": 3000, "mean_wait_minutes": 45, "turned_away": 0}
    answer = await report(house, stop, LEADER, EVEN | {"queue": queue})
    assert answer.status_code == 200, answer.text
    assert await marks(house, stop) == (["queue_unlikely"], "doubted")


@pytest.mark.parametrize(
    ("figures", "codes"),
    [
        ({}, []),
        ({"served": 288}, []),
        ({"served": 289}, ["figures_unlikely"]),
        ({"follow_ups": 41}, ["more_follow_ups_than_served"]),
        ({"leaflets": 2_881}, ["leaflets_unlikely"]),
        ({"ticketed": 41}, ["fewer_than_tickets"]),
        ({"longest_queue": 201}, ["queue_unlikely"]),
        ({"longest_queue": 201, "arrived": 300}, []),
    ],
)
def test_what_is_odd(figures: dict[str, int], codes: list[str]) -> None:
    """Three volunteers, five minutes each: 144 in half a day, and twice that at the utmost."""
    booth = Assignment(
        id="a",
        order_id="o",
        line_id="l",
        item_code="health-clinic",
        item_name="医疗义诊",
        item_name_en="clinic",
        team_code="health",
        volunteers=3,
    )
    for name, figure in (EVEN | figures).items():
        setattr(booth, name, figure)
    assert [doubt.code for doubt in doubts_about(booth, minutes_each=5)] == codes
