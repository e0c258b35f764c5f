"""The life of an activity over HTTP, on both stores: planned, announced, moved, held or called off."""

import asyncio
from typing import Any

import pytest

from shared.contracts.catalog import ActivityChanged, ActivityHeld, ParticipantsRegistered
from shared.kernel.access import Role
from tests.catalog.activities.conftest import ANYBODY, CEREMONY, WHERE, Corps
from tests.support.excel import rows_of
from tests.support.fixtures import on_sqlite
from tests.support.tokens import bearer


async def test_the_ceremony_from_its_plan_to_its_page(corps: Corps) -> None:
    path = await corps.plan(announce=False)
    first, second, third, fourth, _, other = corps.nos
    await corps.ask("GET", path, status=404, leader="health")
    await corps.register(path, first, status=404, self_as=first)
    assert (await corps.request("GET", f"/public{path}", headers=ANYBODY)).status_code == 404
    await corps.ask("POST", f"{path}/announce")

    assert (await corps.register(path, first, self_as=first))["registered"] == [first]
    await corps.register(path, second, status=404, self_as=first)
    signed = await corps.register(path, second, third, fourth, leader="health")
    assert (signed["registered"], signed["waiting"]) == ([second, third], [fourth])
    await corps.register(path, other, status=404, leader="health")
    assert (await corps.register(path, other))["waiting"] == [other]

    # Others are numbers in a count; a leader sees the own people by name, and nobody else.
    seen = await corps.ask("GET", path, self_as=first)
    assert (seen["registered"], seen["waiting"], seen["own"]) == (3, 2, "registered")
    own = await corps.ask("GET", f"{path}/registrations", self_as=first)
    assert [each["volunteer_no"] for each in own["items"]] == [first]
    team = await corps.ask("GET", f"{path}/registrations", leader="health")
    assert {each["volunteer_no"]: each["name"] for each in team["items"]} == {
        first: "赵小明",
        second: "钱小明",
        third: "孙小明",
        fourth: "李小明",
    }

    # The place that becomes free goes to who waits longest, who is told.
    signed = await corps.withdraw(path, second, self_as=None, leader="health")
    assert (signed["withdrawn"], signed["moved_up"]) == ([second], 1)
    assert (await corps.states(path))[fourth] == "registered"
    await corps.told(fourth, "您在候补：入党宣誓仪式", "候补到了：入党宣誓仪式")

    moved = WHERE | {"on": "2014-07-02", "starts_at": "14:00", "ends_at": "16:30"}
    told = await corps.ask("POST", f"{path}/move", moved | {"reason_code": "weather"})
    assert [part["starts_at"] for part in told["parts"]] == ["14:00", "14:40", "15:20"]
    assert (told["was_on"], told["on"]) == ("2014-07-01", "2014-07-02")
    await corps.told(other, "您在候补：入党宣誓仪式", "您候补的活动有变动：入党宣誓仪式")
    assert await corps.notices(first) == ["活动有变动：入党宣誓仪式"]
    assert await corps.notices(second) == ["已为您报名：入党宣誓仪式"], "who is out is not told"
    page = (await corps.request("GET", f"/public{path}", headers=ANYBODY)).text
    assert "时间或地点有变动" in page

    await corps.ask("POST", f"{path}/attendance", {"present": [first]}, status=409)
    corps.clock.move(days=5)
    await corps.ask("POST", f"{path}/hold", status=409)
    noted = await corps.ask(
        "POST", f"{path}/attendance", {"present": [first, third]}, leader="health"
    )
    assert noted == {"registered": 3, "present": 2, "unsaid": 1}
    await corps.ask("POST", f"{path}/attendance", {"present": [other]}, status=404, leader="health")
    refused = await corps.ask("POST", f"{path}/hold", status=409)
    assert refused["errors"][0]["code"] == "attendance_missing"
    held = await corps.ask("POST", f"{path}/hold", params={"confirm": "attendance_missing"})
    assert (held["state"], held["participants"]) == ("held", 2)

    page = (await corps.request("GET", f"/public{path}", headers=ANYBODY)).text
    for said in ("西山革命烈士陵园", "缅怀革命先烈", "参观烈士纪念馆", "<dd>2</dd>"):
        assert said in page
    assert not any(no in page for no in corps.nos)
    assert "小明" not in page

    # The corps corrects it afterwards; a leader does not.
    body = {"present": [fourth]}
    await corps.ask("POST", f"{path}/attendance", body, status=409, leader="health")
    await corps.ask("POST", f"{path}/attendance", body)
    assert (await corps.ask("GET", path))["participants"] == 3
    published = await corps.house.published("catalog")
    (event,) = [each for each in published if isinstance(each, ActivityHeld)]
    assert (event.participants, event.team_codes) == (2, ("health",))
    changes = [each for each in published if isinstance(each, ActivityChanged)]
    assert [each.step for each in changes] == ["announced", "moved", "recounted"]
    assert [each.revision for each in changes] == [1, 2, 3]
    assert changes[0].team_codes == ("clinic-two", "health")


