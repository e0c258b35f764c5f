"""Calendars that phones subscribe to: what they show in turn, who may make an address, and when it ends."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar as ICalendar
from sqlalchemy import func, select

from services.dispatch.calendars.domain import hours_of
from services.dispatch.calendars.queries import SHOWN_DAYS
from services.dispatch.calendars.tables import calendar, entry
from services.dispatch.calendars.use_cases import tidy_calendars
from services.dispatch.planning.optimizer.list_planner import ListPlanner
from shared.audit.tables import audit_log
from shared.contracts.base import Point
from shared.contracts.catalog import (
    AccessRevoked,
    PersonErased,
    PersonExportRequested,
    TeamChanged,
    TeamMerged,
    TownshipChanged,
    TownshipRecoded,
    VolunteerChanged,
    VolunteerMerged,
)
from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, house_with
from tests.dispatch.desk import ask
from tests.dispatch.rosters.test_rosters import booths, enter, name
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House
from tests.support.tokens import bearer

V1, V2 = "V-000001", "V-000002"
VOLUNTEER = bearer(Role.VOLUNTEER, sub="anna", team_code="health", volunteer_no=V1)
LEADER = bearer(Role.LEADER, sub="leader", team_code="health")
OFFICER = bearer(Role.OFFICER, sub="officer", township_code=GAOLOU)
PHONE = {"Authorization": ""}
MARKS = ("SUMMARY", "DESCRIPTION", "LOCATION")


@pytest.fixture
async def house(new_store_url: NewUrl, clock: PlayedClock) -> AsyncIterator[House]:
    """dispatch on either store with two volunteers of the health team."""
    async with house_with(new_store_url(), ListPlanner(), clock) as found:
        for no in (V1, V2):
            await enter(found, no)
        yield found


async def make(
    house: House, who: dict[str, str], party: str, code: str, *, status: int = 201
) -> Any:
    body = {"party": party, "party_code": code}
    answer = await house.client.post("/api/dispatch/calendars", json=body, headers=who)
    assert answer.status_code == status, answer.text
    return answer.json()


async def fetch(house: House, address: Any, **headers: str) -> httpx.Response:
    """As a telephone does, without an account."""
    return await house.client.get(address["path"], headers=PHONE | headers)


async def shown(house: House, address: Any) -> list[Any]:
    """The entries at an address, in their order."""
    answer = await fetch(house, address)
    assert answer.status_code == 200, answer.text
    return ICalendar.from_ical(answer.content).walk("VEVENT")


def said(event: Any) -> tuple[int, str]:
    return event["SEQUENCE"], str(event["STATUS"])


async def rows(house: House) -> tuple[int, int]:
    async with house.uow("dispatch").reading() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(table))
            for table in (calendar, entry)
        ]
    return counts[0] or 0, counts[1] or 0


async def is_over(house: House, address: Any) -> bool:
    answer = await fetch(house, address)
    assert answer.status_code in (200, 410), answer.text
    return answer.status_code == 410


async def test_a_duty_moves_ends_and_comes_back_under_one_id(
    house: House, clock: PlayedClock
) -> None:
    (stop, clinic), *_ = await booths(house)
    address = await make(house, VOLUNTEER, "volunteer", V1)
    assert await shown(house, address) == []
    await name(house, clinic, V1, V2)
    (first,) = await shown(house, address)
    assert said(first) == (0, "CONFIRMED")
    assert str(first["SUMMARY"]) == "志愿服务：医疗义诊（高楼镇）"
    assert str(first["LOCATION"]) == "高楼镇 西村桥头路口"
    assert "医疗卫生志愿服务队" in str(first["DESCRIPTION"])
    assert first.start.date() == date.fromisoformat(stop["on"])
    assert first["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert first["DTSTAMP"].dt == first["LAST-MODIFIED"].dt == clock.now
    assert not any(V1 in str(first[mark]) or V2 in str(first[mark]) for mark in MARKS)

    clock.move(hours=1)
    await desk.postpone(house, stop)
    (moved,) = await shown(house, address)
    assert said(moved) == (1, "CONFIRMED")
    assert moved.start.date() > first.start.date()
    assert moved["LAST-MODIFIED"].dt == clock.now

    clock.move(hours=1)
    await name(house, clinic, V2)
    (gone,) = await shown(house, address)
    assert said(gone) == (2, "CANCELLED")
    assert gone.start == moved.start
    assert str(gone["SUMMARY"]).startswith("已取消：")

    await name(house, clinic, V1, V2)
    (back,) = await shown(house, address)
    assert said(back) == (3, "CONFIRMED")
    assert {str(each["UID"]) for each in (first, moved, gone, back)} == {str(first["UID"])}
    assert clinic["id"] not in str(first["UID"])


async def test_a_team_s_calendar_has_its_own_booths(house: House) -> None:
    (stop, clinic), *rest = await booths(house)
    address = await make(house, LEADER, "team", "health")
    before = await shown(house, address)
    assert len(before) == 1 + len(rest)
    assert [event.start for event in before] == sorted(event.start for event in before)
    for event in before:
        assert "医疗义诊" in str(event["SUMMARY"])
        assert "法律咨询" not in str(event["SUMMARY"]) + str(event["DESCRIPTION"])
    await desk.decline(house, clinic, "人手不够")
    after = {str(event["UID"]): event for event in await shown(house, address)}
    declined = after[str(before[0]["UID"])]
    assert said(declined) == (1, "CANCELLED")
    assert declined.start.date() == date.fromisoformat(stop["on"])
    assert "人手不够" not in str(declined["DESCRIPTION"])
    others = [event for uid, event in after.items() if uid != str(before[0]["UID"])]
    assert {said(event) for event in others} == {(0, "CONFIRMED")}


async def test_a_township_s_calendar_has_the_stops_in_it(house: House) -> None:
    plan = await desk.published_plan(house)
    stop = next(each for each in plan["stops"] if each["township_code"] == GAOLOU)
    address = await make(house, OFFICER, "township", GAOLOU)
    (event,) = await shown(house, address)
    booths_said = str(event["DESCRIPTION"]).split("\n")[1:]
    assert len(booths_said) == len(stop["assignments"])
    assert all("：" in line for line in booths_said)  # each with its team
    await desk.call_off(house, stop)
    (cancelled,) = await shown(house, address)
    assert said(cancelled) == (1, "CANCELLED")
    assert "场地停电" not in str(cancelled["DESCRIPTION"])


async def test_a_phone_is_told_that_nothing_has_changed(house: House) -> None:
    await desk.published_plan(house)
    address = await make(house, OFFICER, "township", GAOLOU)
    first = await fetch(house, address)
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["x-robots-tag"] == "noindex"
    again = await fetch(house, address, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    stop = next(
        each
        for each in (await ask(house, "GET", "/stops"))["items"]
        if each["township_code"] == GAOLOU
    )
    await desk.postpone(house, stop)
    changed = await fetch(house, address, **{"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


async def test_phones_that_ask_at_once_count_a_change_once(house: House) -> None:
    plan = await desk.published_plan(house)
    stop = next(each for each in plan["stops"] if each["township_code"] == GAOLOU)
    address = await make(house, OFFICER, "township", GAOLOU)
    await asyncio.gather(*(fetch(house, address) for _ in range(5)))
    await desk.postpone(house, stop)
    answers = await asyncio.gather(*(fetch(house, address) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    (event,) = await shown(house, address)
    assert event["SEQUENCE"] == 1


async def test_the_feed_is_what_the_standard_asks_for(house: House) -> None:
    await desk.published_plan(house)
    address = await make(house, OFFICER | {"Accept-Language": "en"}, "township", GAOLOU)
    answer = await fetch(house, address)
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    feed = ICalendar.from_ical(answer.content)
    assert (feed["VERSION"], feed["X-WR-TIMEZONE"]) == ("2.0", "Asia/Shanghai")
    assert str(feed["NAME"]) == f"Stops in {GAOLOU}"  # its English name in these tests
    (zone,) = feed.walk("VTIMEZONE")
    assert zone["TZID"] == "Asia/Shanghai"
    (event,) = feed.events
    assert isinstance(event.start, datetime)
    assert event.start.utcoffset() == timedelta(hours=8)
    assert event.start < event.end
    assert not feed.errors
    assert not event.errors


async def test_a_new_address_ends_the_one_before(house: House) -> None:
    plan = await desk.published_plan(house)
    stop = next(each for each in plan["stops"] if each["township_code"] == GAOLOU)
    old = await make(house, OFFICER, "township", GAOLOU)
    (before,) = await shown(house, old)
    new = await make(house, OFFICER, "township", GAOLOU)
    assert await is_over(house, old)
    refused = (await fetch(house, old)).json()
    assert refused["code"] == "calendar_ended"
    await desk.postpone(house, stop)
    (after,) = await shown(house, new)
    assert (str(after["UID"]), said(after)) == (str(before["UID"]), (1, "CONFIRMED"))
    assert (await rows(house))[0] == 1
    secrets = [each["path"].split("/")[-2] for each in (old, new)]
    async with house.uow("dispatch").reading() as session:
        kept = str(list(await session.execute(select(calendar))))
        written = str(list(await session.execute(select(audit_log.c.changes))))
    assert not any(secret in kept + written for secret in secrets)
    assert "read_calendar" not in written


async def test_nobody_subscribes_to_what_is_others(house: House) -> None:
    for who, party, code in (
        (VOLUNTEER, "volunteer", V2),
        (VOLUNTEER, "team", "health"),
        (LEADER, "team", "justice"),
        (LEADER, "volunteer", V1),
        (OFFICER, "township", HULING),
        (bearer(Role.COORDINATOR, sub="corps"), "township", GAOLOU),
    ):
        refused = await make(house, who, party, code, status=403)
        assert refused["code"] == "forbidden", refused
    assert await rows(house) == (0, 0)
    both = bearer(Role.LEADER, sub="both", team_code="health", volunteer_no=V1)
    await make(house, both, "volunteer", V1)
    answer = await house.client.get("/api/dispatch/calendars", headers=both)
    found = {(each["party"], each["party_code"]): each["made_at"] for each in answer.json()}
    assert found.keys() == {("volunteer", V1), ("team", "health")}
    assert found["volunteer", V1] is not None
    assert found["team", "health"] is None
    assert "path" not in answer.text
    nowhere = {"team_code": "nobody", "township_code": "330381999000", "volunteer_no": "V-999999"}
    for role in (Role.LEADER, Role.VOLUNTEER, Role.OFFICER, Role.CLERK):
        answer = await house.client.get("/api/dispatch/calendars", headers=bearer(role, **nowhere))
        assert (answer.status_code, answer.json()) == (200, []), role
    unknown = {"path": f"/api/dispatch/public/calendars/{'x' * 32}/diancai.ics"}
    assert await is_over(house, unknown)


async def test_an_address_ends_with_the_access_of_its_account(
    house: House, clock: PlayedClock
) -> None:
    mine = await make(house, LEADER, "team", "health")
    colleague = bearer(Role.LEADER, sub="colleague", team_code="health")
    theirs = await make(house, colleague, "team", "health")
    at = clock.now
    # Signed out of one browser.
    await house.hear("account:leader", AccessRevoked(subject="leader", before=at, sid="one"))
    assert not await is_over(house, mine)
    clock.move(hours=1)
    await house.hear("account:leader", AccessRevoked(subject="leader", before=clock.now))
    assert await is_over(house, mine)
    assert not await is_over(house, theirs)
    clock.move(hours=1)
    again = bearer(Role.LEADER, sub="leader", team_code="health", iat=int(clock.now.timestamp()))
    anew = await make(house, again, "team", "health")
    await house.hear("account:leader", AccessRevoked(subject="leader", before=at))
    assert not await is_over(house, anew)  # what comes late says nothing of it


async def test_an_address_ends_with_whom_it_is_about(house: House) -> None:
    (_, clinic), *_ = await booths(house)
    await name(house, clinic, V1, V2)
    other = bearer(Role.VOLUNTEER, sub="ben", team_code="health", volunteer_no=V2)
    address, second = [
        await make(house, who, "volunteer", no) for who, no in ((VOLUNTEER, V1), (other, V2))
    ]
    for each in (address, second):
        assert len(await shown(house, each)) == 1
    asked = PersonExportRequested(volunteer_no=V1, request_id="r1")
    await house.hear(f"volunteer:{V1}", asked)
    await house.hear(f"volunteer:{V2}", VolunteerMerged(volunteer_no=V2, into_no=V1))
    assert await is_over(house, second)
    assert not await is_over(house, address)
    await house.hear(f"volunteer:{V1}", PersonErased(volunteer_no=V1, request_id="r2"))
    assert await is_over(house, address)
    assert await rows(house) == (0, 0)


async def test_whoever_left_reads_no_more(house: House) -> None:
    address = await make(house, VOLUNTEER, "volunteer", V1)
    left = VolunteerChanged(volunteer_no=V1, team_code="health", active=False)
    await house.hear(f"volunteer:{V1}", left)
    assert await is_over(house, address)
    team = await make(house, LEADER, "team", "health")
    retired = TeamChanged(
        code="health",
        name="医疗卫生志愿服务队",
        name_en="health",
        agency_code="a",
        agency_name="局",
        members=6,
        state="retired",
    )
    await house.hear("team:health", retired)
    assert await is_over(house, team)
    refused = await make(house, LEADER, "team", "health", status=409)
    assert refused["code"] == "calendar_of_nobody"
    await tidy_calendars(house.uow("dispatch"))
    assert await rows(house) == (0, 0)


async def test_of_two_teams_that_are_one_the_merged_one_s_ends(house: House) -> None:
    merged = await make(house, LEADER, "team", "health")
    stays = bearer(Role.LEADER, sub="other", team_code="justice")
    kept = await make(house, stays, "team", "justice")
    event = TeamMerged(code="health", name="医", name_en="health", into_code="justice")
    await house.hear("team:justice", event)
    assert await is_over(house, merged)
    assert not await is_over(house, kept)


@pytest.mark.parametrize("joins", [False, True])
async def test_a_township_with_another_code_keeps_its_calendar_unless_it_joined_another(
    house: House, joins: bool
) -> None:
    await desk.published_plan(house)
    address = await make(house, OFFICER, "township", GAOLOU)
    (before,) = await shown(house, address)
    new = HULING if joins else "330381125999"
    event = TownshipRecoded(code=GAOLOU, new_code=new, valid_from=date(2014, 6, 1), joins=joins)
    await house.hear(f"township:{new}", event)
    if joins:
        assert await is_over(house, address)
        return
    named = TownshipChanged(
        code=new, name="高楼镇", name_en=GAOLOU, centre=Point(lat=27.8136, lon=120.2775)
    )
    await house.hear(f"township:{new}", named)
    (after,) = await shown(house, address)
    assert str(after["UID"]) == str(before["UID"])
    assert after["STATUS"] == "CONFIRMED"


async def test_what_is_long_over_is_forgotten(house: House, clock: PlayedClock) -> None:
    await desk.published_plan(house)
    address = await make(house, OFFICER, "township", GAOLOU)
    (event,) = await shown(house, address)
    clock.now = datetime.combine(event.start.date(), clock.now.timetz()).astimezone(UTC)
    clock.move(days=SHOWN_DAYS)
    (still,) = await shown(house, address)
    assert said(still) == (0, "CONFIRMED")
    clock.move(days=2)
    assert await shown(house, address) == []
    await tidy_calendars(house.uow("dispatch"))
    assert await rows(house) == (1, 0)


def test_hours_that_end_before_they_begin_are_refused() -> None:
    assert hours_of("08:30-11:30", "14:00-17:00")["morning"][0].hour == 8
    with pytest.raises(ValueError, match="afternoon"):
        hours_of("08:30-11:30", "17:00-14:00")
