"""A township confirms its stop or asks for another day, a team does, and silence is noticed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from services.dispatch.confirmation.use_cases import see_to_confirmations
from services.dispatch.planning.optimizer.list_planner import ListPlanner
from shared.contracts.dispatch import (
    AnotherDayAsked,
    AnotherDayDeclined,
    ConfirmationOverdue,
    ConfirmationReminded,
    StopConfirmed,
)
from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, TEAMS, house_with
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer

CORPS = bearer(Role.COORDINATOR)
OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
NEIGHBOUR = bearer(Role.OFFICER, township_code=HULING)
LEADERS = {code: bearer(Role.LEADER, team_code=code) for code in TEAMS}
WORDS = "广场那天有集市"
WISH = {"reason_code": "place_taken", "reason": WORDS, "days": ["2014-07-01", "2014-06-30"]}
STAYS = {"reason_code": "no_other_day", "reason": "其他日子排满了"}


@pytest.fixture
def clock() -> PlayedClock:
    """A Tuesday in June: answers are due on Friday, the 20th."""
    return PlayedClock(datetime(2014, 6, 17, 1, tzinfo=UTC))


@pytest.fixture
async def house(store_url: str, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(store_url, ListPlanner(), clock, works=False) as house:
        yield house


@pytest.fixture
async def stop(house: House) -> dict[str, Any]:
    """Of three booths, which nobody has answered."""
    found: dict[str, Any] = (await desk.published_plan(house, GAOLOU))["stops"][0]
    assert found["on"] == "2014-06-27"
    return found


async def say(
    house: House,
    stop: dict[str, Any],
    act: str,
    who: dict[str, str],
    body: dict[str, Any] | None = None,
    *,
    status: int = 200,
    confirm: tuple[str, ...] = (),
) -> Any:
    answer: httpx.Response = await house.client.post(
        f"/api/dispatch/stops/{stop['id']}/{act}",
        json=body,
        headers=who,
        params={"confirm": confirm},
    )
    assert answer.status_code == status, answer.text
    return answer.json()


def half_day(stop: dict[str, Any]) -> dict[str, Any]:
    return {"on": stop["on"], "part": stop["part"]}


async def confirm(
    house: House, stop: dict[str, Any], who: dict[str, str] = OFFICER, *, status: int = 200
) -> Any:
    return await say(house, stop, "confirm", who, half_day(stop), status=status)


async def seen(house: House, stop: dict[str, Any], who: dict[str, str]) -> Any:
    answer = await house.client.get(f"/api/dispatch/stops/{stop['id']}", headers=who)
    return answer.json()["confirmation"]


async def tasks_of(house: House, who: dict[str, str]) -> dict[str, int]:
    answer = await house.client.get("/api/dispatch/tasks", headers=who)
    counts: dict[str, int] = answer.json()["counts"]
    return counts


def parties(confirmation: Any) -> dict[str | None, str]:
    return {party["team_code"]: party["state"] for party in confirmation["parties"]}


async def test_both_sides_confirm(house: House, stop: dict[str, Any]) -> None:
    township = stop["confirmation"]["parties"][0]
    assert (township["state"], township["answer_by"]) == ("waiting", "2014-06-20")
    assert await tasks_of(house, OFFICER) == {"stop_to_confirm": 1}
    confirmed = await confirm(house, stop)
    assert confirmed["confirmation"]["parties"][0]["answered_on"] == "2014-06-17"
    # The teams have not answered yet.
    assert confirmed["confirmation"]["state"] == "waiting"
    assert await tasks_of(house, OFFICER) == {}
    for booth in stop["assignments"]:
        await desk.accept(house, booth)
    found = await seen(house, stop, LEADERS["health"])
    assert found["state"] == "confirmed"
    assert set(parties(found).values()) == {"confirmed"}
    # Said again, it is the same, and nobody hears it twice.
    await confirm(house, stop, CORPS)
    (event,) = await desk.of_type(house, StopConfirmed)
    assert event.team_codes == tuple(sorted({a["team_code"] for a in stop["assignments"]}))


async def test_the_township_asks_for_another_day_and_the_corps_moves_the_stop(
    house: House, stop: dict[str, Any]
) -> None:
    for booth in stop["assignments"]:
        await desk.accept(house, booth)
    await say(house, stop, "another-day", OFFICER, WISH)
    (asked,) = await desk.of_type(house, AnotherDayAsked)
    assert (asked.team_code, asked.days) == (None, (date(2014, 6, 30), date(2014, 7, 1)))
    assert WORDS not in asked.model_dump_json()
    # The words are for the township itself and the corps.
    for who, words in ((OFFICER, WORDS), (CORPS, WORDS), (LEADERS["health"], None)):
        other = (await seen(house, stop, who))["parties"][0]["other_day"]
        assert (other["reason_code"], other["reason"]) == ("place_taken", words)
        assert other["days"] == ["2014-06-30", "2014-07-01"]
    assert (await tasks_of(house, CORPS))["another_day_asked"] == 1
    assert await tasks_of(house, OFFICER) == {}
    moved = await desk.ask(
        house,
        "POST",
        f"/stops/{stop['id']}/postpone",
        {"reason_code": "township_asked", "reason": None, "not_before": "2014-06-30"},
    )
    # Everybody at this stop is asked anew, for the half-day is another.
    assert (moved["on"], moved["confirmation"]["state"]) == ("2014-06-30", "waiting")
    assert set(parties(moved["confirmation"]).values()) == {"waiting"}
    assert "another_day_asked" not in await tasks_of(house, CORPS)
    assert await tasks_of(house, OFFICER) == {"stop_to_confirm": 1}


async def test_another_team_is_asked_and_nobody_else(house: House, stop: dict[str, Any]) -> None:
    await confirm(house, stop)
    law = desk.assignment_of(stop, "legal-advice")
    for booth in stop["assignments"]:
        await desk.accept(house, booth)
    found = (await desk.decline(house, law, "开庭"))["confirmation"]
    other = "lawyers" if law["team_code"] == "justice" else "justice"
    assert parties(found) == {
        None: "confirmed",
        "health": "confirmed",
        "agriculture": "confirmed",
        other: "waiting",
    }


async def test_a_team_asks_for_another_day_and_the_corps_keeps_it(
    house: House, stop: dict[str, Any], clock: PlayedClock
) -> None:
    wish = {"reason_code": "busy", "reason": None}
    await say(house, stop, "another-day", LEADERS["health"], wish)
    (asked,) = await desk.of_type(house, AnotherDayAsked)
    assert (asked.team_code, asked.days) == ("health", ())
    # The same again changes nothing for others; another reason does.
    await say(house, stop, "another-day", LEADERS["health"], wish)
    assert len(await desk.of_type(house, AnotherDayAsked)) == 1
    await say(house, stop, "another-day", LEADERS["health"], wish | {"days": ["2014-06-30"]})
    assert len(await desk.of_type(house, AnotherDayAsked)) == 2
    clock.move(days=2)
    kept = await say(house, stop, "keep-day", CORPS, STAYS)
    assert kept["confirmation"]["day_kept"]["reason_code"] == "no_other_day"
    health = next(p for p in kept["confirmation"]["parties"] if p["team_code"] == "health")
    # It is asked again, and has time again: until Tuesday.
    assert (health["state"], health["answer_by"]) == ("waiting", "2014-06-24")
    (declined,) = await desk.of_type(house, AnotherDayDeclined)
    assert (declined.team_code, declined.reason_code) == ("health", "no_other_day")
    # There is nothing more to answer.
    again = await say(house, stop, "keep-day", CORPS, STAYS, status=409)
    assert again["code"] == "illegal_transition"


async def test_a_team_that_goes_asks_for_nothing(house: House, stop: dict[str, Any]) -> None:
    await say(house, stop, "another-day", LEADERS["health"], WISH)
    await desk.decline(house, desk.assignment_of(stop, "health-clinic"), "义诊")
    assert "another_day_asked" not in await tasks_of(house, CORPS)
    assert (await seen(house, stop, CORPS))["state"] == "waiting"


async def test_who_agrees_after_all_takes_the_wish_back(house: House, stop: dict[str, Any]) -> None:
    await say(house, stop, "another-day", OFFICER, WISH)
    found = await confirm(house, stop)
    assert parties(found["confirmation"])[None] == "confirmed"
    assert "another_day_asked" not in await tasks_of(house, CORPS)


async def test_silence_is_reminded_once_and_then_the_corps_has_a_task(
    house: House, stop: dict[str, Any], clock: PlayedClock
) -> None:
    await desk.accept(house, desk.assignment_of(stop, "health-clinic"))
    await see_to_confirmations(house.uow("dispatch"))
    assert await desk.of_type(house, ConfirmationReminded) == []
    clock.move(days=2)  # Thursday
    for _ in range(2):
        await see_to_confirmations(house.uow("dispatch"))
    reminded = await desk.of_type(house, ConfirmationReminded)
    teams = {a["team_code"] for a in stop["assignments"]} - {"health"}
    assert {event.team_code for event in reminded} == teams | {None}
    assert len(reminded) == 3
    assert {event.until_on for event in reminded} == {date(2014, 6, 20)}
    await confirm(house, stop)
    clock.move(days=2)  # Saturday
    await asyncio.gather(*(see_to_confirmations(house.uow("dispatch")) for _ in range(3)))
    late = await desk.of_type(house, ConfirmationOverdue)
    assert sorted(event.team_code for event in late) == sorted(teams)
    counts = await tasks_of(house, CORPS)
    assert counts["confirmation_overdue"] == 1
    # Late is better than never.
    for team in teams:
        mine = next(a for a in stop["assignments"] if a["team_code"] == team)
        await desk.accept(house, mine)
    assert "confirmation_overdue" not in await tasks_of(house, CORPS)


async def test_deadlines_are_settings(store_url: str, clock: PlayedClock) -> None:
    patient = {
        "confirm_within_days": 5,
        "confirm_before_stop_days": 1,
        "confirm_reminder_days": 3,
        "confirm_escalation_days": 1,
    }
    async with house_with(store_url, ListPlanner(), clock, works=False, **patient) as house:
        stop = (await desk.published_plan(house, GAOLOU))["stops"][0]
        assert stop["confirmation"]["parties"][0]["answer_by"] == "2014-06-24"
        clock.move(days=2)  # Thursday, three business days before Tuesday
        await see_to_confirmations(house.uow("dispatch"))
        assert len(await desk.of_type(house, ConfirmationReminded)) == 4
        clock.move(days=6)  # Wednesday
        await see_to_confirmations(house.uow("dispatch"))
        assert (await seen(house, stop, CORPS))["parties"][0]["is_late"]
        assert await desk.of_type(house, ConfirmationOverdue) == []
        assert "confirmation_overdue" not in await tasks_of(house, CORPS)
        clock.move(days=1)
        await see_to_confirmations(house.uow("dispatch"))
        assert len(await desk.of_type(house, ConfirmationOverdue)) == 4
        assert (await tasks_of(house, CORPS))["confirmation_overdue"] == 1


async def test_who_asks_late_is_asked_back(
    house: House, stop: dict[str, Any], clock: PlayedClock
) -> None:
    clock.move(days=5)
    doubted = await say(house, stop, "another-day", OFFICER, WISH, status=409)
    assert doubted["code"] == "confirmation_needed"
    await say(house, stop, "another-day", OFFICER, WISH, confirm=("confirmation_is_late",))
    clock.move(days=7)
    for act, body in (("confirm", half_day(stop)), ("another-day", WISH)):
        assert (await say(house, stop, act, OFFICER, body, status=409))["code"] == "stop_is_over"


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2014-06-16", "other_day_is_over"),
        ("2014-06-27", "other_day_is_the_same"),
        ("2015-06-30", "other_day_is_far"),
    ],
)
async def test_days_that_cannot_be_meant(
    house: House, stop: dict[str, Any], day: str, code: str
) -> None:
    refused = await say(
        house, stop, "another-day", OFFICER, WISH | {"days": ["2014-07-01", day]}, status=422
    )
    assert (refused["code"], refused["field"]) == (code, "days[1]")


async def test_nobody_speaks_for_another(house: House, stop: dict[str, Any]) -> None:
    assert (await confirm(house, stop, NEIGHBOUR, status=404))["code"] == "stop.not_found"
    await say(house, stop, "another-day", NEIGHBOUR, WISH, status=404)
    await confirm(house, stop, LEADERS["health"], status=403)
    await say(house, stop, "another-day", OFFICER, WISH | {"team_code": "health"}, status=403)
    refused = await say(
        house, stop, "another-day", CORPS, WISH | {"team_code": "nobody"}, status=409
    )
    assert refused["code"] == "not_expected"
    # A coordinator enters what a leader says by telephone.
    entered = await say(house, stop, "another-day", CORPS, WISH | {"team_code": "health"})
    assert parties(entered["confirmation"])["health"] == "another_day"


async def test_who_read_another_half_day_confirms_nothing(
    house: House, stop: dict[str, Any]
) -> None:
    read = await house.client.get(f"/api/dispatch/stops/{stop['id']}", headers=OFFICER)
    await desk.postpone(house, stop)
    assert (await confirm(house, stop, status=409))["code"] == "stop_has_moved"
    stale = {"If-Match": read.headers["etag"]}
    assert (await confirm(house, stop, OFFICER | stale, status=412))["code"] == "changed_meanwhile"
    assert await desk.of_type(house, StopConfirmed) == []


async def test_a_stop_that_has_begun_is_not_confirmed(
    house: House, stop: dict[str, Any], clock: PlayedClock
) -> None:
    await desk.accept(house, desk.assignment_of(stop, "health-clinic"))
    await say(house, stop, "another-day", OFFICER, WISH)
    clock.move(days=10)
    path = "start"
    # Silence stops nobody on the day; an open wish for another day is asked about.
    doubted = await say(house, stop, path, LEADERS["health"], {}, status=409)
    assert doubted["code"] == "confirmation_needed"
    await say(house, stop, path, LEADERS["health"], {}, confirm=("another_day_is_asked",))
    for act, body in (("confirm", half_day(stop)), ("another-day", WISH), ("keep-day", STAYS)):
        refused = await say(house, stop, act, CORPS, body, status=409)
        assert refused["code"] == "illegal_transition"
    await see_to_confirmations(house.uow("dispatch"))
    assert {event.team_code for event in await desk.of_type(house, ConfirmationOverdue)} <= {None}


async def test_stops_are_listed_by_how_they_stand(house: House, stop: dict[str, Any]) -> None:
    async def listed(state: str) -> int:
        found = await desk.ask(house, "GET", "/stops", confirmation=state)
        return len(found["items"])

    async def standing() -> tuple[int, ...]:
        return tuple([await listed(state) for state in ("waiting", "another_day", "confirmed")])

    assert await standing() == (1, 0, 0)
    await say(house, stop, "another-day", OFFICER, WISH)
    assert await standing() == (0, 1, 0)
    await confirm(house, stop)
    assert await standing() == (1, 0, 0)
    for booth in stop["assignments"]:
        await desk.accept(house, booth)
    assert await standing() == (0, 0, 1)
    assert await listed("unheard-of") == 0
