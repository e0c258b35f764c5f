"""Somebody drops out: who is asked, who gets the place, what all are told, and what the leader has to see to."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

from services.dispatch.rosters.use_cases.substituting import see_to_substitutions
from shared.contracts.dispatch import SubstitutionClosed, SubstitutionOffered, SubstitutionOverdue
from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.desk import ask
from tests.dispatch.rosters.test_rosters import (
    LEADER,
    V1,
    V2,
    V3,
    V4,
    V5,
    booths,
    duties,
    enter,
    house,
    name,
    roster,
)
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer

__all__ = ["house"]
KINDS = SubstitutionOffered | SubstitutionOverdue | SubstitutionClosed


async def drop_out(house: House, booth: Any, no: str, *, status: int = 200) -> Any:
    path = f"/assignments/{booth['id']}/drop-out"
    answer = await ask(house, "POST", path, {"volunteer_no": no}, status=status)
    return answer["substitution"] if status == 200 else answer


async def answer(house: House, place: Any, verdict: str, no: str, *, status: int = 200) -> Any:
    body = {"volunteer_no": no}
    return await ask(house, "POST", f"/substitutions/{place['id']}/{verdict}", body, status=status)


async def told(house: House) -> list[Any]:
    return [each for each in await house.published("dispatch") if isinstance(each, KINDS)]


async def offers_of(house: House, no: str) -> list[str]:
    mine = bearer(Role.VOLUNTEER, team_code="health", volunteer_no=no)
    found = await house.client.get("/api/dispatch/offers", headers=mine)
    return [each["id"] for each in found.json()]


async def tasks_of(house: House, headers: dict[str, str]) -> dict[str, list[str]]:
    found = (await house.client.get("/api/dispatch/tasks", headers=headers)).json()["items"]
    return {
        code: [each["about"] for each in found if each["code"] == code]
        for code in {each["code"] for each in found}
    }


async def test_the_next_ones_are_asked_and_the_first_who_accepts_stands_there(
    house: House,
) -> None:
    (first, clinic), (_, other), *_ = await booths(house)
    await name(house, other, V4)
    await name(house, clinic, V1, V2, V3)
    place = await drop_out(house, clinic, V1)
    assert place["state"] == "open"
    assert (await roster(house, clinic))["volunteers"] == [V2, V3]
    asked = [each["volunteer_no"] for each in place["offers"]]
    assert asked == [V4, V5]
    assert await offers_of(house, V4) == await offers_of(house, V5) == [place["id"]]
    assert await offers_of(house, V1) == []
    mine = bearer(Role.VOLUNTEER, team_code="health", volunteer_no=V5)
    assert await tasks_of(house, mine) == {"offer_to_answer": [f"offer:{place['id']}"]}

    taken = await answer(house, place, "accept", V5)
    assert (taken["state"], taken["by_no"]) == ("taken", V5)
    assert (await roster(house, clinic))["volunteers"] == [V2, V3, V5]
    assert (V5, date.fromisoformat(first["on"]), first["part"]) in await duties(house)
    late = await answer(house, place, "accept", V4, status=409)
    assert late["code"] == "substitution_over"
    assert await offers_of(house, V4) == []
    opened, closed = await told(house)
    assert (set(opened.offered_nos), opened.volunteer_no, opened.asked) == ({V4, V5}, V1, 2)
    assert (closed.outcome, closed.by_no, closed.told_nos) == ("taken", V5, (V4,))
    # Who has dropped out is not named again by a touch.
    shown = await roster(house, clinic)
    reasons = {each["volunteer_no"]: each["reasons"] for each in shown["candidates"]}
    assert [each["code"] for each in reasons[V1]] == ["unfit.unavailable"]


async def test_who_may_not_is_never_asked_and_is_refused_where_it_came_later(
    house: House,
) -> None:
    (first, clinic), *_ = await booths(house)
    on = date.fromisoformat(first["on"])
    await name(house, clinic, V1, V2, V3)
    await enter(house, V4, until=on - timedelta(days=1))
    place = await drop_out(house, clinic, V1)
    assert [each["volunteer_no"] for each in place["offers"]] == [V5]
    assert (await answer(house, place, "accept", V4, status=404))[
        "code"
    ] == "substitution.not_found"
    away = {"volunteer_no": V5, "first_on": first["on"], "last_on": first["on"]}
    await ask(house, "POST", "/unavailable-days", away, status=201)
    refused = await answer(house, place, "accept", V5, status=422)
    assert [each["code"] for each in refused["errors"]] == ["unfit.unavailable"]
    assert (await roster(house, clinic))["volunteers"] == [V2, V3]


async def test_two_who_accept_at_once_are_not_both_there(house: House) -> None:
    (_, clinic), *_ = await booths(house)
    await name(house, clinic, V1, V2, V3)
    place = await drop_out(house, clinic, V1)
    path = f"/api/dispatch/substitutions/{place['id']}/accept"
    sent = [house.client.post(path, json={"volunteer_no": no}) for no in (V4, V5) * 3]
    answers = await asyncio.gather(*sent)
    assert sorted({each.status_code for each in answers}) == [200, 409]
    assert sum(each.status_code == 200 for each in answers) == 1
    named = (await roster(house, clinic))["volunteers"]
    assert len(named) == 3
    assert len(set(named) & {V4, V5}) == 1


async def test_when_all_decline_the_leader_sees_to_it(house: House) -> None:
    (_, clinic), *_ = await booths(house)
    await desk.accept(house, clinic)
    await name(house, clinic, V1, V2, V3)
    place = await drop_out(house, clinic, V1)
    assert "roster_short" not in await tasks_of(house, LEADER)
    await answer(house, place, "decline", V4)
    await answer(house, place, "decline", V4)  # said twice
    left = await answer(house, place, "decline", V5)
    assert left["state"] == "with_leader"
    about = f"roster:{clinic['id']}"
    assert (await tasks_of(house, LEADER))["substitute_to_name"] == [about]
    assert [type(each) for each in await told(house)] == [SubstitutionOffered, SubstitutionOverdue]
    # Whoever thinks better of it may come all the same, as long as the place is free.
    assert (await answer(house, place, "accept", V4))["state"] == "taken"
    assert "substitute_to_name" not in await tasks_of(house, LEADER)


async def test_what_nobody_takes_in_time_is_the_leaders_and_ends_when_one_is_named(
    house: House, clock: PlayedClock
) -> None:
    (_, clinic), *_ = await booths(house)
    await name(house, clinic, V1, V2, V3)
    place = await drop_out(house, clinic, V1)
    uow = house.uow("dispatch")
    await see_to_substitutions(uow)
    assert len(await told(house)) == 1
    clock.now = datetime.fromisoformat(place["until"])
    for _ in range(2):
        await see_to_substitutions(uow)
    shown = (await roster(house, clinic))["substitutions"]
    assert [each["state"] for each in shown] == ["with_leader"]
    await name(house, clinic, V2, V3, V5)
    assert (await roster(house, clinic))["substitutions"] == []
    assert (await answer(house, place, "accept", V4, status=409))["code"] == "substitution_over"
    *_, overdue, closed = await told(house)
    assert isinstance(overdue, SubstitutionOverdue)
    assert (closed.outcome, closed.by_no, set(closed.told_nos)) == ("filled", None, {V4})


async def test_on_the_day_itself_the_leader_is_told_at_once(
    house: House, clock: PlayedClock
) -> None:
    (first, clinic), *_ = await booths(house)
    await name(house, clinic, V1, V2, V3)
    clock.now = datetime.fromisoformat(f"{first['on']}T00:30:00+00:00")
    place = await drop_out(house, clinic, V1)
    assert (place["state"], len(place["offers"])) == ("with_leader", 2)
    assert (await answer(house, place, "accept", V4))["state"] == "taken"


async def test_who_is_on_standby_is_asked_first(house: House) -> None:
    (_, clinic), (_, other), *_ = await booths(house)
    await name(house, other, V5)
    shown = await name(house, clinic, V1, V2, V3, standby=[V5, V2])
    assert shown["standby"] == [V5]  # who stands there is not on standby
    await enter(house, V4, active=False)
    assert (await name(house, clinic, V1, V2, V3, standby=[V4], status=422))["code"] == "unfit"
    place = await drop_out(house, clinic, V2)
    assert place["offers"][0]["volunteer_no"] == V5


async def test_two_places_are_two_substitutions_and_nobody_is_asked_for_both(
    house: House,
) -> None:
    (_, clinic), *_ = await booths(house)
    await name(house, clinic, V1, V2, V3)
    one = await drop_out(house, clinic, V1)
    two = await drop_out(house, clinic, V2)
    assert {each["volunteer_no"] for each in one["offers"]} == {V4, V5}
    assert (two["state"], two["offers"]) == ("with_leader", [])
    assert (await roster(house, clinic))["substitutes_wanted"] == 2
    await answer(house, one, "accept", V4)
    shown = await roster(house, clinic)
    assert [each["id"] for each in shown["substitutions"]] == [two["id"]]


async def test_nobody_is_asked_any_more_where_the_stop_moves_or_is_called_off(
    house: House,
) -> None:
    (first, clinic), (second, other), *_ = await booths(house)
    for booth in (clinic, other):
        await name(house, booth, V1)
        await drop_out(house, booth, V1)
    await desk.postpone(house, first)
    await desk.call_off(house, second)
    closed = [each for each in await told(house) if isinstance(each, SubstitutionClosed)]
    assert [each.outcome for each in closed] == ["void", "void"]
    assert all(each.told_nos for each in closed)
    assert await offers_of(house, V2) == []


async def test_only_who_stands_there_drops_out_and_only_before_it_begins(
    house: House, clock: PlayedClock
) -> None:
    (first, clinic), *_ = await booths(house)
    assert (await drop_out(house, clinic, V1, status=409))["code"] == "not_on_roster"
    await name(house, clinic, V1, V2, V3)
    path = f"/api/dispatch/assignments/{clinic['id']}/drop-out"
    mine = bearer(Role.VOLUNTEER, team_code="health", volunteer_no=V1)
    others = await house.client.post(path, json={"volunteer_no": V2}, headers=mine)
    assert others.status_code == 404
    own = await house.client.post(path, json={}, headers=mine)
    assert own.json()["substitution"]["volunteer_no"] == V1
    clock.now = datetime.fromisoformat(f"{first['on']}T01:00:00+00:00") + timedelta(days=1)
    assert (await drop_out(house, clinic, V2, status=409))["code"] == "roster_closed"
    await see_to_substitutions(house.uow("dispatch"))
    assert (await told(house))[-1].outcome == "void"
