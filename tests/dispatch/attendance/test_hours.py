"""Hours over HTTP, on both stores: they follow check-ins, both sides may say otherwise, and the corps decides."""

from datetime import datetime, timedelta
from typing import Any

from services.dispatch.attendance.use_cases.hours import weigh_again
from services.dispatch.attendance.use_cases.retention import old_hours
from shared.contracts.catalog import (
    PersonErased,
    PersonExportRequested,
    TeamMerged,
    VolunteerChanged,
    VolunteerMerged,
)
from shared.contracts.dispatch import (
    HoursAnswered,
    HoursAsked,
    HoursCorrected,
    HoursRecorded,
    HoursWithdrawn,
)
from shared.kernel.access import Role
from shared.kernel.clock import CHINA
from shared.privacy.retention import prune_all
from tests.dispatch import desk
from tests.dispatch.attendance.day import LEADER, OTHER_LEADER, OWN, V1, V2, Day
from tests.support.tokens import bearer

CORPS = bearer(Role.COORDINATOR)


async def ask(
    day: Day, method: str, path: str, body: Any = None, *, who: dict[str, str], status: int = 200
) -> Any:
    answer = await day.house.client.request(method, f"/api/dispatch{path}", json=body, headers=who)
    assert answer.status_code == status, answer.text
    return answer.json()


async def served(day: Day, minutes: int = 180) -> None:
    """The stop goes on; the first volunteer comes and goes by the code."""
    await desk.ask(day.house, "POST", f"/stops/{day.stop['id']}/start", {})
    await day.send(code=await day.code())
    day.clock.move(minutes=minutes)
    await day.send(way="out", code=await day.code())


async def hours(day: Day, who: dict[str, str] = CORPS) -> list[dict[str, Any]]:
    return list((await ask(day, "GET", "/hours", who=who))["items"])


async def totals(day: Day, who: dict[str, str] = OWN) -> tuple[int, int, int, int]:
    found = await ask(day, "GET", "/hours/totals", who=who)
    return found["checked"], found["cosigned"], found["by_hand"], found["held"]


def times(day: Day, start: str = "08:00", end: str = "11:00", **more: Any) -> dict[str, Any]:
    return {
        "assignment_id": day.booth["id"],
        "volunteer_no": V1,
        "starts_at": f"{day.stop['on']}T{start}:00+08:00",
        "ends_at": f"{day.stop['on']}T{end}:00+08:00",
    } | more


async def test_hours_are_read_page_by_page(day: Day) -> None:
    await served(day)
    for no in (V2, "V-000003"):
        body = times(day, "08:00", "10:00", volunteer_no=no, reason="按签到表补录")
        await ask(day, "POST", "/hours", body, who=CORPS, status=201)
    seen: list[str] = []
    after = ""
    while after is not None:
        page = await ask(day, "GET", f"/hours?limit=1{after and f'&after={after}'}", who=CORPS)
        seen += [each["volunteer_no"] for each in page["items"]]
        after = page["next_after"]
    assert sorted(seen) == [V1, V2, "V-000003"]


async def test_hours_follow_what_was_checked(day: Day) -> None:
    await served(day)
    assert await totals(day) == (180, 0, 0, 0)
    (event,) = await desk.of_type(day.house, HoursRecorded)
    assert (event.volunteer_no, event.minutes, event.evidence) == (V1, 180, "checked")
    # A phone connects late: whoever was there longer has served longer.
    earlier = datetime.fromisoformat(f"{day.stop['on']}T07:30:00").replace(tzinfo=CHINA)
    code = await day.code(earlier)
    await day.send(code=code, device_at=earlier.isoformat())
    assert await totals(day) == (210, 0, 0, 0)
    (event,) = await desk.of_type(day.house, HoursCorrected)
    assert (event.was_minutes, event.minutes, event.hours_revision) == (180, 210, 2)
    assert len(await hours(day, OWN)) == len(await hours(day, LEADER)) == 1
    assert await hours(day, OTHER_LEADER) == []


async def test_too_many_hours_wait_for_a_person(day: Day) -> None:
    await served(day, minutes=301)
    assert await totals(day) == (0, 0, 0, 1)
    assert not await desk.of_type(day.house, HoursRecorded)
    (held,) = await hours(day)
    assert (held["state"], held["anomalies"]) == ("held", ["too_long"])
    waiting = await ask(day, "GET", "/tasks", who=CORPS)
    assert [t["about"] for t in waiting["items"] if t["code"] == "hours_to_decide"] == [
        f"stop:{day.stop['id']}"
    ]
    path = f"/hours/{held['id']}/decide"
    body = {"accepts": True, "reason": "收摊晚，队长在场"}
    await ask(day, "POST", path, body, who=LEADER, status=403)
    await ask(day, "POST", path, body, who=CORPS)
    assert await totals(day) == (301, 0, 0, 0)
    assert (await ask(day, "POST", path, body, who=CORPS, status=409))[
        "code"
    ] == "illegal_transition"
    await ask(day, "POST", path, body | {"accepts": False}, who=CORPS)
    assert await totals(day) == (0, 0, 0, 0)
    assert len(await desk.of_type(day.house, HoursWithdrawn)) == 1


