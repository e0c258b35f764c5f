"""The test: drawn, saved, resumed, ended, marked; and what never leaves before its time."""

import asyncio
import json
import random
from typing import Any

import pytest

from services.catalog.courses.domain.question import Question, draw
from services.catalog.courses.use_cases.sitting import end_attempts_over
from shared.kernel.access import Role
from tests.catalog.courses.bank import TOPICS, choice, right_of, table
from tests.catalog.courses.conftest import COURSE, TEST, School
from tests.support.fixtures import on_sqlite
from tests.support.tokens import bearer
from tests.support.workbooks import xlsx

RIGHT = right_of(table())


async def begin(school: School, course: str, no: str) -> Any:
    return await school.ask("POST", f"/courses/{course}/attempts", who=school.as_volunteer(no))


async def save(
    school: School, no: str, paper: Any, number: int, chosen: list[int], status: int = 200
) -> Any:
    path = f"/test-attempts/{paper['id']}/answers/{number}"
    return await school.ask(
        "PUT", path, {"chosen": chosen}, who=school.as_volunteer(no), status=status
    )


async def test_a_paper_is_drawn_saved_and_goes_on_after_a_cut(school: School) -> None:
    no = school.people[0]
    course = await school.course()
    await school.enrol(course, no)
    paper = await begin(school, course, no)
    assert sorted(each["topic"] for each in paper["questions"]) == sorted(TOPICS * 3)
    assert (paper["seconds_left"], paper["state"], paper["points"]) == (1800, "running", None)
    for _ in range(2):
        kept = await save(school, no, paper, 1, [1])
        assert (kept["chosen"], kept["number"]) == ([1], 1)
    school.clock.move(minutes=10)
    again = await begin(school, course, no)
    assert again["id"] == paper["id"], "on another device the same paper goes on"
    assert again["seconds_left"] == 1200
    assert [each["text"] for each in again["questions"]] == [
        each["text"] for each in paper["questions"]
    ]
    assert [each["options"] for each in again["questions"]] == [
        each["options"] for each in paper["questions"]
    ]
    assert [each["chosen"] for each in again["questions"]] == [[1]] + [[]] * 5


async def test_time_ends_it_and_only_what_was_saved_in_time_counts(school: School) -> None:
    came_back, stayed_away = school.people[:2]
    course = await school.course()
    await school.enrol(course, came_back, stayed_away)
    for no in (came_back, stayed_away):
        paper = await begin(school, course, no)
        for question in paper["questions"][:2]:
            await save(
                school, no, paper, question["number"], choice(question, RIGHT[question["text"]])
            )
        if no == came_back:
            own = paper
    school.clock.move(minutes=30)
    late = await save(school, came_back, own, 3, [0], status=409)
    assert late["code"] == "test_time_over"
    seen = await school.ask(
        "GET", f"/test-attempts/{own['id']}", who=school.as_volunteer(came_back)
    )
    assert (seen["state"], seen["ended_by"], seen["points"]) == ("ended", "time", 20)
    await end_attempts_over(school.house.uow("catalog"))
    page = await school.ask("GET", f"/courses/{course}/enrolments")
    assert [each["points"] for each in page["items"]] == [20, 20], (
        "whoever looks first, it is the same"
    )
    assert len(await school.told("course_test_marked")) == 2


async def test_one_repeat_with_other_questions(school: School) -> None:
    no = school.people[0]
    course = await school.course()
    await school.enrol(course, no)
    who = school.as_volunteer(no)
    first = await begin(school, course, no)
    ended = await school.ask("POST", f"/test-attempts/{first['id']}/end", who=who)
    assert (ended["points"], ended["passed"], ended["may_repeat"]) == (0, False, True)
    second = await begin(school, course, no)
    texts = [{each["text"] for each in paper["questions"]} for paper in (first, second)]
    assert texts[0].isdisjoint(texts[1])
    await school.ask("POST", f"/test-attempts/{second['id']}/end", who=who)
    again = await school.ask("POST", f"/courses/{course}/attempts", who=who, status=409)
    assert again["code"] == "attempts_used"
    ended_twice = await school.ask("POST", f"/test-attempts/{second['id']}/end", who=who)
    assert ended_twice["turn"] == 2
    await school.leave_refused(course, no)


