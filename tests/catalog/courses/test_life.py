"""A course from its draft to its certificates: in both stores."""

import re
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from services.catalog.courses.use_cases.keeping import close_when_due, tell_open_tests
from shared.kernel.access import Role
from tests.catalog.courses.bank import TOPICS, choice, right_of, table
from tests.catalog.courses.conftest import COURSE, SESSIONS, TEST, School
from tests.support.excel import records_of
from tests.support.fixtures import on_sqlite
from tests.support.tokens import bearer
from tests.support.workbooks import xlsx


async def sit(school: School, course: str, no: str, *, wrong: int = 0) -> Any:
    """Sits a test, with so many answers wrong, and hands it in."""
    who, right = school.as_volunteer(no), right_of(table())
    paper = await school.ask("POST", f"/courses/{course}/attempts", who=who)
    for turn, question in enumerate(paper["questions"]):
        body = {"chosen": choice(question, right[question["text"]], wrong=turn < wrong)}
        path = f"/test-attempts/{paper['id']}/answers/{question['number']}"
        await school.ask("PUT", path, body, who=who)
    return await school.ask("POST", f"/test-attempts/{paper['id']}/end", who=who)


async def test_from_the_draft_to_the_certificate(school: School) -> None:
    first, second = school.people[:2]
    course = await school.course()
    await school.enrol(course, first, who=school.as_volunteer(first))
    leader = bearer(Role.LEADER, team_code="clinic-two")
    await school.enrol(course, second, who=leader)
    (_, by_leader) = await school.told("course_enrolment_changed")
    assert (by_leader.by, by_leader.state, by_leader.volunteer_no) == ("leader", "enrolled", second)
    await school.ask("POST", f"/courses/{course}/close")

    session = (await school.ask("GET", f"/courses/{course}"))["sessions"][0]["id"]
    attended = f"/courses/{course}/sessions/{session}/attendance"
    await school.ask("POST", attended, {"present": [second]}, who=leader)
    assert (await school.raw("POST", attended, {"present": [first]}, who=leader)).status_code == 404
    await school.ask("POST", attended, {"present": [first]})

    result = await sit(school, course, first, wrong=1)
    assert (result["points"], result["most_points"], result["passed"]) == (50, 60, False)
    failed = await sit(school, course, first)
    assert (failed["points"], failed["passed"], failed["turn"]) == (60, True, 2)
    (held,) = await school.ask("GET", f"/volunteers/{first}/qualifications")
    assert (held["name"], held["granted_on"], held["expires_on"]) == (
        "上岗证",
        "2014-06-27",
        "2016-06-26",
    )
    granted = await school.told("qualification_granted")
    assert [each.volunteer_no for each in granted] == [first]
    assert [each.passed for each in await school.told("course_test_marked")] == [False, True]

    (training,) = await school.ask("GET", f"/volunteers/{first}/trainings")
    assert training["minutes"] == 180
    assert (training["name"], training["organiser"]) == (COURSE["name"], COURSE["organiser"])
    assert training["certificate_no"] == "P2014-000001"
    file = await school.raw("GET", "/trainings.xlsx", headers={"Accept-Language": "zh-CN"})
    sheet = records_of(file.content)
    assert {each["志愿者编号"] for each in sheet} == {first, second}
    assert {each["时长（分钟）"] for each in sheet} == {"180"}

    page = await school.ask("GET", f"/courses/{course}/enrolments", who=leader)
    assert [(each["volunteer_no"], each["name"]) for each in page["items"]] == [(second, "林志2")]
    place = (await school.ask("GET", f"/courses/{course}", who=school.as_volunteer(first)))["own"]
    pdf = await school.raw("GET", f"/trainings/{place['id']}/certificate.pdf")
    assert pdf.content.startswith(b"%PDF")
    printed = f"/trainings/{place['id']}/certificate.pdf"
    for who, status in (
        (bearer(Role.AUDITOR), 403),
        (leader, 404),
        (school.as_volunteer(second), 404),
        (bearer(Role.LEADER, team_code="health"), 200),
        (school.as_volunteer(first), 200),
    ):
        assert (await school.raw("GET", printed, who=who)).status_code == status

    school.clock.move(days=4)
    ended = await school.ask("POST", f"/courses/{course}/end")
    assert ended["state"] == "ended"
    assert (await school.told("course_changed"))[-1].state == "ended"


