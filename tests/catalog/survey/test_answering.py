"""A team answers what it is asked: its own questions, what it offers besides, on time or late."""

import asyncio

from shared.kernel.access import Role
from tests.catalog.corps import ITEM, put
from tests.catalog.survey.conftest import EDITION, SURVEY, Asked
from tests.support.tokens import bearer

YES = {"item_code": "clinic", "offers": True, "times_a_week": 3, "volunteers": 4}


async def test_a_team_is_asked_about_the_items_that_name_it(asked: Asked) -> None:
    await asked.open()
    form = await asked.ask("GET", await asked.reply_of("health"), team="health")
    (question,) = form["questions"]
    assert (question["item_code"], question["is_named"], question["line"]) == (
        "clinic",
        True,
        None,
    )
    assert question["usual"]["volunteers"] == ITEM["volunteers_needed"]
    assert (form["until_on"], form["is_open"], form["is_answered"]) == ("2014-07-04", True, False)
    other = await asked.ask("GET", await asked.reply_of("clinic-two"), team="clinic-two")
    assert other["questions"] == []
    assert [item["item_code"] for item in other["others"]] == ["clinic"]


async def test_what_is_saved_counts_once_it_is_sent(asked: Asked) -> None:
    await asked.open()
    await asked.answer("health", YES, send=False)
    assert (await asked.outcome())["state"] == "unanswered"
    path = await asked.reply_of("health")
    form = await asked.ask("POST", f"{path}/send", team="health")
    assert (form["is_answered"], form["is_late"], form["sent_on"]) == (True, False, "2014-06-27")
    assert (await asked.outcome())["state"] == "open"


async def test_nothing_is_sent_with_a_question_open(asked: Asked) -> None:
    await asked.open()
    path = await asked.reply_of("health")
    refused = await asked.ask("POST", f"{path}/send", team="health", status=422)
    assert (refused["code"], "clinic" in refused["detail"]) == ("questions_open", True)
    none_open = await asked.ask(
        "POST", f"{await asked.reply_of('clinic-two')}/send", team="clinic-two"
    )
    assert none_open["is_answered"]


async def test_an_item_that_is_added_meanwhile_is_asked_too(asked: Asked) -> None:
    await asked.open()
    await asked.answer("health", YES)
    await put(asked.house, "items/opera", ITEM | {"name": "送戏下乡"})
    draft = await asked.ask("GET", EDITION)
    keys = ("title", "effective_on", "retires_on", "based_on")
    both = {key: draft[key] for key in keys} | {"item_codes": ["clinic", "opera"]}
    await put(asked.house, "editions/summer-2014", both)
    form = await asked.ask("GET", await asked.reply_of("health"), team="health")
    assert not form["is_answered"]
    assert [each["line"] is None for each in form["questions"]] == [False, True]
    tasks = await asked.ask("GET", "/api/catalog/tasks", team="health")
    assert tasks["items"][0]["facts"] == {"title": form["title"], "count": 1}


async def test_the_last_survey_is_what_the_next_begins_with(asked: Asked) -> None:
    await asked.open()
    words = {"not_on": ["monday_morning"], "not_on_words": "高考期间", "remark": "自带血压计"}
    await asked.answer("health", YES | words)
    await asked.ask("POST", f"{SURVEY}/end")
    edition = {
        "title": "秋季菜单",
        "effective_on": "2014-09-01",
        "retires_on": "2014-11-30",
        "item_codes": ["clinic"],
        "based_on": "summer-2014",
    }
    await put(asked.house, "editions/autumn-2014", edition)
    await asked.ask(
        "POST", "/api/catalog/editions/autumn-2014/survey/open", {"until": "2014-08-01"}
    )
    page = await asked.ask(
        "GET", "/api/catalog/survey-replies?edition_code=autumn-2014", team="health"
    )
    form = await asked.ask(
        "GET", f"/api/catalog/survey-replies/{page['items'][0]['id']}", team="health"
    )
    (question,) = form["questions"]
    assert question["is_as_last_time"]
    assert question["line"] is None
    assert {name: question["usual"][name] for name in YES | words if name != "item_code"} == {
        name: value for name, value in (YES | words).items() if name != "item_code"
    }


async def test_a_late_answer_is_taken_with_a_mark_until_the_survey_ends(asked: Asked) -> None:
    await asked.open()
    asked.clock.move(days=8)
    form = await asked.answer("health", YES)
    assert (form["is_past"], form["is_late"]) == (True, True)
    assert (await asked.outcome())["answers"][0]["is_late"]
    later = {"until": "2014-07-10"}
    await asked.ask("POST", f"{SURVEY}/prolong", later)
    assert not (await asked.outcome())["answers"][0]["is_late"]
    await asked.ask("POST", f"{SURVEY}/end")
    path = await asked.reply_of("health")
    refused = await asked.ask(
        "PUT", path, {"lines": []}, team="health", headers={"If-Match": "*"}, status=409
    )
    assert refused["code"] == "survey_not_open"
    refused = await asked.ask("POST", f"{path}/send", team="health", status=409)
    assert refused["code"] == "survey_not_open"


async def test_of_two_who_answer_for_a_team_one_wins_and_the_other_is_told(asked: Asked) -> None:
    await asked.open()
    path = await asked.reply_of("health")
    read = await asked.house.client.get(path)
    headers = bearer(Role.LEADER, team_code="health") | {"If-Match": read.headers["etag"]}
    bodies = [{"lines": [YES | {"volunteers": size}]} for size in (4, 9)]
    answers = await asyncio.gather(
        *(asked.house.client.put(path, json=body, headers=headers) for body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    won = next(body for body, answer in zip(bodies, answers, strict=True) if answer.is_success)
    form = await asked.ask("GET", path, team="health")
    assert form["questions"][0]["line"]["volunteers"] == won["lines"][0]["volunteers"]
    unsaid = await asked.ask("PUT", path, bodies[0] | {"lines": []}, team="health", status=428)
    assert unsaid["code"] == "if_match_needed"


async def test_what_can_not_be_answered_is_refused_in_words(asked: Asked) -> None:
    await asked.open()
    path = await asked.reply_of("health")
    for lines, code in (
        ([YES | {"item_code": "opera"}], "not_in_edition"),
        ([YES, YES], "repeated_code"),
        ([YES | {"not_on": ["monday_morning", "monday_morning"]}], "repeated_code"),
    ):
        refused = await asked.ask(
            "PUT", path, {"lines": lines}, team="health", headers={"If-Match": "*"}, status=422
        )
        assert refused["code"] == code
    doubted = await asked.ask(
        "PUT",
        path,
        {"lines": [YES | {"remark": "请打 13800138000 找我"}]},
        team="health",
        headers={"If-Match": "*"},
        status=409,
    )
    assert [each["field"] for each in doubted["errors"]] == ["lines[0].remark"]


async def test_a_team_reads_and_answers_for_itself_only(asked: Asked) -> None:
    await asked.open()
    path = await asked.reply_of("health")
    await asked.ask("GET", path, team="clinic-two", status=404)
    await asked.ask("POST", f"{path}/send", team="clinic-two", status=404)
    await asked.ask(
        "PUT",
        path,
        {"lines": []},
        team="clinic-two",
        headers={"If-Match": "*"},
        status=404,
    )