async def test_the_window_and_the_right_people_only(school: School) -> None:
    no, other, stranger = school.people[:3]
    course = await school.course(test=TEST | {"opens_at": "2014-06-27T10:00:00+08:00"})
    await school.enrol(course, no, other)
    who = school.as_volunteer(no)
    early = await school.ask("POST", f"/courses/{course}/attempts", who=who, status=409)
    assert early["code"] == "test_not_open"
    tasks = await school.ask("GET", "/tasks", who=who)
    assert "test_to_sit" not in tasks["counts"]
    school.clock.move(hours=1)
    tasks = await school.ask("GET", "/tasks", who=who)
    assert tasks["counts"]["test_to_sit"] == 1
    paper = await begin(school, course, no)
    path = f"/test-attempts/{paper['id']}"
    for reader in (school.as_volunteer(other), school.as_volunteer(stranger)):
        assert (await school.raw("GET", path, who=reader)).status_code == 404
        assert (await school.raw("POST", f"{path}/end", who=reader)).status_code == 404
        put = await school.raw("PUT", f"{path}/answers/1", {"chosen": [0]}, who=reader)
        assert put.status_code == 404
    for reader in ({}, bearer(Role.LEADER, team_code="health"), bearer(Role.AUDITOR)):
        assert (await school.raw("GET", path, who=reader)).status_code == 403
    nobody = school.as_volunteer(stranger)
    begun = await school.raw("POST", f"/courses/{course}/attempts", who=nobody)
    assert begun.status_code == 404
    school.clock.move(days=4)
    seen = await school.ask("GET", path, who=who)
    assert (seen["state"], seen["ended_by"]) == ("ended", "time")
    closed = await school.ask("POST", f"/courses/{course}/attempts", who=who, status=409)
    assert closed["code"] == "test_not_open"


@on_sqlite
async def test_no_question_leaves_before_the_beginning_and_no_right_answer_before_the_end(
    school: School,
) -> None:
    """Every reading operation of the capability is asked as everybody but the corps, at each stage."""
    no, other = school.people[0], school.people[2]
    course = await school.course()
    await school.enrol(course, no, other)
    place = (await school.ask("GET", f"/courses/{course}", who=school.as_volunteer(no)))["own"][
        "id"
    ]
    texts = [str(row[3]) for row in table()[1:]] + [str(row[4]) for row in table()[1:] if row[4]]
    secrets = [str(row[9]) for row in table()[1:]]
    readers = {
        "volunteer": school.as_volunteer(no),
        "other": school.as_volunteer(other),
        "leader": bearer(Role.LEADER, team_code="health"),
        "auditor": bearer(Role.AUDITOR),
    }
    spec = (await school.house.client.get("/api/catalog/openapi.json")).json()
    fill = {"course_id": course, "enrolment_id": place, "volunteer_no": no}
    reading = [
        path.format_map(
            fill
            | dict.fromkeys(("session_id", "attempt_id", "material_id", "token", "number"), "none")
        )
        for path, operations in spec["paths"].items()
        if "get" in operations and "courses" in operations["get"].get("tags", [])
    ]
    assert len(reading) > 12

    async def said(who: dict[str, str]) -> str:
        whole = ""
        for path in [*reading, "/tasks", "/audit-log"]:
            answer = await school.raw("GET", path.removeprefix("/api/catalog"), who=who)
            if answer.headers.get("content-type", "").startswith(("application/json", "text/html")):
                whole += answer.text
        return json.dumps(json.loads(json.dumps(whole)), ensure_ascii=False)

    def leaked(whole: str, words: list[str]) -> list[str]:
        return [word for word in words if word in whole]

    for who in readers.values():
        assert leaked(await said(who), texts + secrets) == []
    paper = await begin(school, course, no)
    assert leaked(json.dumps(paper, ensure_ascii=False), secrets) == []
    assert all(each["right"] is None and each["is_right"] is None for each in paper["questions"])
    for name, who in readers.items():
        assert leaked(await said(who), texts + secrets) == [], name
    who = readers["volunteer"]
    kept = await save(school, no, paper, 1, [0])
    assert set(kept) == {"number", "chosen", "seconds_left"}
    ended = await school.ask("POST", f"/test-attempts/{paper['id']}/end", who=who)
    assert all(
        each["right"] is None and each["explanation"] is None for each in ended["questions"]
    ), "there is a second attempt"
    assert any(each["is_right"] is False for each in ended["questions"])
    second = await begin(school, course, no)
    last = await school.ask("POST", f"/test-attempts/{second['id']}/end", who=who)
    assert all(each["right"] and each["explanation"] for each in last["questions"])
    first = await school.ask("GET", f"/test-attempts/{paper['id']}", who=who)
    assert all(each["right"] for each in first["questions"])
    events = [event.model_dump_json() for event in await school.house.published("catalog")]
    assert leaked("".join(events), texts + secrets) == []
    log = await school.raw("GET", "/audit")
    assert leaked(log.text, texts + secrets) == []