async def test_whoever_has_a_certificate_in_hand_verifies_it(school: School) -> None:
    no = school.people[0]
    course = await school.course()
    await school.enrol(course, no)
    await sit(school, course, no)
    uow = school.house.uow("catalog")
    async with uow.reading() as session:
        from services.catalog.courses.queries.courses import places_of

        (place,) = await places_of(session, no)
    client = school.house.client
    page = await client.get(
        f"/api/catalog/public/course-certificates/{place.token}", headers={"Authorization": ""}
    )
    assert page.status_code == 200
    assert "P2014-000001" in page.text
    assert "林*" in page.text
    assert "林志1" not in page.text
    assert "<script" not in page.text
    path = f"/trainings/{place.id}/withdraw"
    body = {"reason_code": "records_wrong"}
    who = bearer(Role.LEADER, team_code="health")
    assert (await school.raw("POST", path, body, who=who)).status_code == 403
    withdrawn = await school.ask("POST", path, body)
    assert withdrawn["withdrawn_on"] == "2014-06-27"
    again = await school.ask("POST", path, body, status=409)
    assert again["code"] == "certificate_withdrawn"
    page = await client.get(f"/api/catalog/public/course-certificates/{place.token}")
    assert "已于2014年6月27日撤销" in page.text
    assert "证书属实" not in page.text
    pdf = await school.raw("GET", f"/trainings/{place.id}/certificate.pdf")
    assert "已撤销" in PdfReader(BytesIO(pdf.content)).pages[0].extract_text()
    wrong = await client.get(
        "/api/catalog/public/course-certificates/wrong", headers={"Accept": "text/html"}
    )
    assert wrong.status_code == 404
    assert "总队的活动" in wrong.text
    assert "征求意见" not in wrong.text


async def test_those_who_take_part_are_told_what_changes(school: School) -> None:
    enrolled, waiting = school.people[:3], school.people[3]
    course = await school.course()
    await school.enrol(course, *school.people[:4])
    moved = [SESSIONS[0] | {"place": "文化馆"}, SESSIONS[1]]
    ids = [each["id"] for each in (await school.ask("GET", f"/courses/{course}"))["sessions"]]
    moved = [each | {"session_id": key} for each, key in zip(moved, ids, strict=True)]
    overwriting = {"If-Match": "*"}
    await school.ask("PUT", f"/courses/{course}", COURSE | {"sessions": moved}, headers=overwriting)
    told = (await school.told("course_changed"))[-1]
    assert (told.step, set(told.told_nos)) == ("sessions_changed", set(enrolled))
    assert told.sessions[0].place == "文化馆"
    await school.ask(
        "POST", f"/courses/{course}/cancel", {"reason_code": "no_teacher", "reason": "讲师住院"}
    )
    for who, words in (
        ({}, "讲师住院"),
        (bearer(Role.AUDITOR), "讲师住院"),
        (school.as_volunteer(waiting), None),
        (bearer(Role.LEADER, team_code="health"), None),
    ):
        one = await school.ask("GET", f"/courses/{course}", who=who)
        (listed,) = (await school.ask("GET", "/courses", who=who))["items"]
        assert (one["reason_code"], one["reason"], listed["reason"]) == ("no_teacher", words, words)
    told = (await school.told("course_changed"))[-1]
    assert (told.step, told.reason_code) == ("cancelled", "no_teacher")
    assert set(told.told_nos) == {*enrolled, waiting}
    assert (
        await school.raw("POST", f"/courses/{course}/enrolments", {"volunteer_nos": [waiting]})
    ).status_code == 409


