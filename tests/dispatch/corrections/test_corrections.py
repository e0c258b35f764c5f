"""A report was wrong: the corps corrects it, its team asks for that; what was and what is are both kept, and all that
counts follows."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.stops.tables import booking, last_served
from shared.contracts.catalog import TeamMerged, TownshipRecoded
from shared.contracts.dispatch import (
    BoothCorrected,
    BoothCorrectionProposed,
    BoothCorrectionRefused,
    QueueMeasured,
    StopCancelled,
    StopCompleted,
    TeamReleased,
)
from shared.contracts.requests import OrderCancelled, OrderCorrected
from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, TAOSHAN, TEAMS, accept_order, house_with
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer

COORDINATOR = bearer(Role.COORDINATOR)
LEADERS = {code: bearer(Role.LEADER, team_code=code) for code in TEAMS}
OFFICERS = {code: bearer(Role.OFFICER, township_code=code) for code in (GAOLOU, HULING)}
QUEUE = {"longest": 20, "mean_wait_minutes": 15, "turned_away": 5}
FIGURES = {"served": 40, "leaflets": 80, "follow_ups": 1}


@pytest.fixture
def clock() -> PlayedClock:
    """The morning of the first stop, in China."""
    return PlayedClock(datetime(2014, 6, 27, 0, tzinfo=UTC))


@pytest.fixture
async def house(store_url: str, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(store_url, ListPlanner(), clock) as house:
        yield house


async def begun(house: House) -> dict[str, Any]:
    """A stop of three booths that is under way."""
    return await desk.begun_stop(house, GAOLOU)


@pytest.fixture
async def stop(house: House) -> dict[str, Any]:
    """The same, over; somebody looked at the queue of the clinic."""
    found = await begun(house)
    booths = [
        {"assignment_id": booth["id"], **FIGURES}
        | ({"queue": QUEUE} if booth["item_code"] == "health-clinic" else {})
        for booth in found["assignments"]
    ]
    await desk.ask(house, "POST", f"/stops/{found['id']}/reports", {"booths": booths})
    return found


def booth_of(stop: dict[str, Any], item: str = "health-clinic") -> str:
    return str(next(each["id"] for each in stop["assignments"] if each["item_code"] == item))


async def correct(
    house: House,
    stop: dict[str, Any],
    who: dict[str, str] = COORDINATOR,
    *,
    confirm: tuple[str, ...] = (),
    match: str | None = None,
    **changes: Any,
) -> httpx.Response:
    body = {"assignment_id": booth_of(stop), "reason_code": "miscounted", **FIGURES} | changes
    headers = who | ({"If-Match": match} if match else {})
    path = f"/api/dispatch/stops/{stop['id']}/correction"
    return await house.client.post(path, json=body, headers=headers, params={"confirm": confirm})


async def decide(
    house: House, stop: dict[str, Any], what: str, number: int, who: dict[str, str], **more: Any
) -> httpx.Response:
    path = f"/api/dispatch/stops/{stop['id']}/correction/{what}"
    return await house.client.post(path, json={"number": number} | more, headers=who)


async def corrections(
    house: House, stop: dict[str, Any], who: dict[str, str] = COORDINATOR
) -> list[dict[str, Any]]:
    path = f"/api/dispatch/stops/{stop['id']}/corrections"
    answer = await house.client.get(path, headers=who)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def last_days(house: House) -> dict[tuple[str, str], date]:
    async with house.uow("dispatch").reading() as session:
        rows = await session.execute(last_served.select())
    return {(row.township_code, row.item_code): row.on for row in rows}


async def booked_teams(house: House, stop: dict[str, Any]) -> set[str]:
    async with house.uow("dispatch").reading() as session:
        rows = await session.execute(booking.select().where(booking.c.stop_id == stop["id"]))
    return {row.team_code for row in rows}


async def test_the_corps_corrects_figures_and_what_was_stays_beside_it(
    house: House, stop: dict[str, Any]
) -> None:
    answer = await correct(house, stop, served=38, leaflets=90, reason="计数器多按了两次")
    booth = next(each for each in answer.json()["assignments"] if each["id"] == booth_of(stop))
    assert (booth["served"], booth["leaflets"], booth["follow_ups"]) == (38, 90, 1)
    assert booth["arrived"] == 43, "five were turned away, as before"
    (told,) = await desk.of_type(house, BoothCorrected)
    assert (told.correction, told.served, told.was_served) == (1, 38, 40)
    assert (told.team_code, told.was_team_code) == ("health", "health")
    assert "计数器" not in told.model_dump_json(), "what people write stays here"
    measured = await desk.of_type(house, QueueMeasured)
    assert [(each.arrived, each.served) for each in measured] == [(45, 40), (43, 38)]

    # A correction of the correction; both stay.
    assert (await correct(house, stop, served=39, leaflets=90)).status_code == 200
    second, first = await corrections(house, stop)
    assert [(each["before"]["served"], each["after"]["served"]) for each in (first, second)] == [
        (40, 38),
        (38, 39),
    ]
    assert (first["state"], first["by"], first["reason"]) == (
        "applied",
        "coordinator",
        "计数器多按了两次",
    )
    officer = (await corrections(house, stop, OFFICERS[GAOLOU]))[-1]
    assert (officer["after"]["served"], officer["reason"]) == (38, None), "words are for the team"


async def test_the_same_twice_is_refused_and_of_two_at_once_one_is(
    house: House, stop: dict[str, Any]
) -> None:
    read = await house.client.get(f"/api/dispatch/stops/{stop['id']}")
    tag = read.headers["etag"]
    answers = await asyncio.gather(
        *(correct(house, stop, match=tag, served=served) for served in (36, 37))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    stands = (await corrections(house, stop))[0]["after"]["served"]
    again = await correct(house, stop, served=stands)
    assert (again.status_code, again.json()["code"]) == (422, "nothing_corrected")
    assert len(await desk.of_type(house, BoothCorrected)) == 1


async def test_a_leader_asks_and_the_corps_decides(
    house: House, stop: dict[str, Any], clock: PlayedClock
) -> None:
    leader = LEADERS["health"]
    asked = await correct(house, stop, leader, served=38)
    assert asked.status_code == 200, asked.text
    assert [each["served"] for each in asked.json()["assignments"]] == [40, 40, 40]
    (told,) = await desk.of_type(house, BoothCorrectionProposed)
    assert (told.correction, told.team_code) == (1, "health")
    for who in (leader, COORDINATOR):
        other = await correct(house, stop, who, served=37)
        assert (other.status_code, other.json()["code"]) == (409, "correction_waits")
    tasks = await desk.ask(house, "GET", "/tasks")
    assert tasks["counts"]["correction_to_decide"] == 1

    assert (await decide(house, stop, "accept", 1, leader)).status_code == 403
    refused = await decide(house, stop, "refuse", 1, COORDINATOR, reason_code="no_evidence")
    assert refused.status_code == 200
    assert [each.reason_code for each in await desk.of_type(house, BoothCorrectionRefused)] == [
        "no_evidence"
    ]
    again = await decide(house, stop, "accept", 1, COORDINATOR)
    assert (again.status_code, again.json()["code"]) == (409, "correction_decided")

    await correct(house, stop, leader, served=38)
    assert (await decide(house, stop, "withdraw", 2, leader)).status_code == 200
    # On the last day it is taken, on the next one no more.
    clock.now = datetime(2014, 7, 11, 2, tzinfo=UTC)
    assert (await correct(house, stop, leader, served=38)).status_code == 200
    answer = await decide(house, stop, "accept", 3, COORDINATOR)
    assert answer.json()["assignments"] != [], answer.text
    assert [each["state"] for each in await corrections(house, stop)] == [
        "applied",
        "withdrawn",
        "refused",
    ]
    assert "correction_to_decide" not in (await desk.ask(house, "GET", "/tasks"))["counts"]
    clock.now = datetime(2014, 7, 14, 2, tzinfo=UTC)
    late = await correct(house, stop, leader, served=36)
    assert (late.status_code, late.json()["code"]) == (409, "correction_too_late")
    assert "2014年7月11日" in late.json()["detail"]
    assert (await correct(house, stop, served=36)).status_code == 200, "the corps may"


async def test_a_leader_corrects_figures_of_the_own_booths_only(
    house: House, stop: dict[str, Any]
) -> None:
    foreign = booth_of(stop, "farm-policy")
    refused = await correct(house, stop, LEADERS["health"], assignment_id=foreign, served=1)
    assert (refused.status_code, refused.json()["code"]) == (404, "assignment.not_found")
    refused = await correct(house, stop, LEADERS["health"], team_code="agriculture")
    assert (refused.status_code, refused.json()["field"]) == (403, "team_code")
    unknown = await correct(house, stop, assignment_id="nobody", served=1)
    assert unknown.status_code == 404
    missing = await decide(house, stop, "accept", 7, COORDINATOR)
    assert (missing.status_code, missing.json()["code"]) == (404, "correction.not_found")


async def test_what_was_not_reported_is_not_corrected(house: House) -> None:
    stop = await begun(house)
    refused = await correct(house, stop, served=1)
    assert (refused.status_code, refused.json()["state"]) == (409, "accepted")


async def test_doubtful_figures_are_asked_about(house: House, stop: dict[str, Any]) -> None:
    refused = await correct(house, stop, served=100_000)
    assert (refused.status_code, refused.json()["code"]) == (422, "figures_impossible")
    asked = await correct(house, stop, served=1_000)
    assert asked.status_code == 409, asked.text
    assert [(each["code"], each["field"]) for each in asked.json()["errors"]] == [
        ("figures_unlikely", "served")
    ]
    assert await corrections(house, stop) == []
    sure = await correct(house, stop, served=1_000, confirm=("figures_unlikely",))
    assert sure.status_code == 200


async def test_another_team_was_there(house: House, stop: dict[str, Any]) -> None:
    asked = await correct(house, stop, team_code="agriculture", reason_code="another_team_came")
    assert [each["code"] for each in asked.json()["errors"]] == ["team_does_not_offer"]
    done = await correct(
        house,
        stop,
        team_code="agriculture",
        reason_code="another_team_came",
        confirm=("team_does_not_offer",),
    )
    assert done.status_code == 200, done.text
    (told,) = await desk.of_type(house, BoothCorrected)
    assert (told.team_code, told.was_team_code, told.served) == ("agriculture", "health", 40)
    assert (await desk.of_type(house, QueueMeasured))[-1].team_code == "agriculture"
    assert "health" not in await booked_teams(house, stop)
    (one,) = await corrections(house, stop, LEADERS["agriculture"])
    assert (one["before"]["team_name"], one["after"]["team_name"]) == (
        TEAMS["health"][0],
        TEAMS["agriculture"][0],
    )
    # The team that was not there has nothing to do with the stop any more.
    gone = await house.client.get(
        f"/api/dispatch/stops/{stop['id']}/corrections", headers=LEADERS["health"]
    )
    assert gone.status_code == 404
    nobody = await correct(house, stop, team_code="nobody")
    assert (nobody.status_code, nobody.json()["code"]) == (422, "unknown_team")


async def test_a_team_that_was_merged_stands_for_the_one_that_it_is_now(
    house: House, stop: dict[str, Any]
) -> None:
    law = booth_of(stop, "legal-advice")
    mine = next(each["team_code"] for each in stop["assignments"] if each["id"] == law)
    other = "lawyers" if mine == "justice" else "justice"
    asked = await correct(house, stop, LEADERS[mine], assignment_id=law, served=30)
    assert asked.status_code == 200, asked.text
    merged = TeamMerged(code=mine, name="律师队", name_en="Lawyers", into_code=other)
    await house.hear(f"team:{other}", merged)
    assert (await decide(house, stop, "accept", 1, COORDINATOR)).status_code == 200
    (told,) = await desk.of_type(house, BoothCorrected)
    assert (told.team_code, told.was_team_code) == (other, other)
    same = await correct(house, stop, assignment_id=law, served=30, team_code=mine)
    assert (same.status_code, same.json()["code"]) == (422, "nothing_corrected")


def order_corrected(code: str, was: str = GAOLOU, number: int = 1) -> OrderCorrected:
    return OrderCorrected(
        order_id="order-0",
        township_code=code,
        was_township_code=was,
        correction=number,
        team_codes=("health",),
        reason_code="wrong_township",
    )


async def test_an_order_of_another_township_takes_its_stop_and_coverage_along(
    house: House, stop: dict[str, Any]
) -> None:
    assert {code for code, _ in await last_days(house)} == {GAOLOU}
    for _ in range(2):  # said twice, it counts once
        await house.hear("order:order-0", order_corrected(HULING))
    assert await last_days(house) == {
        (HULING, item): date(2014, 6, 27)
        for item in ("health-clinic", "legal-advice", "farm-policy")
    }
    seen = await house.client.get(f"/api/dispatch/stops/{stop['id']}", headers=OFFICERS[HULING])
    assert (seen.status_code, seen.json()["township_code"]) == (200, HULING)
    gone = await house.client.get(f"/api/dispatch/stops/{stop['id']}", headers=OFFICERS[GAOLOU])
    assert gone.status_code == 404
    assert {line["township_code"] for line in await desk.demand_of(house)} == {HULING}
    # What dispatch says of the booths afterwards names the right township.
    await correct(house, stop, served=38)
    assert (await desk.of_type(house, BoothCorrected))[-1].township_code == HULING
    # Back again, as a correction of the correction.
    await house.hear("order:order-0", order_corrected(GAOLOU, HULING, 2))
    assert {code for code, _ in await last_days(house)} == {GAOLOU}


async def test_a_stop_of_two_orders_keeps_its_township_and_each_booth_has_its_own(
    house: House,
) -> None:
    await accept_order(house, "order-1", GAOLOU, ["legal-advice"])
    plan = await desk.published_plan(house, GAOLOU)
    stops = [
        stop
        for stop in plan["stops"]
        if {"order-0", "order-1"} <= {a["order_id"] for a in stop["assignments"]}
    ]
    if not stops:
        pytest.fail("the plan has both orders at one stop")
    (stop,) = stops
    for booth in stop["assignments"]:
        await desk.accept(house, booth)
    path = f"/stops/{stop['id']}"
    await desk.ask(house, "POST", f"{path}/start", {"off_day_reason": "补录"})
    booths = [{"assignment_id": booth["id"], **FIGURES} for booth in stop["assignments"]]
    await desk.ask(house, "POST", f"{path}/reports", {"booths": booths, "off_day_reason": "补录"})
    await house.hear("order:order-0", order_corrected(TAOSHAN))
    seen = await desk.ask(house, "GET", path)
    assert seen["township_code"] == GAOLOU
    assert {each["order_id"]: each["township_code"] for each in seen["assignments"]} == {
        "order-0": TAOSHAN,
        "order-1": None,
    }
    days = await last_days(house)
    assert (GAOLOU, "legal-advice") in days, "the other order was for it"
    assert (TAOSHAN, "health-clinic") in days
    assert (GAOLOU, "health-clinic") not in days
    # The township gets another code: the booth and what it had last follow.
    recoded = TownshipRecoded(
        code=TAOSHAN, new_code="330381999000", valid_from=date(2014, 7, 1), joins=False
    )
    await house.hear(f"township:{TAOSHAN}", recoded)
    seen = await desk.ask(house, "GET", path)
    assert "330381999000" in {each["township_code"] for each in seen["assignments"]}
    assert ("330381999000", "health-clinic") in await last_days(house)


async def test_a_township_that_became_part_of_another_stands_for_that_one(
    house: House, stop: dict[str, Any]
) -> None:
    joined = TownshipRecoded(code=HULING, new_code=TAOSHAN, valid_from=date(2014, 7, 1), joins=True)
    await house.hear(f"township:{HULING}", joined)
    await house.hear("order:order-0", order_corrected(HULING))
    assert {code for code, _ in await last_days(house)} == {TAOSHAN}


async def test_an_order_that_was_withdrawn_as_its_stop_began_gives_its_booths_up(
    house: House,
) -> None:
    stop = await begun(house)
    first, *rest = stop["assignments"]
    path = f"/stops/{stop['id']}/reports"
    await desk.ask(house, "POST", path, {"booths": [{"assignment_id": first["id"], **FIGURES}]})
    withdrawn = OrderCancelled(order_id="order-0", township_code=GAOLOU, reason_code="weather")
    for _ in range(2):
        await house.hear("order:order-0", withdrawn)
    seen = await desk.ask(house, "GET", f"/stops/{stop['id']}")
    assert seen["state"] == "completed", "one booth was held"
    assert {each["id"]: each["state"] for each in seen["assignments"]} == {
        first["id"]: "done",
        **{each["id"]: "released" for each in rest},
    }
    assert len(await desk.of_type(house, TeamReleased)) == 2
    (over,) = await desk.of_type(house, StopCompleted)
    assert (over.booths, over.served) == (1, 40)


async def test_a_stop_that_nobody_wants_any_more_is_called_off(house: House) -> None:
    stop = await begun(house)
    withdrawn = OrderCancelled(order_id="order-0", township_code=GAOLOU, reason_code="weather")
    await house.hear("order:order-0", withdrawn)
    seen = await desk.ask(house, "GET", f"/stops/{stop['id']}")
    assert (seen["state"], len(await desk.of_type(house, StopCancelled))) == ("cancelled", 1)