@on_sqlite
async def test_a_test_that_somebody_has_begun_closes_later_and_changes_in_nothing_else(
    school: School,
) -> None:
    no = school.people[0]
    course = await school.course()
    await school.enrol(course, no)
    await begin(school, course, no)
    sessions = await school.sessions(course)
    body = COURSE | {"sessions": sessions}
    overwriting = {"If-Match": "*"}
    for changes in (
        {"minutes": 60},
        {"pass_points": 30},
        {"closes_at": "2014-06-29T18:00:00+08:00"},
    ):
        refused = await school.ask(
            "PUT",
            f"/courses/{course}",
            body | {"test": TEST | changes},
            headers=overwriting,
            status=409,
        )
        assert refused["code"] == "test_begun"
    later = TEST | {"closes_at": "2014-07-02T18:00:00+08:00"}
    await school.ask("PUT", f"/courses/{course}", body | {"test": later}, headers=overwriting)


async def test_a_test_that_closes_later_keeps_its_answers_and_who_sits_has_the_time(
    school: School,
) -> None:
    failed, sitting = school.people[0], school.people[2]
    course = await school.course()
    await school.enrol(course, failed, sitting)
    first = await begin(school, course, failed)
    who = school.as_volunteer(failed)
    await school.ask("POST", f"/test-attempts/{first['id']}/end", who=who)
    school.clock.move(days=3, hours=8, minutes=50)
    running = await begin(school, course, sitting)
    later = TEST | {"closes_at": "2014-07-12T18:00:00+08:00"}
    body = COURSE | {"sessions": await school.sessions(course), "test": later}
    await school.ask("PUT", f"/courses/{course}", body, headers={"If-Match": "*"})
    school.clock.move(minutes=15)
    await end_attempts_over(school.house.uow("catalog"))
    assert (await save(school, sitting, running, 1, [0]))["seconds_left"] == 900
    seen = await school.ask("GET", f"/test-attempts/{first['id']}", who=who)
    assert seen["may_repeat"]
    assert all(
        each["right"] is None and each["explanation"] is None for each in seen["questions"]
    ), "the test can still be sat"
    assert (await begin(school, course, failed))["turn"] == 2
    school.clock.move(days=14)
    seen = await school.ask("GET", f"/test-attempts/{first['id']}", who=who)
    assert all(each["right"] for each in seen["questions"])


async def test_a_course_that_is_called_off_gives_nothing_more(school: School) -> None:
    answers, stays_away = school.people[0], school.people[2]
    course = await school.course()
    await school.enrol(course, answers, stays_away)
    who = school.as_volunteer(answers)
    papers = {no: await begin(school, course, no) for no in (answers, stays_away)}
    for no, paper in papers.items():
        for question in paper["questions"]:
            chosen = choice(question, RIGHT[question["text"]])
            await save(school, no, paper, question["number"], chosen)
    await school.ask("POST", f"/courses/{course}/cancel", {"reason_code": "no_teacher"})
    late = await save(school, answers, papers[answers], 1, [0], status=409)
    assert late["code"] == "course_cancelled"
    ended = await school.ask("POST", f"/test-attempts/{papers[answers]['id']}/end", who=who)
    assert (ended["state"], ended["passed"], ended["may_repeat"]) == ("ended", None, False)
    await end_attempts_over(school.house.uow("catalog"))
    page = await school.ask("GET", f"/courses/{course}/enrolments")
    assert [each["attempts"][0]["state"] for each in page["items"]] == ["ended", "ended"]
    assert [each["certificate_no"] for each in page["items"]] == [None, None]
    assert await school.told("course_test_marked") == []
    session = (await school.ask("GET", f"/courses/{course}"))["sessions"][0]["id"]
    attended = f"/courses/{course}/sessions/{session}/attendance"
    refused = await school.ask("POST", attended, {"present": [answers]}, status=409)
    assert refused["code"] == "course_cancelled"
    assert (await school.ask("GET", "/trainings"))["items"] == []
    assert await school.ask("GET", f"/volunteers/{answers}/qualifications") == []


