"""Who acts at a stop, on which day, and with which figures."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.stops.domain.reporting import is_certain, report_until, reportable_from
from services.dispatch.stops.use_cases.acting import see_to_reports
from shared.contracts.dispatch import (
    BoothReported,
    QueueMeasured,
    ReportOverdue,
    ReportReminded,
    StopCompleted,
    StopStarted,
)
from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, TEAMS, house_with
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer

COORDINATOR = bearer(Role.COORDINATOR)
LEADERS = {code: bearer(Role.LEADER, team_code=code) for code in TEAMS}


@pytest.fixture
def clock() -> PlayedClock:
    """The morning of the first stop, in China."""
    return PlayedClock(datetime(2014, 6, 27, 0, tzinfo=UTC))


@pytest.fixture
async def house(tmp_path: Path, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(f"sqlite:///{tmp_path}/dispatch.db", ListPlanner(), clock) as house:
        yield house


@pytest.fixture
async def stop(house: House) -> dict[str, Any]:
    """Of three booths, on the clock's day, all of them taken."""
    plan = await desk.published_plan(house, GAOLOU)
    found: dict[str, Any] = plan["stops"][0]
    assert found["on"] == "2014-06-27"
    for booth in found["assignments"]:
        await desk.accept(house, booth)
    return found


async def start(
    house: House, stop: dict[str, Any], who: dict[str, str], **body: Any
) -> httpx.Response:
    return await house.client.post(
        f"/api/dispatch/stops/{stop['id']}/start", json=body, headers=who
    )


async def report(
    house: House,
    stop: dict[str, Any],
    who: dict[str, str],
    *booths: dict[str, Any],
    confirm: tuple[str, ...] = (),
    **more: Any,
) -> httpx.Response:
    path = f"/api/dispatch/stops/{stop['id']}/reports"
    return await house.client.post(
        path, json={"booths": booths} | more, headers=who, params={"confirm": confirm}
    )


def booth(stop: dict[str, Any], team: str, **figures: int) -> dict[str, Any]:
    mine = next(
        a
        for a in stop["assignments"]
        if a["team_code"] == team and a["state"] in ("offered", "accepted")
    )
    return {"assignment_id": mine["id"], "served": 40, "leaflets": 80, "follow_ups": 1} | figures


def of_law(stop: dict[str, Any]) -> str:
    return str(
        next(a["team_code"] for a in stop["assignments"] if a["item_code"] == "legal-advice")
    )


async def test_leaders_run_their_stop_and_it_is_over_with_the_last_report(
    house: House, stop: dict[str, Any]
) -> None:
    assert (await start(house, stop, LEADERS["health"])).json()["state"] == "under_way"
    law = of_law(stop)
    for team in ("health", "agriculture"):
        answer = await report(house, stop, LEADERS[team], booth(stop, team))
        assert (answer.status_code, answer.json()["state"]) == (200, "under_way")
    assert await desk.of_type(house, StopCompleted) == []
    assert (await report(house, stop, LEADERS[law], booth(stop, law))).json()[
        "state"
    ] == "completed"
    assert len(await desk.of_type(house, BoothReported)) == 3
    (total,) = await desk.of_type(house, StopCompleted)
    assert (total.booths, total.served, total.leaflets, total.follow_ups) == (3, 120, 240, 3)


async def test_a_team_that_declined_may_see_the_stop_and_not_act_there(
    house: House, stop: dict[str, Any]
) -> None:
    law = of_law(stop)
    mine = next(a for a in stop["assignments"] if a["team_code"] == law)
    await desk.decline(house, mine, "busy")
    seen = await house.client.get(f"/api/dispatch/stops/{stop['id']}", headers=LEADERS[law])
    assert seen.status_code == 200
    refused = await start(house, stop, LEADERS[law])
    assert (refused.status_code, refused.json()["code"]) == (409, "not_expected")
    await start(house, stop, LEADERS["health"])
    refused = await report(house, stop, LEADERS[law], {"assignment_id": mine["id"], "served": 9})
    assert (refused.status_code, refused.json()["code"]) == (422, "booth_not_expected")


async def test_a_team_that_was_asked_and_has_not_answered_does_not_start_a_stop(
    house: House, clock: PlayedClock
) -> None:
    plan = await desk.published_plan(house, GAOLOU)
    asked = plan["stops"][0]
    await desk.accept(house, desk.assignment_of(asked, "health-clinic"))
    assert (await start(house, asked, LEADERS["agriculture"])).json()["code"] == "not_expected"
    assert (await start(house, asked, LEADERS["health"])).status_code == 200


async def test_a_leader_reports_the_booths_of_the_own_team_only(
    house: House, stop: dict[str, Any]
) -> None:
    await start(house, stop, LEADERS["health"])
    refused = await report(
        house, stop, LEADERS["health"], booth(stop, "health"), booth(stop, "agriculture")
    )
    assert (refused.status_code, refused.json()["code"]) == (404, "assignment.not_found")
    assert await desk.of_type(house, BoothReported) == []


