"""Coming and going over HTTP, on both stores: by code, by list, and by phones that connect later."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import select

from services.dispatch.attendance.tables import scan as scans
from tests.dispatch import desk
from tests.dispatch.attendance.day import LEADER, OTHER_LEADER, OWN, V1, V2, Day


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


async def test_time_that_passes_while_it_is_taken_is_not_added_to_what_a_phone_says(
    day: Day,
) -> None:
    said_at = day.clock.now
    day.clock.passes = timedelta(milliseconds=50)
    sent = await day.send(by="list", who=LEADER)
    assert datetime.fromisoformat(sent["at"]) == said_at
    assert day.clock.now > said_at


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
