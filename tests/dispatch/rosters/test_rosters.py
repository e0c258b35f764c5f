"""Rosters: who is named, who is refused and why, what the people hear, and how rosters follow their stops."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.rosters.tables import duty
from shared.contracts.catalog import (
    PersonErased,
    QualificationGranted,
    ServiceItemChanged,
    VolunteerChanged,
    VolunteerMerged,
)
from shared.contracts.dispatch import RosterChanged
from shared.contracts.requests import OrderCancelled
from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.conftest import house_with
from tests.dispatch.desk import ask
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House
from tests.support.tokens import bearer

LICENCE = "执业医师证"
LEADER = bearer(Role.LEADER, team_code="health")
V1, V2, V3, V4, V5 = PEOPLE = [f"V-{n:06}" for n in range(1, 6)]


@pytest.fixture
async def house(new_store_url: NewUrl, clock: PlayedClock) -> AsyncIterator[House]:
    """dispatch on either store with a published circuit, and five licensed volunteers of the health team."""
    async with house_with(new_store_url(), ListPlanner(), clock) as found:
        item = ServiceItemChanged(
            code="health-clinic",
            name="医疗义诊",
            name_en="health-clinic",
            category_code="welfare",
            teams=("health",),
            volunteers_needed=3,
            minutes_per_resident=5,
            qualification=LICENCE,
        )
        await found.hear("item:health-clinic", item)
        for no in PEOPLE:
            await enter(found, no)
        yield found


async def enter(
    house: House, no: str, *, until: date | None = date(2014, 12, 31), **more: Any
) -> None:
    person = VolunteerChanged(volunteer_no=no, team_code="health", active=True)
    granted = QualificationGranted(
        volunteer_no=no,
        team_code="health",
        qualification=LICENCE,
        granted_on=date(2012, 1, 1),
        expires_on=until,
    )
    await house.hear(f"volunteer:{no}", person.model_copy(update=more), granted)


async def booths(house: House) -> list[Any]:
    """The clinics of the circuit, in the order of time, each with its stop."""
    plan = await desk.published_plan(house)
    found = [
        (stop, entry)
        for stop in plan["stops"]
        for entry in stop["assignments"]
        if entry["team_code"] == "health"
    ]
    return sorted(found, key=lambda each: (each[0]["on"], each[0]["part"] == "afternoon"))


async def name(house: House, booth: Any, *volunteers: str, status: int = 200, **more: Any) -> Any:
    body = {"volunteers": volunteers} | more
    return await ask(house, "POST", f"/assignments/{booth['id']}/roster", body, status=status)


async def fill(house: House, stop: Any) -> Any:
    return await ask(house, "POST", f"/stops/{stop['id']}/rosters/fill")


async def roster(house: House, booth: Any) -> Any:
    return await ask(house, "GET", f"/assignments/{booth['id']}/roster")


async def told(house: House) -> list[RosterChanged]:
    return [each for each in await house.published("dispatch") if isinstance(each, RosterChanged)]


async def duties(house: House) -> set[tuple[str, date, str]]:
    async with house.uow("dispatch").reading() as session:
        rows = await session.execute(select(duty.c.volunteer_no, duty.c.on, duty.c.part))
        return {(row.volunteer_no, row.on, row.part) for row in rows}


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of stores meanwhile."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM" in statement:
            heard.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


async def test_one_touch_fills_a_booth_with_those_who_have_waited_longest(house: House) -> None:
    (first, clinic), (second, other), *_ = await booths(house)
    assert (await roster(house, clinic))["short"] == 3
    assert (await fill(house, first))["assignment_ids"] == [clinic["id"]]
    shown = await roster(house, clinic)
    assert (shown["volunteers"], shown["short"], shown["revision"]) == ([V1, V2, V3], 0, 1)
    assert (await fill(house, first))["assignment_ids"] == []
    await fill(house, second)
    later = (await roster(house, other))["volunteers"]
    assert later[:2] == [V4, V5]  # who has not served yet
    (one, two) = await told(house)
    assert (one.volunteer_nos, one.was_volunteer_nos, one.revision) == ((V1, V2, V3), (), 1)
    assert two.assignment_id == other["id"]


async def test_every_reason_against_everybody_is_told(house: House) -> None:
    (first, clinic), *_ = await booths(house)
    on = date.fromisoformat(first["on"])
    await enter(house, V1, until=on - timedelta(days=1))
    await enter(house, V2, until=on - timedelta(days=1), active=False)
    days = {"volunteer_no": V3, "first_on": first["on"], "last_on": first["on"]}
    await ask(house, "POST", "/unavailable-days", days, status=201)
    refused = await name(house, clinic, V1, V2, V3, V4, "V-777777", status=422)
    assert refused["code"] == "unfit"
    found = {(each["field"], each["code"]) for each in refused["errors"]}
    assert found == {
        ("volunteers[0]", "unfit.qualification_expired"),
        ("volunteers[1]", "unfit.qualification_expired"),
        ("volunteers[1]", "unfit.left"),
        ("volunteers[2]", "unfit.unavailable"),
        ("volunteers[4]", "unfit.unknown"),
    }
    assert not await told(house)
    shown = await roster(house, clinic)
    may = [each["volunteer_no"] for each in shown["candidates"] if not each["reasons"]]
    assert may == [V4, V5]
    words = {each["volunteer_no"]: each["reasons"] for each in shown["candidates"]}
    assert LICENCE in words[V1][0]["text"]
    assert "过期" in words[V1][0]["text"]


async def test_whoever_may_no_more_is_missing_though_named(
    house: House, clock: PlayedClock
) -> None:
    (first, clinic), *_ = await booths(house)
    clock.move(days=20)
    await name(house, clinic, V1, V2, V3)
    await enter(house, V2, until=date.fromisoformat(first["on"]) - timedelta(days=1))
    await desk.accept(house, clinic)
    (listed,) = [each for each in await ask(house, "GET", "/rosters", short=True) if each["fit"]]
    assert (listed["assignment_id"], listed["fit"], listed["short"]) == (clinic["id"], 2, 1)
    answer = await house.client.get("/api/dispatch/tasks", headers=LEADER)
    about = [task["about"] for task in answer.json()["items"] if task["code"] == "roster_short"]
    assert about == [f"roster:{clinic['id']}"]
    await fill(house, first)
    assert (await roster(house, clinic))["volunteers"] == [V1, V3, V4]


async def test_a_list_of_any_length_takes_as_many_queries(house: House) -> None:
    found = await booths(house)

    async def queries() -> int:
        """The fewest of some tries: a job of the service may ask something in between."""
        counts = []
        for _ in range(5):
            with statements() as heard:
                assert len(await ask(house, "GET", "/rosters", days=60)) == len(found)
            counts.append(len(heard))
        return min(counts)

    await name(house, found[0][1], V1, V2)
    of_one = await queries()
    for _, clinic in found[1:]:
        await name(house, clinic, V3, V4)
    assert len(found) > 2
    assert await queries() == of_one > 0


async def test_a_novice_needs_somebody_with_experience(house: House) -> None:
    (_, clinic), *_ = await booths(house)
    await enter(house, V1, novice=True)
    await enter(house, V2, novice=True)
    assert (await name(house, clinic, V1, V2, status=422))["code"] == "novice_alone"
    assert (await name(house, clinic, V1, V3))["volunteers"] == [V1, V3]


async def test_one_is_replaced_and_two_change_places(house: House) -> None:
    (first, clinic), *_ = await booths(house)
    await name(house, clinic, V1, V2)
    path = f"/assignments/{clinic['id']}/roster/replace"
    shown = await ask(house, "POST", path, {"volunteer_no": V1, "by": V4})
    assert shown["volunteers"] == [V4, V2]
    for body, code in (
        ({"volunteer_no": V1, "by": V3}, "not_on_roster"),
        ({"volunteer_no": V2, "by": V4}, "on_roster_already"),
    ):
        assert (await ask(house, "POST", path, body, status=409))["code"] == code
    # A second booth of the team at the same stop.
    other = next(entry for entry in first["assignments"] if entry["team_code"] != "health")
    async with house.uow("dispatch").transaction() as tx:
        from services.dispatch.stops.domain.stop import Stop

        stop = await tx.get(Stop, first["id"])
        stop.assignment(other["id"]).team_code = "health"
    await name(house, other, V5)
    refused = await name(house, other, V5, V2, status=422)
    assert [each["code"] for each in refused["errors"]] == ["unfit.other_booth"]
    shown = await ask(house, "POST", path, {"volunteer_no": V2, "by": V5})
    assert shown["volunteers"] == [V4, V5]
    assert (await roster(house, other))["volunteers"] == [V2]
    last = (await told(house))[-2:]
    assert [(each.volunteer_nos, each.reason_code) for each in last] == [
        ((V4, V5), "swapped"),
        ((V2,), "swapped"),
    ]


async def test_nobody_is_named_at_two_booths_in_one_moment(house: House) -> None:
    (first, clinic), *_ = await booths(house)
    other = next(entry for entry in first["assignments"] if entry["team_code"] != "health")
    async with house.uow("dispatch").transaction() as tx:
        from services.dispatch.stops.domain.stop import Stop

        stop = await tx.get(Stop, first["id"])
        stop.assignment(other["id"]).team_code = "health"
    sent = [
        house.client.post(
            f"/api/dispatch/assignments/{each['id']}/roster", json={"volunteers": [V1]}
        )
        for each in (clinic, other) * 3
    ]
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} <= {200, 409, 422}
    named = [(await roster(house, each))["volunteers"] for each in (clinic, other)]
    assert sorted(named) == [[], [V1]]
    assert len(await duties(house)) == 1


async def test_what_somebody_else_changed_is_not_overwritten(house: House) -> None:
    (_, clinic), *_ = await booths(house)
    await name(house, clinic, V1, revision=0)
    refused = await name(house, clinic, V2, status=409, revision=0)
    assert refused["code"] == "roster_changed_meanwhile"
    assert (await name(house, clinic, V1, V1, status=422))["code"] == "named_twice"


async def test_a_stop_that_moves_takes_those_along_who_may(house: House) -> None:
    (first, clinic), *_ = await booths(house)
    await name(house, clinic, V1, V2, V3)
    was = date.fromisoformat(first["on"])
    days = {"volunteer_no": V2, "first_on": str(was + timedelta(days=1)), "last_on": "2014-09-30"}
    await ask(house, "POST", "/unavailable-days", days, status=201)
    moved = await desk.postpone(house, first)
    assert (await roster(house, clinic))["volunteers"] == [V1, V3]
    on = date.fromisoformat(moved["on"])
    assert await duties(house) == {(V1, on, moved["part"]), (V3, on, moved["part"])}
    moving = (await told(house))[-1]
    assert (moving.was_on, moving.on, moving.reason_code) == (was, on, "stop_moved")
    assert moving.was_volunteer_nos == (V1, V2, V3)


async def test_nobody_is_on_duty_where_a_stop_is_called_off_or_a_booth_declined(
    house: House,
) -> None:
    (first, clinic), (_, other), *_ = await booths(house)
    await name(house, clinic, V1, V2)
    await name(house, other, V1)
    await desk.call_off(house, first)
    await desk.decline(house, other, "no_volunteers")
    assert await duties(house) == set()
    assert [each.reason_code for each in (await told(house))[-2:]] == ["booth_released"] * 2
    assert (await name(house, clinic, V1, status=409))["code"] == "roster_closed"
    assert (await name(house, other, V1, status=409))["code"] == "booth_not_expected_now"


async def test_nobody_is_on_duty_for_an_order_that_was_withdrawn_as_its_stop_began(
    house: House, clock: PlayedClock
) -> None:
    (stop, clinic), *_ = await booths(house)
    await name(house, clinic, V1, V2)
    for booth in stop["assignments"]:
        await desk.accept(house, booth)
    clock.now = datetime.fromisoformat(f"{stop['on']}T01:00:00+00:00")
    await ask(house, "POST", f"/stops/{stop['id']}/start")
    other = next(each for each in stop["assignments"] if each["id"] != clinic["id"])
    done = {"assignment_id": other["id"], "served": 40, "leaflets": 80, "follow_ups": 1}
    await ask(house, "POST", f"/stops/{stop['id']}/reports", {"booths": [done]})
    assert await duties(house) != set()
    withdrawn = OrderCancelled(
        order_id=clinic["order_id"], township_code=stop["township_code"], reason_code="weather"
    )
    await house.hear(f"order:{clinic['order_id']}", withdrawn)
    assert await duties(house) == set()
    assert (await told(house))[-1].reason_code == "booth_released"


async def test_rosters_follow_their_people(house: House) -> None:
    (_, clinic), (_, other), *_ = await booths(house)
    await name(house, clinic, V1, V2, V3)
    await name(house, other, V2, V4)
    left = VolunteerChanged(volunteer_no=V1, team_code="health", active=False)
    await house.hear(f"volunteer:{V1}", left)
    merged = VolunteerMerged(volunteer_no=V2, into_no=V5)
    await house.hear(f"volunteer:{V5}", merged)
    assert (await roster(house, clinic))["volunteers"] == [V5, V3]
    assert (await roster(house, other))["volunteers"] == [V5, V4]
    await house.hear(f"volunteer:{V4}", PersonErased(volunteer_no=V4, request_id="r1"))
    assert (await roster(house, other))["volunteers"] == [V5]
    assert [each.reason_code for each in (await told(house))[-4:]] == [
        "left",
        "merged",
        "merged",
        "left",
    ]


async def test_volunteers_see_their_own_duties_only(house: House) -> None:
    (first, clinic), *_ = await booths(house)
    await name(house, clinic, V1, V2)
    mine = bearer(Role.VOLUNTEER, team_code="health", volunteer_no=V1)
    own = (await house.client.get("/api/dispatch/duties", headers=mine)).json()
    assert [(each["assignment_id"], each["on"]) for each in own] == [(clinic["id"], first["on"])]
    other = await house.client.get(
        "/api/dispatch/duties", params={"volunteer_no": V2}, headers=mine
    )
    assert other.status_code == 404
    # Whoever keeps the lists of one team may serve in another one.
    both = bearer(Role.LEADER, team_code="justice", volunteer_no=V1)
    own = (await house.client.get("/api/dispatch/duties", headers=both)).json()
    assert [each["assignment_id"] for each in own] == [clinic["id"]]
    other = await house.client.get(
        "/api/dispatch/duties", params={"volunteer_no": V1}, headers=LEADER
    )
    assert len(other.json()) == 1
    stranger = bearer(Role.LEADER, team_code="justice")
    path = f"/api/dispatch/assignments/{clinic['id']}/roster"
    assert (await house.client.get(path, headers=stranger)).status_code == 404
    assert (await house.client.get(path, headers=LEADER)).status_code == 200