async def test_that_a_test_is_open_is_said_once(school: School) -> None:
    opens = TEST | {"opens_at": "2014-06-28T08:00:00+08:00"}
    course = await school.course(test=opens)
    await school.enrol(course, *school.people[:2])
    uow = school.house.uow("catalog")
    await tell_open_tests(uow, [course])
    assert [each.step for each in await school.told("course_changed")] == ["opened"]
    school.clock.move(days=1)
    for _ in range(2):
        await tell_open_tests(uow, [course])
    opened = [each for each in await school.told("course_changed") if each.step == "test_opened"]
    assert [set(each.told_nos) for each in opened] == [set(school.people[:2])]
    await close_when_due(uow, [course])
    assert (await school.ask("GET", f"/courses/{course}"))["state"] == "running"


async def test_check_in_by_the_code_on_the_screen(school: School) -> None:
    import pyotp

    no, other = school.people[:2]
    course = await school.course()
    await school.enrol(course, no)
    first, second = [
        each["id"] for each in (await school.ask("GET", f"/courses/{course}"))["sessions"]
    ]
    path = f"/courses/{course}/sessions/{first}"
    assert (await school.raw("GET", f"{path}/code", who=school.as_volunteer(no))).status_code == 403
    shown = await school.ask("GET", f"{path}/code")
    code = pyotp.TOTP(shown["secret"], interval=shown["step_seconds"]).at(school.clock.now)
    who = school.as_volunteer(no)
    wrong = "000000" if code != "000000" else "111111"
    refused = await school.ask("POST", f"{path}/check-in", {"code": wrong}, who=who, status=422)
    assert refused["code"] == "session_code_wrong"
    stranger = school.as_volunteer(other)
    assert (
        await school.raw("POST", f"{path}/check-in", {"code": code}, who=stranger)
    ).status_code == 404
    for _ in range(2):
        await school.ask("POST", f"{path}/check-in", {"code": code}, who=who, status=204)
    own = (await school.ask("GET", f"/courses/{course}", who=who))["own"]
    assert own["attended"] == [first]
    later = f"/courses/{course}/sessions/{second}/check-in"
    assert (await school.ask("POST", later, {"code": code}, who=who, status=409))[
        "code"
    ] == "session_not_today"
    scanned = school.clock.now
    school.clock.move(minutes=11)
    old = {"code": code, "at": scanned.isoformat()}
    assert (await school.ask("POST", f"{path}/check-in", old, who=who, status=422))[
        "code"
    ] == "code_too_old"


@on_sqlite
async def test_materials_are_checked_as_attachments_are(school: School) -> None:
    from tests.requests.attachments.files import pdf

    no = school.people[0]
    course = await school.course()
    named = {"File-Name": "%E8%AE%B2%E4%B9%89.pdf"}
    made = await school.ask(
        "POST", f"/courses/{course}/materials", pdf(), headers=named, status=201
    )
    assert made["name"] == "讲义.pdf"
    refused = await school.ask(
        "POST", f"/courses/{course}/materials", b"MZ\x90", headers=named, status=422
    )
    assert refused["code"] == "attachment_kind_unknown"
    path = f"/courses/{course}/materials/{made['id']}"
    await school.enrol(course, no)
    stranger, their_leader = school.people[1], bearer(Role.LEADER, team_code="clinic-two")
    for who, count in (
        (school.as_volunteer(no), 1),
        (bearer(Role.LEADER, team_code="health"), 1),
        (bearer(Role.AUDITOR), 1),
        (school.as_volunteer(stranger), 0),
        (their_leader, 0),
    ):
        seen = await school.ask("GET", f"/courses/{course}", who=who)
        assert len(seen["materials"]) == count
        assert (await school.raw("GET", path, who=who)).status_code == (200 if count else 404)
    file = await school.raw("GET", path, who=school.as_volunteer(no))
    assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")
    await school.ask("DELETE", path, status=204)
    assert (await school.raw("GET", path)).status_code == 404


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sessions": [SESSIONS[0] | {"ends": "08:30"}]}, "session_reversed"),
        ({"sessions": [SESSIONS[0] | {"topic": "别的"}]}, "session_topic_unknown"),
        ({"enrol_until": "2014-07-30"}, "enrol_after_course"),
        ({"test": TEST | {"pass_points": 61}}, "test_not_passable"),
        ({"test": TEST | {"closes_at": TEST["opens_at"]}}, "test_window_reversed"),
        ({"test": TEST | {"draw": [{"topic": "别的", "questions": 2}]}}, "test_topic_unknown"),
        ({"test": TEST | {"draw": [TEST["draw"][0], TEST["draw"][0]]}}, "test_topic_repeated"),
        ({"topics": [*TOPICS, TOPICS[1]]}, "topics_repeated"),
        ({"qualification": "没有的资格"}, "qualification_unknown"),
    ],
)
async def test_what_does_not_fit_is_said(
    school: School, changes: dict[str, Any], code: str
) -> None:
    refused = await school.ask("POST", "/courses", COURSE | changes, status=422)
    assert refused["code"] == code
    assert refused["remedy"]
    if code in ("test_topic_repeated", "topics_repeated"):
        named = TOPICS[0] if code == "test_topic_repeated" else TOPICS[1]
        assert [topic for topic in TOPICS if topic in refused["detail"]] == [named]


