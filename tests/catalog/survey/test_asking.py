"""The corps asks, prolongs and ends; teams are told once for each last day, and tasks say what waits."""

from typing import Any

from services.catalog.survey.use_cases.asking import see_to_surveys
from shared.contracts.catalog import (
    SurveyAnswered,
    SurveyOpened,
    SurveyOverdue,
    SurveyProlonged,
    SurveyReminded,
)
from tests.catalog.corps import NAMES, post, put, state_of
from tests.catalog.survey.conftest import EDITION, SURVEY, Asked
from tests.catalog.survey.test_answering import YES

TOLD = (SurveyOpened, SurveyAnswered, SurveyReminded, SurveyOverdue)


async def _told(asked: Asked) -> list[Any]:
    return [event for event in await asked.house.published("catalog") if isinstance(event, TOLD)]


async def _days_pass(asked: Asked, days: int) -> None:
    """Twice on each day, as several processes do."""
    for _ in range(days):
        asked.clock.move(days=1)
        await see_to_surveys(asked.house.uow("catalog"))
        await see_to_surveys(asked.house.uow("catalog"))


async def test_all_teams_are_asked(asked: Asked) -> None:
    await asked.open()
    assert await state_of(asked.house, "editions/summer-2014") == "survey"
    (event,) = await _told(asked)
    assert isinstance(event, SurveyOpened)
    assert (event.team_codes, event.until_on.isoformat()) == (
        ("clinic-two", "health"),
        "2014-07-04",
    )
    survey = await asked.ask("GET", SURVEY)
    assert [
        (each["team_code"], each["is_answered"], each["asked"]) for each in survey["teams"]
    ] == [
        ("clinic-two", False, 0),
        ("health", False, 1),
    ]


async def test_a_past_day_and_a_wrong_state_are_refused(asked: Asked) -> None:
    refused = await asked.ask("POST", f"{SURVEY}/open", {"until": "2014-06-26"}, status=422)
    assert (refused["code"], refused["field"]) == ("day_is_past", "until")
    for step in ("prolong", "end"):
        body = {"until": "2014-07-01"} if step == "prolong" else None
        await asked.ask("POST", f"{SURVEY}/{step}", body, status=409)
    await asked.open()
    again = await asked.ask("POST", f"{SURVEY}/open", {"until": "2014-07-09"}, status=409)
    assert (again["code"], again["state"]) == ("illegal_transition", "survey")


async def test_who_has_not_answered_is_reminded_and_then_late_once(asked: Asked) -> None:
    await asked.open()
    await asked.answer("clinic-two")
    await _days_pass(asked, 4)
    assert not [e for e in await _told(asked) if isinstance(e, SurveyReminded)]
    await _days_pass(asked, 3)
    reminded = [e for e in await _told(asked) if isinstance(e, SurveyReminded)]
    assert [(type(e), e.team_code) for e in reminded] == [(SurveyReminded, "health")]
    await _days_pass(asked, 3)
    late = [e for e in await _told(asked) if isinstance(e, SurveyOverdue)]
    assert [e.team_code for e in late] == ["health"]
    await asked.ask("POST", f"{SURVEY}/prolong", {"until": "2014-07-10"})
    (prolonged,) = [e for e in await _told(asked) if isinstance(e, SurveyProlonged)]
    assert prolonged.team_codes == ("health",)
    await _days_pass(asked, 5)
    late = [e for e in await _told(asked) if isinstance(e, SurveyOverdue)]
    assert [e.until_on.isoformat() for e in late] == ["2014-07-04", "2014-07-10"]


async def test_a_team_that_joins_meanwhile_is_asked(asked: Asked) -> None:
    await asked.open()
    await put(asked.house, "teams/opera", NAMES | {"agency_code": "bureau", "members": 5})
    await _days_pass(asked, 1)
    opened = [e for e in await _told(asked) if type(e) is SurveyOpened]
    assert [e.team_codes for e in opened] == [("clinic-two", "health"), ("opera",)]


async def test_what_was_said_is_there_when_the_survey_is_opened_again(asked: Asked) -> None:
    await asked.open()
    await asked.answer("health", YES)
    await asked.ask("POST", f"{SURVEY}/end")
    assert await state_of(asked.house, "editions/summer-2014") == "draft"
    await asked.open("2014-07-20")
    opened = [e for e in await _told(asked) if type(e) is SurveyOpened]
    assert [e.team_codes for e in opened] == [("clinic-two", "health"), ("clinic-two",)]
    form = await asked.ask("GET", await asked.reply_of("health"), team="health")
    assert form["is_answered"]


async def test_tasks_say_what_waits_for_whom(asked: Asked) -> None:
    async def tasks(team: str | None = None) -> Any:
        return (await asked.ask("GET", "/api/catalog/tasks", team=team))["items"]

    await asked.open()
    reply = await asked.reply_of("health")
    (task,) = await tasks("health")
    title = (await asked.ask("GET", EDITION))["title"]
    assert task == {
        "code": "survey_to_answer",
        "about": f"survey_reply:{reply.rpartition('/')[2]}",
        "facts": {"title": title, "count": 1},
        "due_on": "2014-07-04",
        "is_shared": False,
        "holder": None,
    }
    assert await tasks() == []
    await asked.answer("health", YES)
    assert await tasks("health") == []
    (task,) = await tasks()
    assert (task["code"], task["about"], task["facts"]["count"]) == (
        "survey_to_take_over",
        "survey:summer-2014",
        1,
    )
    await asked.decide("take-over")
    assert await tasks() == []
    await asked.ask("POST", f"{SURVEY}/end")
    assert [task["code"] for task in await tasks()] == ["edition_to_publish"]
    await post(asked.house, "editions/summer-2014/publish")
    assert await tasks() == []