@pytest.mark.parametrize("day", [26, 28])
async def test_it_is_done_on_the_stops_day(
    house: House, stop: dict[str, Any], clock: PlayedClock, day: int
) -> None:
    clock.now = datetime(2014, 6, day, 2, tzinfo=UTC)
    refused = await start(house, stop, LEADERS["health"], off_day_reason="补录")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_its_day")
    assert "2014年6月27日" in refused.json()["detail"]
    asked = await start(house, stop, COORDINATOR)
    assert (asked.status_code, asked.json()["code"]) == (422, "off_day_reason_needed")
    done = await start(house, stop, COORDINATOR, off_day_reason="队长当天没有信号，事后补录")
    assert (done.json()["state"], done.json()["off_day_reason"]) == (
        "under_way",
        "队长当天没有信号，事后补录",
    )
    mine = await report(house, stop, LEADERS["health"], booth(stop, "health"))
    if day < 27:
        assert (mine.status_code, mine.json()["code"]) == (409, "not_its_day")
    else:  # the figures may be known only later
        assert mine.status_code == 200
    assert len(await desk.of_type(house, StopStarted)) == 1


async def test_after_the_day_nobody_takes_or_declines_a_booth(
    house: House, clock: PlayedClock
) -> None:
    plan = await desk.published_plan(house, GAOLOU)
    mine = desk.assignment_of(plan["stops"][0], "health-clinic")
    clock.now = datetime(2014, 6, 28, 2, tzinfo=UTC)
    for step, body in (("accept", None), ("decline", {"reason_code": "busy"})):
        path = f"/api/dispatch/assignments/{mine['id']}/{step}"
        refused = await house.client.post(path, json=body, headers=LEADERS["health"])
        assert (refused.status_code, refused.json()["code"]) == (409, "stop_is_over")
        asked = await house.client.post(path, json=body, headers=COORDINATOR)
        assert [doubt["code"] for doubt in asked.json()["errors"]] == ["stop_is_over"]
        done = await house.client.post(
            path, json=body, headers=COORDINATOR, params={"confirm": "stop_is_over"}
        )
        assert done.status_code == 200


async def test_figures_that_can_hardly_be_are_asked_about(
    house: House, stop: dict[str, Any]
) -> None:
    await start(house, stop, LEADERS["health"])
    # Three volunteers, five minutes each: 144 in half a day, and twice that at the utmost.
    wrong = booth(stop, "health", served=400, leaflets=400, follow_ups=2)
    asked = await report(house, stop, LEADERS["health"], wrong)
    assert (asked.status_code, asked.json()["code"]) == (409, "confirmation_needed")
    assert [(d["code"], d["field"]) for d in asked.json()["errors"]] == [
        ("figures_unlikely", "booths[0].served")
    ]
    assert (
        await report(house, stop, LEADERS["health"], booth(stop, "health", served=288))
    ).status_code == 200


async def test_figures_that_can_never_be_are_refused_whatever_is_confirmed(
    house: House, stop: dict[str, Any]
) -> None:
    await start(house, stop, LEADERS["health"])
    wrong = booth(stop, "health", served=100_000, leaflets=100_000)
    refused = await report(house, stop, LEADERS["health"], wrong, confirm=("figures_unlikely",))
    assert (refused.status_code, refused.json()["code"]) == (422, "figures_impossible")
    assert refused.json()["field"] == "booths[0].served"
    assert "100" in refused.json()["detail"]
    assert await desk.of_type(house, BoothReported) == []


LAST_DAY = 11
"""The tenth working day after Friday, 27 June 2014."""


async def test_a_team_reports_within_ten_working_days(
    house: House, stop: dict[str, Any], clock: PlayedClock
) -> None:
    await start(house, stop, LEADERS["health"])
    clock.now = datetime(2014, 7, LAST_DAY, 2, tzinfo=UTC)
    shown = await house.client.get(f"/api/dispatch/stops/{stop['id']}", headers=COORDINATOR)
    term = [shown.json()[name] for name in ("report_until", "is_report_late", "is_term_certain")]
    assert term == ["2014-07-11", False, True]
    done = await report(house, stop, LEADERS["health"], booth(stop, "health"))
    assert done.status_code == 200, done.text
    clock.now = datetime(2014, 7, LAST_DAY + 1, 2, tzinfo=UTC)
    late = await report(house, stop, LEADERS["agriculture"], booth(stop, "agriculture"))
    assert (late.status_code, late.json()["code"]) == (409, "report_too_late")
    asked = await report(house, stop, COORDINATOR, booth(stop, "agriculture"))
    assert asked.json()["code"] == "off_day_reason_needed"
    done = await report(
        house, stop, COORDINATOR, booth(stop, "agriculture"), off_day_reason="队长出差"
    )
    assert done.status_code == 200


