"""Coming and going over HTTP, on both stores: by code, by list, and by phones that connect later."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from services.dispatch.attendance.tables import scan as scans
from services.dispatch.planning.optimizer.list_planner import ListPlanner
from shared.contracts.catalog import VolunteerChanged
from shared.kernel.access import Role
from shared.kernel.clock import CHINA
from tests.dispatch import desk
from tests.dispatch.conftest import house_with
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House
from tests.support.tokens import bearer

LEADER = bearer(Role.LEADER, team_code="health")
OTHER_LEADER = bearer(Role.LEADER, team_code="agriculture")
V1, V2 = "V-000001", "V-000002"
OWN = bearer(Role.VOLUNTEER, team_code="health", volunteer_no=V1)


class Day:
    """A clinic on its day, with two volunteers named; the clock stands at eight."""

    def __init__(self, house: House, clock: PlayedClock, stop: Any, booth: Any) -> None:
        self.house, self.clock, self.stop, self.booth = house, clock, stop, booth
        self.nonces = iter(f"nonce-{n:012}" for n in range(1000))

    async def code(self, at: datetime | None = None) -> str:
        answer = await self.house.client.get(
            f"/api/dispatch/stops/{self.stop['id']}/check-in-code", headers=LEADER
        )
        return pyotp.TOTP(answer.json()["secret"]).at(at or self.clock.now)

    async def send(
        self, *, who: dict[str, str] = OWN, status: int = 200, **said: Any
    ) -> dict[str, Any]:
        body = {
            "nonce": said.pop("nonce", None) or next(self.nonces),
            "stop_id": self.stop["id"],
            "volunteer_no": V1,
            "way": "in",
            "device_at": self.clock.now.isoformat(),
        } | said
        answer = await self.house.client.post("/api/dispatch/check-ins", json=body, headers=who)
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    async def seen(self, who: dict[str, str] = LEADER) -> dict[str, Any]:
        path = f"/api/dispatch/stops/{self.stop['id']}/attendance"
        answer = await self.house.client.get(path, headers=who)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def person(self, no: str = V1) -> dict[str, Any]:
        people = (await self.seen())["people"]
        return dict(next(each for each in people if each["volunteer_no"] == no))


@pytest.fixture
async def day(new_store_url: NewUrl, clock: PlayedClock) -> AsyncIterator[Day]:
    async with house_with(new_store_url(), ListPlanner(), clock) as house:
        for no in (V1, V2, "V-000003"):
            person = VolunteerChanged(volunteer_no=no, team_code="health", active=True)
            await house.hear(f"volunteer:{no}", person)
        plan = await desk.published_plan(house)
        stop, booth = next(
            (stop, entry)
            for stop in plan["stops"]
            for entry in stop["assignments"]
            if entry["team_code"] == "health"
        )
        await desk.accept(house, booth)
        body = {"volunteers": [V1, V2]}
        await desk.ask(house, "POST", f"/assignments/{booth['id']}/roster", body)
        clock.now = datetime.combine(
            date.fromisoformat(stop["on"]), datetime.min.time(), CHINA
        ) + timedelta(hours=8)
        yield Day(house, clock, stop, booth)


async def test_a_volunteer_comes_and_goes_by_the_leaders_code(day: Day) -> None:
    assert (await day.person())["state"] == "expected"
    came = await day.send(code=await day.code(), inside_fence=True)
    assert (came["outcome"], came["fault"]) == ("accepted", None)
    assert (await day.person())["state"] == "present"
    day.clock.move(hours=3)
    await day.send(way="out", code=await day.code())
    person = await day.person()
    assert (person["state"], person["minutes"], person["inside_fence"]) == ("left", 180, True)
    own = await day.seen(OWN)
    assert [each["volunteer_no"] for each in own["people"]] == [V1]


async def test_a_code_of_the_steps_beside_is_taken_and_an_older_one_is_kept(day: Day) -> None:
    old = await day.code(day.clock.now - timedelta(seconds=90))
    refused = await day.send(code=old)
    assert (refused["outcome"], refused["fault"]["code"]) == ("refused", "code_unknown")
    assert "联网" in refused["fault"]["text"]
    beside = await day.code(day.clock.now - timedelta(seconds=30))
    assert (await day.send(code=beside))["outcome"] == "accepted"
    person = await day.person()
    assert (person["state"], len(person["refused"])) == ("present", 1)  # kept, though one went well


async def test_what_a_phone_kept_counts_from_when_it_was_said(day: Day) -> None:
    said_at = day.clock.now
    code, roster = await day.code(), (await day.seen(OWN))["roster"]
    day.clock.move(hours=5)
    later = await day.send(code=code, roster=roster, device_at=said_at.isoformat(), nonce="k" * 16)
    assert datetime.fromisoformat(later["at"]) == said_at
    person = await day.person()
    assert datetime.fromisoformat(person["came_at"]) == said_at
    # Sent again, because the answer was lost.
    again = await day.send(code=code, roster=roster, device_at=said_at.isoformat(), nonce="k" * 16)
    assert again == later
    other = await day.send(code=code, nonce="k" * 16, status=409)
    assert other["code"] == "nonce_reused"


async def test_whoever_is_replaced_meanwhile_was_there_by_the_roster_that_the_phone_has(
    day: Day,
) -> None:
    said_at, code = day.clock.now, await day.code()
    roster = (await day.seen(OWN))["roster"]
    await desk.ask(
        day.house, "POST", f"/assignments/{day.booth['id']}/roster", {"volunteers": [V2]}
    )
    refused = await day.send(code=code, device_at=said_at.isoformat())
    assert refused["fault"]["code"] == "not_rostered"
    taken = await day.send(code=code, device_at=said_at.isoformat(), roster=roster)
    assert taken["outcome"] == "accepted"
    assert (await day.person())["state"] == "present"
    forged = roster[:-4] + ("AAAA" if roster[-4:] != "AAAA" else "BBBB")
    await day.send(code=code, volunteer_no="V-000003", roster=forged, who=OWN, status=404)


async def test_a_leader_has_the_list_and_nobody_else(day: Day) -> None:
    came = await day.send(by="list", volunteer_no=V2, who=LEADER)
    assert came["outcome"] == "accepted"
    await day.send(by="list", volunteer_no=V2, who=OTHER_LEADER, status=404)
    await day.send(by="list", status=404)  # for oneself, without the code
    await day.send(volunteer_no=V2, code=await day.code(), status=404)  # for somebody else


async def test_somebody_who_has_not_come_is_absent_until_the_phone_connects(day: Day) -> None:
    path = f"/stops/{day.stop['id']}/absences"
    said_at, code = day.clock.now, await day.code()
    await desk.ask(day.house, "POST", path, {"volunteer_no": V1})
    assert (await day.person())["state"] == "absent"
    day.clock.move(hours=4)
    await day.send(code=code, device_at=said_at.isoformat())
    assert (await day.person())["state"] == "present"
    refused = await desk.ask(day.house, "POST", path, {"volunteer_no": V1}, status=409)
    assert refused["code"] == "illegal_transition"


async def test_two_phones_at_once_are_both_kept(day: Day) -> None:
    code = await day.code()
    sent = [day.send(code=code), day.send(by="list", who=LEADER)]
    assert {each["outcome"] for each in await asyncio.gather(*sent)} <= {"accepted", "repeated"}
    async with day.house.uow("dispatch").reading() as session:
        assert len(list(await session.execute(select(scans)))) == 2
    assert (await day.person())["state"] == "present"


async def test_no_place_is_kept_anywhere(day: Day) -> None:
    await day.send(code=await day.code(), lat=27.8, status=422)
    columns = {column.name for column in scans.columns}
    assert not columns & {"lat", "lon", "place", "point"}
