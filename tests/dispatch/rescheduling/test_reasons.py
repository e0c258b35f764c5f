"""Why a team can't come or a stop changes: the code is for everybody who must know, the words stay in dispatch."""

from typing import Any

from shared.contracts.dispatch import AssignmentDeclined, StopCancelled, StopChanged, TeamReleased
from shared.kernel.access import Role
from shared.kernel.text import UnreadableText, shown
from shared.privacy.personal_data import personal_data_in
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU
from tests.support.hostile_texts import HOSTILE_TEXTS
from tests.support.house import House
from tests.support.tokens import bearer

TYPED = "老林母亲住院，找他 13800138000"
CONFIRM = "personal_data_in_text"


async def test_words_with_a_number_are_asked_about_and_stay_in_dispatch(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch)
    first, second, third = plan["stops"][:3]
    booth = desk.assignment_of(first, "legal-advice")
    for path, code in (
        (f"/assignments/{booth['id']}/decline", "busy"),
        (f"/stops/{second['id']}/postpone", "weather"),
        (f"/stops/{third['id']}/cancel", "venue"),
    ):
        body = {"reason_code": code, "reason": TYPED}
        before = await dispatch.published("dispatch")
        asked = await desk.ask(dispatch, "POST", path, body, status=409)
        assert asked["code"] == "confirmation_needed"
        assert [(entry["field"], entry["code"]) for entry in asked["errors"]] == [
            ("reason", CONFIRM)
        ]
        assert "13800138000" not in str(asked)
        assert await dispatch.published("dispatch") == before, "nothing was done yet"
        done = await desk.ask(dispatch, "POST", path, body, confirm=CONFIRM)
        assert TYPED in str(done)
    said = await dispatch.published("dispatch")
    assert TYPED not in str(said)
    assert "138" not in "".join(str(event) for event in said if not hasattr(event, "stop_id"))
    codes = {type(event): event.reason_code for event in said if hasattr(event, "reason_code")}
    assert (codes[AssignmentDeclined], codes[StopChanged], codes[StopCancelled]) == (
        "busy",
        "weather",
        "venue",
    )
    assert codes[TeamReleased] == "venue"


async def test_the_words_are_shown_to_those_who_may_read_them(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch)
    stop = plan["stops"][0]
    booth = desk.assignment_of(stop, "legal-advice")
    body = {"reason_code": "busy", "reason": "当天开庭"}
    await desk.ask(dispatch, "POST", f"/assignments/{booth['id']}/decline", body)

    async def seen(role: Role, **scope: str) -> tuple[Any, Any]:
        answer = await dispatch.client.get(
            f"/api/dispatch/stops/{stop['id']}", headers=bearer(role, **scope)
        )
        its = next(entry for entry in answer.json()["assignments"] if entry["id"] == booth["id"])
        return its["reason_code"], its["reason"]

    assert await seen(Role.COORDINATOR) == ("busy", "当天开庭")
    assert await seen(Role.LEADER, team_code=booth["team_code"]) == ("busy", "当天开庭")
    assert await seen(Role.OFFICER, township_code=GAOLOU) == (None, None)


async def test_the_audit_log_tells_that_words_were_given_and_not_which(dispatch: House) -> None:
    stop = (await desk.published_plan(dispatch))["stops"][0]
    body = {"reason_code": "venue", "reason": "场地在张三家院子里"}
    await desk.ask(dispatch, "POST", f"/stops/{stop['id']}/cancel", body)
    log = await desk.ask(dispatch, "GET", "/audit")
    assert "张三" not in str(log)
    change = next(each for each in log[-1]["changes"] if each["key"] == stop["id"])
    assert (change["after"]["reason_code"], change["after"]["reason"]) == ("venue", "(text)")


async def test_hostile_words_come_back_as_they_are_shown_or_are_refused(dispatch: House) -> None:
    """A stop that is postponed keeps the words, and can be postponed again."""
    stops = [stop["id"] for stop in (await desk.published_plan(dispatch))["stops"]]
    taken = 0
    for wrong, text in HOSTILE_TEXTS.items():
        path, body = f"/stops/{stops[0]}/postpone", {"reason_code": "other", "reason": text}
        expected = _shown(text)
        if not expected or len(expected) > 500:
            assert (await desk.ask(dispatch, "POST", path, body, status=422))[
                "field"
            ] == "reason", wrong
            continue
        query: dict[str, Any] = {}
        if personal_data_in(expected):
            await desk.ask(dispatch, "POST", path, body, status=409)
            query = {"confirm": CONFIRM}
        moved = await desk.ask(dispatch, "POST", path, body, **query)
        assert expected in (moved["postponed_from"]["reason"], moved["reason"]), wrong
        taken += 1
        if moved["state"] == "cancelled":  # no later half-day was left
            stops.pop(0)
    assert taken > 30


def _shown(text: str) -> str:
    try:
        return shown(text, lines=True)
    except UnreadableText:
        return ""
