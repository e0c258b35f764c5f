"""Demand is what an amended order says now; what was booked follows by the plan that is published next."""

from datetime import date
from typing import Any

import pytest

from services.dispatch.plans.use_cases.runs import GATHER
from shared.contracts.dispatch import OrderReplanned, StopCancelled, TeamAssigned, TeamReleased
from shared.contracts.requests import OrderAmended, OrderCancelled, OrderLine
from tests.dispatch import desk
from tests.dispatch.conftest import CAMPAIGN, GAOLOU, ITEMS
from tests.support.clock import PlayedClock
from tests.support.house import House

CLINIC = "order-0-health-clinic"
OWN = [f"order-0-{code}" for code in ITEMS]


async def published(house: House) -> Any:
    await desk.start_run(house)
    return await desk.publish(house, await desk.next_candidate(house))


async def amended(
    house: House,
    number: int = 1,
    *,
    items: tuple[str, ...] = tuple(ITEMS),
    order_id: str = "order-0",
    volunteers: int = 3,
    place: str = "西村桥头路口",
    ruled_out_on: tuple[date, ...] = (),
    wished_on: tuple[date, ...] = (),
    people: int = 80,
) -> None:
    lines = tuple(
        OrderLine(
            line_id=f"{order_id}-{code}",
            item_code=code,
            item_name=ITEMS.get(code, code),
            item_name_en=code,
            expected_attendance=people,
            volunteers_needed=volunteers if code == "health-clinic" else 3,
        )
        for code in items
    )
    await house.hear(
        f"order:{order_id}",
        OrderAmended(
            order_id=order_id,
            township_code=GAOLOU,
            campaign_id=CAMPAIGN,
            amendment=number,
            was_proposed=True,
            place=place,
            point=None,
            lines=lines,
            wished_on=wished_on,
            ruled_out_on=ruled_out_on,
            priority=3,
        ),
    )


async def booths(house: House, plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        booth["line_id"]: booth | {"on": stop["on"], "place": stop["place"]}
        for stop in await desk.stops_of(house, plan["plan_id"])
        for booth in stop["assignments"]
        if booth["state"] in ("offered", "accepted")
    }


async def demand(house: House) -> dict[str, dict[str, Any]]:
    listed = await desk.ask(house, "GET", "/demand", limit=500)
    return {line["line_id"]: line for line in listed["items"]}


async def replanned(house: House) -> list[tuple[str, int]]:
    events = await house.published("dispatch")
    return [
        (event.order_id, event.amendment) for event in events if isinstance(event, OrderReplanned)
    ]


async def test_another_day_and_more_volunteers_are_planned_anew_though_the_team_had_accepted(
    idle: House, clock: PlayedClock
) -> None:
    plan = await published(idle)
    before = await booths(idle, plan)
    await desk.accept(idle, before[CLINIC])
    was_on = date.fromisoformat(before[CLINIC]["on"])
    await amended(idle, ruled_out_on=(was_on,), volunteers=5, people=200)
    assert (await booths(idle, plan))[CLINIC]["on"] == was_on.isoformat(), "until it is published"
    assert (await demand(idle))[CLINIC]["volunteers"] == 5
    assert await replanned(idle) == []
    clock.move(seconds=GATHER.total_seconds())
    candidate = await desk.next_candidate(idle)
    changed = {each["line_id"] for each in (await desk.diff_of(idle, candidate))["changes"]}
    assert changed == set(OWN)
    assert await replanned(idle) == []
    await desk.publish(idle, candidate)
    after = await booths(idle, plan)
    assert {after[line]["on"] for line in OWN} & {was_on.isoformat()} == set()
    assert after[CLINIC]["volunteers"] == 5
    assert await replanned(idle) == [("order-0", 1)]


async def test_a_line_that_is_taken_out_and_one_that_is_elsewhere_release_their_teams(
    idle: House, clock: PlayedClock
) -> None:
    plan = await published(idle)
    await amended(idle, items=("health-clinic", "legal-advice"), place="大京村祠堂")
    events = [each for each in await idle.published("dispatch") if isinstance(each, TeamReleased)]
    assert {each.line_id for each in events} == set(OWN)
    assert {each.reason_code for each in events} == {"order_amended"}
    states = {line: (await demand(idle))[line]["state"] for line in OWN}
    assert states == {
        CLINIC: "open",
        "order-0-legal-advice": "open",
        "order-0-farm-policy": "cancelled",
    }
    clock.move(seconds=GATHER.total_seconds())
    await desk.publish(idle, await desk.next_candidate(idle))
    after = await booths(idle, plan)
    assert {after[line]["place"] for line in OWN[:2]} == {"大京村祠堂"}
    assert OWN[2] not in after
    assert await replanned(idle) == [("order-0", 1)]