async def test_who_has_not_reported_is_reminded_and_then_the_corps_is_told_once(
    house: House, stop: dict[str, Any], clock: PlayedClock
) -> None:
    uow = house.uow("dispatch")
    await start(house, stop, LEADERS["health"])
    await report(house, stop, LEADERS["health"], booth(stop, "health"))
    for day, reminded, overdue in ((8, 0, 0), (9, 2, 0), (LAST_DAY, 2, 0), (LAST_DAY + 1, 2, 2)):
        clock.now = datetime(2014, 7, day, 2, tzinfo=UTC)
        for _ in range(2):
            await see_to_reports(uow)
        assert len(await desk.of_type(house, ReportReminded)) == reminded
        assert len(await desk.of_type(house, ReportOverdue)) == overdue
    assert "health" not in {each.team_code for each in await desk.of_type(house, ReportOverdue)}


async def test_figures_that_do_not_go_together_are_asked_about(
    house: House, stop: dict[str, Any]
) -> None:
    await start(house, stop, LEADERS["health"])
    odd = booth(stop, "health", served=5, follow_ups=9, leaflets=99_999)
    asked = (await report(house, stop, LEADERS["health"], odd)).json()
    assert [d["code"] for d in asked["errors"]] == [
        "more_follow_ups_than_served",
        "leaflets_unlikely",
    ]
    codes = ("more_follow_ups_than_served", "leaflets_unlikely")
    assert (await report(house, stop, LEADERS["health"], odd, confirm=codes)).status_code == 200


async def test_a_booth_is_reported_once(house: House, stop: dict[str, Any]) -> None:
    await start(house, stop, LEADERS["health"])
    twice = await report(
        house, stop, LEADERS["health"], booth(stop, "health"), booth(stop, "health", served=7)
    )
    assert (twice.json()["code"], twice.json()["field"]) == (
        "booth_reported_twice",
        "booths[1].assignment_id",
    )
    assert (await report(house, stop, LEADERS["health"], booth(stop, "health"))).status_code == 200
    again = await report(house, stop, LEADERS["health"], booth(stop, "health", served=7))
    assert again.json()["code"] == "booth_not_expected"


SEEN = {"longest": 30, "mean_wait_minutes": 45, "turned_away": 12}


async def test_a_queue_that_was_seen_is_published_behind_its_report(
    house: House, stop: dict[str, Any]
) -> None:
    await start(house, stop, LEADERS["health"])
    answer = await report(house, stop, LEADERS["health"], booth(stop, "health") | {"queue": SEEN})
    assert answer.status_code == 200, answer.text
    (done,) = [each for each in answer.json()["assignments"] if each["state"] == "done"]
    figures = {name: done[name] for name in ("arrived", "longest_queue", "mean_wait_minutes")}
    assert figures == {"arrived": 52, "longest_queue": 30, "mean_wait_minutes": 45}
    (event,) = await desk.of_type(house, QueueMeasured)
    assert (event.arrived, event.served, event.longest_queue, event.mean_wait_minutes) == (
        52,
        40,
        30,
        45,
    )
    assert event.assignment_id == done["id"]
    kinds = [
        type(each)
        for each in await house.published("dispatch")
        if isinstance(each, (BoothReported, QueueMeasured))
    ]
    assert kinds == [BoothReported, QueueMeasured]


async def test_where_nobody_looked_at_the_queue_nothing_is_said_of_it(
    house: House, stop: dict[str, Any]
) -> None:
    await start(house, stop, LEADERS["health"])
    answer = await report(house, stop, LEADERS["health"], booth(stop, "health"))
    (done,) = [each for each in answer.json()["assignments"] if each["state"] == "done"]
    assert (done["arrived"], done["longest_queue"], done["mean_wait_minutes"]) == (None,) * 3
    assert await desk.of_type(house, QueueMeasured) == []


@pytest.mark.parametrize(
    ("queue", "status", "said"),
    [
        ({"longest": 30}, 422, "booths[0].queue.mean_wait_minutes"),
        (SEEN | {"mean_wait_minutes": 481}, 422, "booths[0].queue.mean_wait_minutes"),
        (SEEN | {"turned_away": -1}, 422, "booths[0].queue.turned_away"),
        (SEEN | {"longest": 3000}, 409, "booths[0].queue.longest"),
    ],
)
async def test_figures_that_cannot_be_are_refused_and_odd_ones_asked_about(
    house: House,
    stop: dict[str, Any],
    queue: dict[str, int],
    status: int,
    said: str,
) -> None:
    await start(house, stop, LEADERS["health"])
    refused = await report(house, stop, LEADERS["health"], booth(stop, "health") | {"queue": queue})
    assert refused.status_code == status, refused.text
    assert said in [each["field"].removeprefix("body.") for each in refused.json()["errors"]]
    assert await desk.of_type(house, BoothReported) == []


def test_the_term_is_counted_in_working_days_and_says_where_holidays_are_unknown() -> None:
    eve = date(2014, 9, 30)  # the holidays of October are no working days; the 11th is one
    assert report_until(eve) == date(2014, 10, 20)
    assert is_certain(eve)
    assert not is_certain(date(2099, 1, 5))
    for day in (eve + timedelta(days=n) for n in range(40)):
        first = reportable_from(day)
        assert report_until(first) >= day > report_until(first - timedelta(days=1))