@on_sqlite
async def test_days_that_are_past_are_asked_about_once(school: School) -> None:
    past = [SESSIONS[0] | {"on": "2014-06-20"}, SESSIONS[1]]
    body = COURSE | {"enrol_until": "1900-01-01", "sessions": past}
    asked = await school.ask("POST", "/courses", body, status=409)
    assert {(each["code"], each["field"]) for each in asked["errors"]} == {
        ("enrolment_in_the_past", "enrol_until"),
        ("session_in_the_past", "sessions[0].on"),
    }
    sure = {"confirm": ["enrolment_in_the_past", "session_in_the_past"]}
    made = await school.ask("POST", "/courses", body, params=sure, status=201)
    path = f"/courses/{made['id']}"
    await school.ask("POST", f"{path}/questions?keep=true", xlsx(table()))
    kept = body | {"sessions": await school.sessions(made["id"]), "capacity": 9}
    await school.ask("PUT", path, kept, headers={"If-Match": "*"})
    asked = await school.ask(
        "PUT", path, kept | {"enrol_until": "2014-06-26"}, headers={"If-Match": "*"}, status=409
    )
    assert [each["code"] for each in asked["errors"]] == ["enrolment_in_the_past"]
    await school.ask("POST", f"{path}/open", status=409)
    await school.ask("POST", f"{path}/open", params=sure)


@on_sqlite
async def test_nobody_is_there_and_not_there(school: School) -> None:
    no = school.people[0]
    course = await school.course()
    await school.enrol(course, no)
    session = (await school.ask("GET", f"/courses/{course}"))["sessions"][0]["id"]
    path = f"/courses/{course}/sessions/{session}/attendance"
    both = {"present": [no], "absent": [no]}
    assert (await school.ask("POST", path, both, status=422))["code"] == "present_and_absent"


@on_sqlite
async def test_drafts_are_the_corps_own(school: School) -> None:
    course = await school.course(opened=False)
    for who in (school.as_volunteer(school.people[0]), bearer(Role.LEADER, team_code="health")):
        assert (await school.ask("GET", "/courses", who=who))["items"] == []
        assert (await school.raw("GET", f"/courses/{course}", who=who)).status_code == 404
        assert (
            await school.raw("GET", f"/courses/{course}/enrolments", who=who)
        ).status_code == 404