async def test_claims_are_answered_by_the_other_side_only(day: Day) -> None:
    await served(day)
    day.clock.move(hours=2)
    claim = times(day, "08:00", "11:30", words="收摊时忘了签退")
    made = await ask(day, "POST", "/hours-claims", claim, who=OWN, status=201)
    again = await ask(day, "POST", "/hours-claims", claim, who=LEADER, status=409)
    assert again["code"] == "hours_claimed"
    path = f"/hours-claims/{made['id']}/answer"
    await ask(day, "POST", path, {"agrees": True}, who=OWN, status=404)
    await ask(day, "POST", path, {"agrees": True}, who=OTHER_LEADER, status=404)
    mine = await ask(day, "GET", "/tasks", who=LEADER)
    assert [t["about"] for t in mine["items"] if t["code"] == "hours_to_answer"] == [
        f"stop:{day.stop['id']}"
    ]
    await ask(day, "POST", path, {"agrees": True, "words": "属实"}, who=LEADER)
    assert await totals(day) == (0, 210, 0, 0)
    await day.send(way="out", code=await day.code())
    assert await totals(day) == (0, 210, 0, 0)
    (asked,) = await desk.of_type(day.house, HoursAsked)
    (answered,) = await desk.of_type(day.house, HoursAnswered)
    assert (asked.side, answered.outcome) == ("volunteer", "agreed")


async def test_the_corps_decides_where_both_differ_and_all_words_stay(day: Day) -> None:
    await served(day)
    day.clock.move(hours=2)
    claim = times(day, "08:00", "12:00", words="一直帮忙收摊")
    made = await ask(day, "POST", "/hours-claims", claim, who=OWN, status=201)
    path = f"/hours-claims/{made['id']}"
    decision = {"accepts": True, "reason": "照片上有本人"}
    await ask(day, "POST", f"{path}/decide", decision, who=CORPS, status=409)
    await ask(day, "POST", f"{path}/answer", {"agrees": False, "words": "十一点就走了"}, who=LEADER)
    assert await totals(day) == (180, 0, 0, 0)
    await ask(day, "POST", f"{path}/decide", decision, who=CORPS)
    assert await totals(day) == (0, 0, 240, 0)
    (shown,) = (await ask(day, "GET", "/hours-claims", who=OWN))["items"]
    assert (shown["words"], shown["answer"], shown["decision"]) == (
        "一直帮忙收摊",
        "十一点就走了",
        "照片上有本人",
    )


async def test_what_does_not_fit_is_refused_in_words(day: Day) -> None:
    body = times(day, reason="按签到表")
    early = await ask(day, "POST", "/hours", body, who=CORPS, status=409)
    assert early["code"] == "hours_not_yet"
    await served(day)
    for change, code in (
        ({"ends_at": f"{day.stop['on']}T07:00:00+08:00"}, "hours_backwards"),
        ({"ends_at": f"{day.stop['on']}T11:30:00+08:00"}, "hours_ahead"),
        (
            {"starts_at": "2014-06-01T08:00:00+08:00", "ends_at": "2014-06-01T09:00:00+08:00"},
            "hours_other_day",
        ),
        ({"volunteer_no": "V-777777"}, "hours_of_other_team"),
    ):
        refused = await ask(day, "POST", "/hours", body | change, who=CORPS, status=422)
        assert refused["code"] == code
    made = await ask(day, "POST", "/hours", body | {"volunteer_no": V2}, who=CORPS, status=201)
    assert (made["state"], made["evidence"], made["minutes"]) == ("recorded", "by_hand", 180)


async def test_more_served_than_minutes_allow_is_seen_when_it_is_reported(day: Day) -> None:
    await served(day, minutes=60)
    booths = [{"assignment_id": day.booth["id"], "served": 200, "leaflets": 0, "follow_ups": 0}]
    path = f"/stops/{day.stop['id']}/reports?confirm=figures_unlikely"
    await desk.ask(day.house, "POST", path, {"booths": booths})
    assert await totals(day) == (60, 0, 0, 0)
    await weigh_again(day.house.uow("dispatch"))
    assert await totals(day) == (0, 0, 0, 1)
    (held,) = await hours(day)
    assert held["anomalies"] == ["served_more"]
    assert len(await desk.of_type(day.house, HoursWithdrawn)) == 1