async def test_the_last_place_is_given_once(corps: Corps) -> None:
    path = await corps.plan(capacity=1)
    asked = [corps.register(path, no, self_as=no) for no in corps.nos[:5]]
    signed = await asyncio.gather(*asked)
    assert sum(len(each["registered"]) for each in signed) == 1
    assert sorted((await corps.states(path)).values()) == ["registered", *["waiting"] * 4]
    page = await corps.ask("GET", f"{path}/registrations")
    assert [each["place_no"] for each in page["items"]] == [1, 2, 3, 4, 5]


async def test_more_places_go_to_who_waits_and_fewer_than_are_taken_are_refused(
    corps: Corps,
) -> None:
    path = await corps.plan(capacity=2)
    await corps.register(path, *corps.nos[:4])
    whole = CEREMONY | {"capacity": 3}
    etag = {"If-Match": "*"}
    await corps.ask("PUT", path, CEREMONY | {"capacity": 1}, status=409, headers=etag)
    await corps.ask("PUT", path, whole, headers=etag)
    assert (await corps.states(path))[corps.nos[2]] == "registered"
    elsewhere = await corps.ask("PUT", path, whole | {"place": "别处"}, status=422, headers=etag)
    assert elsewhere["code"] == "activity_is_announced"
    events = await corps.house.published("catalog")
    (event,) = [e for e in events if isinstance(e, ParticipantsRegistered) and e.moved_up_nos]
    assert event.moved_up_nos == (corps.nos[2],)


async def test_after_the_last_day_the_corps_alone_registers_and_anybody_withdraws(
    corps: Corps,
) -> None:
    path = await corps.plan(register_until="2014-06-28")
    first, second, third = corps.nos[:3]
    await corps.register(path, first)
    corps.clock.move(days=2)
    refused = await corps.register(path, second, status=409, self_as=second)
    assert refused["code"] == "registration_over"
    await corps.register(path, second, status=409)
    await corps.register(path, second, params={"confirm": "registration_is_over"})
    await corps.withdraw(path, first, self_as=first)
    assert await corps.states(path) == {second: "registered"}
    # Whoever comes back is behind the others.
    await corps.register(path, third, first, params={"confirm": "registration_is_over"})
    page = await corps.ask("GET", f"{path}/registrations")
    assert [each["volunteer_no"] for each in page["items"]] == [second, third, first]


async def test_on_a_day_that_is_still_to_come_nobody_was_there(corps: Corps) -> None:
    path = await corps.plan(on="2014-06-27", register_until="2014-06-27")
    first, second = corps.nos[:2]
    await corps.register(path, first, second)
    noted = {"present": [first], "absent": [second]}
    await corps.ask("POST", f"{path}/attendance", noted)
    later = WHERE | {"on": "2014-06-28", "reason_code": "weather"}
    moved = await corps.ask("POST", f"{path}/move", later)
    assert (moved["present"], moved["unsaid"]) == (0, 2)
    corps.clock.move(days=1)
    refused = await corps.ask("POST", f"{path}/hold", status=409)
    assert refused["code"] == "nobody_present"


@on_sqlite
async def test_moved_twice_it_says_for_when_it_was_announced_first(corps: Corps) -> None:
    path = await corps.plan()
    for on, place in (("2014-07-02", "文化馆"), ("2014-07-03", "体育馆")):
        elsewhere = WHERE | {"on": on, "place": place, "reason_code": "clash"}
        moved = await corps.ask("POST", f"{path}/move", elsewhere)
    assert (moved["was_on"], moved["was_place"]) == ("2014-07-01", WHERE["place"])
    published = await corps.house.published("catalog")
    told = [each for each in published if isinstance(each, ActivityChanged)]
    assert str(told[-1].was_on) == "2014-07-01"
    # Sent again with other words it is no other move: the words are kept, and nobody is told again.
    again = elsewhere | {"reason_code": "other", "reason": "文化馆当天有演出"}
    moved = await corps.ask("POST", f"{path}/move", again)
    assert (moved["reason_code"], moved["reason"]) == ("other", "文化馆当天有演出")
    published = await corps.house.published("catalog")
    assert [each for each in published if isinstance(each, ActivityChanged)] == told