async def test_what_a_plan_does_not_go_by_is_taken_over_at_once(idle: House) -> None:
    plan = await published(idle)
    before = await booths(idle, plan)
    await amended(idle, people=95)
    assert await booths(idle, plan) == {
        line: booth | ({"expected_attendance": 95} if line in OWN else {})
        for line, booth in before.items()
    }
    assert await replanned(idle) == [("order-0", 1)]


async def test_a_plan_that_is_good_as_it_is_ends_the_wait(idle: House, clock: PlayedClock) -> None:
    plan = await published(idle)
    on = date.fromisoformat((await booths(idle, plan))[CLINIC]["on"])
    await amended(idle, wished_on=(on,))
    assert await replanned(idle) == []
    clock.move(seconds=GATHER.total_seconds())
    run = await desk.finish_next(idle)
    assert (run.candidate_id, await replanned(idle)) == (None, [("order-0", 1)])


async def test_a_candidate_from_before_is_outdated_and_a_second_amendment_waits_on(
    idle: House, clock: PlayedClock
) -> None:
    plan = await published(idle)
    await amended(idle, volunteers=4)
    clock.move(seconds=GATHER.total_seconds())
    first = await desk.next_candidate(idle)
    await amended(idle, 2, volunteers=5)
    refused = await desk.publish(idle, first, status=409)
    assert refused["code"] == "candidate_outdated"
    clock.move(seconds=GATHER.total_seconds())
    await desk.publish(idle, await desk.next_candidate(idle))
    assert (await booths(idle, plan))[CLINIC]["volunteers"] == 5
    assert await replanned(idle) == [("order-0", 2)]


async def test_twice_unknown_and_cancelled_orders_change_nothing(
    idle: House, clock: PlayedClock
) -> None:
    await published(idle)
    await amended(idle, order_id="order-of-nobody")
    assert await replanned(idle) == []
    await idle.hear(
        "order:order-0",
        OrderCancelled(order_id="order-0", township_code=GAOLOU, reason_code="weather"),
    )
    await amended(idle, volunteers=5)
    states = {line["state"] for line in (await demand(idle)).values() if line["line_id"] in OWN}
    assert states == {"cancelled"}


async def test_a_stop_that_has_begun_stays_and_its_end_ends_the_wait(
    idle: House, clock: PlayedClock
) -> None:
    plan = await published(idle)
    (stop,) = [
        each
        for each in await desk.stops_of(idle, plan["plan_id"])
        if each["township_code"] == GAOLOU
    ]
    await amended(idle, volunteers=4)
    for booth in stop["assignments"]:
        await desk.accept(idle, booth)
    days = (date.fromisoformat(stop["on"]) - date(2014, 6, 1)).days
    clock.move(days=days)
    await desk.ask(idle, "POST", f"/stops/{stop['id']}/start")
    await amended(idle, 2, place="大京村祠堂", items=("health-clinic",))
    assert {line["state"] for line in (await demand(idle)).values() if line["line_id"] in OWN} == {
        "planned"
    }
    report = [
        {"assignment_id": booth["id"], "served": 20, "leaflets": 0, "follow_ups": 0}
        for booth in stop["assignments"]
    ]
    await desk.ask(idle, "POST", f"/stops/{stop['id']}/reports", {"booths": report})
    assert [order for order, _ in await replanned(idle)] == ["order-0"]


@pytest.mark.parametrize("accepts", [False, True])
async def test_a_cancelled_order_releases_its_teams_whatever_they_said(
    idle: House, accepts: bool
) -> None:
    plan = await published(idle)
    (stop,) = [
        each
        for each in await desk.stops_of(idle, plan["plan_id"])
        if each["township_code"] == GAOLOU
    ]
    if accepts:
        for booth in stop["assignments"]:
            await desk.accept(idle, booth)
    cancelled = OrderCancelled(order_id="order-0", township_code=GAOLOU, reason_code="weather")
    await idle.hear("order:order-0", cancelled)
    events = await idle.published("dispatch")
    released = [event for event in events if isinstance(event, TeamReleased)]
    asked = {
        (event.assignment_id, event.team_code)
        for event in events
        if isinstance(event, TeamAssigned) and event.order_id == "order-0"
    }
    assert {(event.assignment_id, event.team_code) for event in released} == asked
    assert {event.reason_code for event in released} == {"order_cancelled"}
    assert [event.stop_id for event in events if isinstance(event, StopCancelled)] == [stop["id"]]
    async with idle.uow("dispatch").database.reading() as session:
        from services.dispatch.stops.tables import booking

        left = (await session.execute(booking.select())).all()
    assert stop["id"] not in {row.stop_id for row in left}