async def test_of_merged_entries_the_hours_are_the_others(day: Day) -> None:
    await served(day)
    day.clock.move(hours=2)
    claim = times(day, "08:00", "11:30", words="收摊时忘了签退")
    await ask(day, "POST", "/hours-claims", claim, who=OWN, status=201)
    merged = VolunteerMerged(volunteer_no=V1, into_no="V-000009")
    person = VolunteerChanged(volunteer_no="V-000009", team_code="health", active=True)
    await day.house.hear("volunteer:V-000009", merged, person)
    by_no = {each["volunteer_no"]: each["state"] for each in await hours(day)}
    assert by_no == {V1: "withdrawn", "V-000009": "recorded"}
    (withdrawn,) = await desk.of_type(day.house, HoursWithdrawn)
    first, second = await desk.of_type(day.house, HoursRecorded)
    assert (withdrawn.volunteer_no, first.volunteer_no, second.volunteer_no) == (V1, V1, "V-000009")
    (shown,) = (await ask(day, "GET", "/hours-claims", who=CORPS))["items"]
    assert (shown["volunteer_no"], shown["words"]) == ("V-000009", "收摊时忘了签退")
    # What the former number's phone says late changes no hours.
    await day.send(way="out", code=await day.code())
    assert {each["volunteer_no"]: each["state"] for each in await hours(day)} == by_no


async def test_late_marks_of_a_merged_number_are_the_others_hours(day: Day) -> None:
    await desk.ask(day.house, "POST", f"/stops/{day.stop['id']}/start", {})
    await day.send(code=await day.code())
    merged = VolunteerMerged(volunteer_no=V1, into_no="V-000003")
    await day.house.hear("volunteer:V-000003", merged)
    day.clock.move(minutes=90)
    await day.send(way="out", code=await day.code())
    (found,) = await hours(day)
    assert (found["volunteer_no"], found["minutes"]) == ("V-000003", 90)


async def test_of_merged_teams_the_hours_are_the_others(day: Day) -> None:
    await served(day)
    await day.house.hear(
        "team:agriculture",
        TeamMerged(code="health", name="农技", name_en="Farm", into_code="agriculture"),
    )
    assert await hours(day, LEADER) == []
    (found,) = await hours(day, OTHER_LEADER)
    assert found["team_code"] == "agriculture"


async def test_a_team_says_hours_and_the_volunteer_answers(day: Day) -> None:
    await served(day)
    day.clock.move(hours=2)
    claim = times(day, "08:00", "11:30", words="收摊晚了半小时")
    made = await ask(day, "POST", "/hours-claims", claim, who=LEADER, status=201)
    mine = await ask(day, "GET", "/tasks", who=OWN)
    assert [t["about"] for t in mine["items"] if t["code"] == "hours_to_answer"] == [
        f"stop:{day.stop['id']}"
    ]
    teams = await ask(day, "GET", "/tasks", who=LEADER)
    assert not [t for t in teams["items"] if t["code"] == "hours_to_answer"]
    path = f"/hours-claims/{made['id']}/answer"
    await ask(day, "POST", path, {"agrees": True}, who=LEADER, status=404)
    await ask(day, "POST", path, {"agrees": True}, who=OWN)
    assert await totals(day) == (0, 210, 0, 0)


async def test_who_is_erased_leaves_hours_and_no_words(day: Day) -> None:
    await served(day)
    day.clock.move(hours=2)
    claim = times(day, "08:00", "12:00", words="一直帮忙收摊")
    await ask(day, "POST", "/hours-claims", claim, who=OWN, status=201)
    request = PersonExportRequested(volunteer_no=V1, request_id="r0")
    await day.house.hear(f"volunteer:{V1}", request)
    part = await ask(day, "GET", f"/people/{V1}/export", who=CORPS)
    kinds = [each["kind"] for each in part["records"]]
    assert sorted(kinds) == ["attendance", "check_in", "check_in", "hours_claim", "service_hours"]
    await day.house.hear(f"volunteer:{V1}", PersonErased(volunteer_no=V1, request_id="r1"))
    (shown,) = (await ask(day, "GET", "/hours-claims", who=CORPS))["items"]
    assert shown["words"] == "—"
    assert [each["minutes"] for each in await hours(day)] == [180]


async def test_hours_are_forgotten_after_ten_years(day: Day) -> None:
    await served(day)
    service = day.house.services["dispatch"]
    prunes = old_hours(10, day.clock)
    day.clock.now += timedelta(days=3640)
    assert await prune_all(service.database, prunes, day.clock.now) == 0
    day.clock.now += timedelta(days=30)
    assert (
        await prune_all(service.database, prunes, day.clock.now) == 4
    )  # with attendance and both scans
    assert await hours(day) == []