@on_sqlite
async def test_a_table_with_faults_is_told_by_row_and_changes_nothing(school: School) -> None:
    rows = table(2)
    rows += [
        [20, "别的主题", "单选", "一", "甲", "乙", None, None, "A", None],
        [21, "安全常识", "填空", "二", "甲", "乙", None, None, "A", None],
        [22, "安全常识", "单选", "三", "甲", "乙", None, None, "C", None],
        [23, "安全常识", "多选", "四", "甲", "乙", None, None, "A", None],
        [24, "安全常识", "判断", "五", None, None, None, None, "也许", None],
        [25, "安全常识", "单选", "安全常识第1题", "甲", "乙", None, None, "A", None],
        [26, "安全常识", "单选", None, "甲", "乙", None, None, "A", None],
        [27, "安全常识", "单选", "六", "甲", None, "丙", None, "A", None],
        [-1, "安全常识", "单选", "七", "甲", "乙", None, None, "A", None],
    ]
    course = (await school.ask("POST", "/courses", COURSE, status=201))["id"]
    path = f"/courses/{course}/questions"
    said = await school.ask(
        "POST", f"{path}?keep=true", xlsx(rows), headers={"Accept-Language": "zh-CN"}
    )
    labels = {fault["field"]: fault["label"] for each in said["rows"] for fault in each["faults"]}
    assert labels["number"] == "题号"
    codes = {each["row"]: [fault["code"] for fault in each["faults"]] for each in said["rows"]}
    assert codes == {
        6: ["question_topic_unknown"],
        7: ["cell_no_choice"],
        8: ["right_no_option"],
        9: ["right_several"],
        10: ["cell_no_choice"],
        11: ["question_repeated"],
        12: ["cell_needed"],
        13: ["option_left_out"],
        14: ["question_number_odd"],
    }
    assert not said["kept"]
    assert all(
        fault["rule"] and fault["remedy"] for each in said["rows"] for fault in each["faults"]
    )
    assert (await school.ask("GET", path))["items"] == []
    csv = "\n".join(",".join(str(cell or "") for cell in row) for row in table(2)).encode("gb18030")
    looked = await school.ask("POST", path, csv)
    assert (looked["new"], looked["kept"], looked["faulty"]) == (4, False, 0)
    kept = await school.ask("POST", f"{path}?keep=true", csv)
    assert kept["kept"]
    again = await school.ask("POST", f"{path}?keep=true", csv)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 4)
    exported = await school.raw("GET", f"{path}.xlsx", headers={"Accept-Language": "zh-CN"})
    returned = await school.ask("POST", f"{path}?keep=true", exported.content)
    assert (returned["unchanged"], returned["faulty"]) == (4, 0), "what is exported can be imported"
    refused = await school.ask("POST", f"/courses/{course}/open", status=409)
    assert refused["code"] == "too_few_questions"
    assert re.search("安全常识.*2.*6", refused["detail"])
    template = await school.raw("GET", "/question-table.xlsx", headers={"Accept-Language": "zh-CN"})
    assert [each["题型"] for each in records_of(template.content)] == ["单选", "多选", "判断"]


async def test_a_person_who_asks_gets_it_and_is_forgotten(school: School) -> None:
    no, other = school.people[0], school.people[1]
    course = await school.course(capacity=1)
    await school.enrol(course, no, other)
    assert await school.states(course) == {no: "enrolled", other: "waiting"}
    await sit(school, course, no, wrong=2)
    await school.ask("POST", f"/volunteers/{no}/export", status=202)
    part = await school.ask("GET", f"/people/{no}/export")
    kinds = [each["kind"] for each in part["records"]]
    assert "course_enrolment" in kinds
    assert "test_attempt" in kinds
    await school.ask("POST", f"/volunteers/{no}/erase", {"reason": "本人要求"}, status=202)
    assert await school.states(course) == {other: "enrolled"}, "the place is the next one's"
    from sqlalchemy import func, select

    from services.catalog.courses.tables import test_answer, test_attempt

    async with school.house.uow("catalog").reading() as session:
        for kept in (test_answer, test_attempt):
            assert await session.scalar(select(func.count()).select_from(kept)) == 0


async def test_a_double_keeps_the_place_with_which_more_was_reached(school: School) -> None:
    gone, kept, third = school.people[0], school.people[2], school.people[4]
    course = await school.course(capacity=2)
    await school.enrol(course, gone, kept, third)
    await sit(school, course, gone)
    client = school.house.client
    seen = (await client.get(f"/api/catalog/volunteers/{gone}/merging?into={kept}")).json()
    done = await client.post(
        f"/api/catalog/volunteers/{gone}/merge",
        json={"into": kept, "take": [], "seen": seen["seen"]},
    )
    assert done.is_success, done.text
    assert await school.states(course) == {kept: "enrolled", third: "enrolled"}
    (training,) = await school.ask("GET", f"/volunteers/{kept}/trainings")
    assert training["passed_on"] == "2014-06-27"