@on_sqlite
async def test_what_is_handed_in_is_answered_no_more(school: School) -> None:
    no = school.people[0]
    course = await school.course()
    await school.enrol(course, no)
    paper = await begin(school, course, no)
    await school.ask("POST", f"/test-attempts/{paper['id']}/end", who=school.as_volunteer(no))
    assert (await save(school, no, paper, 1, [0], status=409))["code"] == "test_handed_in"


@on_sqlite
async def test_a_question_that_is_corrected_changes_no_paper_that_was_drawn(school: School) -> None:
    no = school.people[0]
    course = await school.course()
    await school.enrol(course, no)
    paper = await begin(school, course, no)
    other = [
        row if place == 0 else [*row[:3], f"新{row[3]}", *row[4:]]
        for place, row in enumerate(table())
    ]
    await school.ask("POST", f"/courses/{course}/questions?keep=true", xlsx(other))
    for question in paper["questions"]:
        await save(school, no, paper, question["number"], choice(question, RIGHT[question["text"]]))
    ended = await school.ask(
        "POST", f"/test-attempts/{paper['id']}/end", who=school.as_volunteer(no)
    )
    assert (ended["points"], ended["passed"]) == (60, True)
    figures = (await school.ask("GET", f"/courses/{course}/questions"))["items"]
    assert (
        sum(each["drawn"] for each in figures)
        == sum(each["answered_right"] for each in figures)
        == 6
    )


async def test_two_devices_at_once_get_one_paper(school: School) -> None:
    no = school.people[0]
    course = await school.course()
    await school.enrol(course, no)
    papers = await asyncio.gather(*(begin(school, course, no) for _ in range(4)))
    assert len({paper["id"] for paper in papers}) == 1
    numbers = [1, 2, 3, 4, 5, 6]
    await asyncio.gather(*(save(school, no, papers[0], number, [0]) for number in numbers))
    ends = await asyncio.gather(
        *(
            school.ask("POST", f"/test-attempts/{papers[0]['id']}/end", who=school.as_volunteer(no))
            for _ in range(3)
        )
    )
    assert len({end["points"] for end in ends}) == 1
    assert len(await school.told("course_test_marked")) == 1


@pytest.mark.parametrize("seed", range(20))
def test_a_seed_draws_the_same_paper_and_avoids_what_was_drawn(seed: int) -> None:
    chance = random.Random(seed)
    bank = [
        Question(
            number,
            f"主题{number % 3}",
            "single",
            f"题{number}",
            ["甲", "乙", "丙", "丁"],
            [number % 4],
        )
        for number in range(1, 31)
    ]
    wanted = {f"主题{turn}": chance.randint(1, 5) for turn in range(3)}
    paper = draw(bank, wanted, f"seed-{seed}")
    shuffled = chance.sample(bank, len(bank))
    assert draw(shuffled, wanted, f"seed-{seed}") == paper, "the order of the bank says nothing"
    assert {topic: sum(each.topic == topic for each in paper) for topic in wanted} == wanted
    assert len({each.number for each in paper}) == len(paper)
    for each in paper:
        right = ["甲", "乙", "丙", "丁"][each.number % 4]
        assert [each.options[place] for place in each.right] == [right]
        assert sorted(each.options) == sorted(["甲", "乙", "丙", "丁"])
    again = draw(bank, wanted, f"again-{seed}", {each.number for each in paper})
    assert {each.number for each in again}.isdisjoint({each.number for each in paper})
    assert len({tuple(each.options) for each in draw(bank, {"主题0": 10}, f"seed-{seed}")}) > 1