async def test_who_is_registered_learns_that_it_is_called_off(corps: Corps) -> None:
    path = await corps.plan()
    first = corps.nos[0]
    await corps.register(path, first)
    said = {"reason_code": "other", "reason": "预报有台风"}
    called_off = await corps.ask("POST", f"{path}/call-off", said)
    assert (called_off["state"], called_off["reason"]) == ("called_off", "预报有台风")
    assert (await corps.ask("GET", path, self_as=first))["reason"] is None
    await corps.told(first, "已为您报名：入党宣誓仪式", "活动取消：入党宣誓仪式")
    for step, body in (("register", {"volunteer_nos": [first]}), ("hold", None)):
        await corps.ask("POST", f"{path}/{step}", body, status=409)
    page = (await corps.request("GET", f"/public{path}", headers=ANYBODY)).text
    assert "已取消" in page
    assert "台风" not in page


@on_sqlite
@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"ends_at": "08:00"}, "ends_at", "activity_hours"),
        ({"register_until": "2014-07-02"}, "register_until", "registration_after_day"),
        ({"team_code": "nobody"}, "team_code", "unknown_code"),
        (
            {"parts": [CEREMONY["parts"][1], CEREMONY["parts"][0]]},
            "parts[1].starts_at",
            "part_out_of_order",
        ),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    corps: Corps, wrong: dict[str, Any], field: str, code: str
) -> None:
    for language in ("zh-CN", "en"):
        headers = {"Accept-Language": language}
        body = CEREMONY | wrong
        refused = await corps.ask("POST", "/activities", body, status=422, headers=headers)
        assert (refused["field"], refused["code"]) == (field, code)
        assert refused["remedy"]


@on_sqlite
async def test_lists_filter_sort_page_and_are_files(corps: Corps) -> None:
    ceremony = await corps.plan()
    await corps.plan(name="参观水厂", name_en="Waterworks", activity_kind="outing", on="2014-07-09")
    await corps.plan(announce=False, name="草稿", name_en="Draft")
    every = await corps.ask("GET", "/activities")
    assert every["total"] == 3
    assert (await corps.ask("GET", "/activities", leader="health"))["total"] == 2
    for query, found in (
        ({"activity_kind": "outing"}, ["参观水厂"]),
        ({"q": "宣誓"}, ["入党宣誓仪式"]),
        ({"first_on": "2014-07-02"}, ["参观水厂"]),
        ({"state": "announced", "sort": "on"}, ["入党宣誓仪式", "参观水厂"]),
        ({"state": "announced", "sort": "-on", "limit": 1}, ["参观水厂"]),
    ):
        page = await corps.ask("GET", "/activities", params=query)
        assert [each["name"] for each in page["items"]] == found
    await corps.register(ceremony, *corps.nos[:4])
    for path, rows in (("/activities.xlsx", 4), (f"{ceremony}/registrations.xlsx", 5)):
        answer = await corps.request("GET", path)
        assert answer.status_code == 200
        assert len(rows_of(answer.content)) == rows


@on_sqlite
async def test_whoever_acts_finds_it_among_the_tasks_until_it_is_done(corps: Corps) -> None:
    path = await corps.plan()
    await corps.register(path, corps.nos[0])

    async def waiting(*roles: Role, **claims: str) -> set[str]:
        who = bearer(*roles, **claims)
        return set((await corps.ask("GET", "/tasks", headers=who))["counts"])

    assert "activity_to_confirm" not in await waiting(Role.COORDINATOR)
    corps.clock.move(days=5)
    assert "activity_to_confirm" in await waiting(Role.COORDINATOR)
    assert "attendance_to_note" in await waiting(Role.LEADER, team_code="health")
    assert "attendance_to_note" not in await waiting(Role.LEADER, team_code="clinic-two")
    body = {"present": [corps.nos[0]]}
    await corps.ask("POST", f"{path}/attendance", body, leader="health")
    assert "attendance_to_note" not in await waiting(Role.LEADER, team_code="health")
    await corps.ask("POST", f"{path}/hold")
    assert "activity_to_confirm" not in await waiting(Role.COORDINATOR)
