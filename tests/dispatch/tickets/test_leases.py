"""A steward's telephone goes on without a connection: nobody is called twice, and nobody is lost."""

import random
from typing import Any

import pytest

from shared.contracts.dispatch import QueueMeasured
from tests.dispatch import desk
from tests.dispatch.tickets.booth import LEADER, OTHER, Booth
from tests.dispatch.tickets.phone import Phone
from tests.support.clock import PlayedClock
from tests.support.house import House


@pytest.fixture
async def phone(booth: Booth, clock: PlayedClock) -> Phone:
    """At a booth of two places where three residents wait."""
    await booth.open(places=2)
    for device in "abc":
        await booth.ticket_of(device)
    return await Phone(booth, clock).hold()


async def test_while_one_telephone_has_the_lease_nobody_else_calls(
    booth: Booth, phone: Phone
) -> None:
    for path, body in (("next", {"place": 1}), ("end", None)):
        refused = await booth.steward(f"/queues/{booth.id}/{path}", body)
        assert (refused.status_code, refused.json()["code"]) == (409, "queue_is_leased"), path
        assert "请先接管" in refused.json()["remedy"]
    one = (await booth.do("next", {"place": 1}, lease=phone.lease))["at_places"][0]
    assert one["name"] == "A001", "the telephone itself calls as ever while it is connected"
    assert (await booth.act(one, "begin")).json()["code"] == "queue_is_leased"
    mine = await booth.steward(f"/tickets/{one['id']}/act", {"act": "begin"}, lease=phone.lease)
    assert mine.json()["at_places"][0]["state"] == "serving"
    await booth.ticket_of("d")
    drawn = await booth.do("tickets", {"priority": False})
    assert drawn["ticket"]["name"] == "A035", "A004 to A033 are the telephone's to give"
    gone = await booth.house.client.delete(
        f"/api/dispatch/queues/{booth.id}/lease?lease={phone.lease}", headers=LEADER
    )
    assert gone.json()["leased_at"] is None
    assert (await booth.next(place=2) or {})["name"] == "A002"


async def test_twenty_minutes_without_a_connection_are_told_afterwards(
    house: House, booth: Booth, phone: Phone, clock: PlayedClock
) -> None:
    called = []
    page = await booth.ticket_of("late")
    for minute in range(20):
        clock.move(minutes=1)
        if minute in (3, 7, 8):
            phone.kept.draw(priority=minute == 8)
        if minute % 3 == 0 and (ticket := phone.kept.next(place=1)):
            called.append(ticket["name"])
        if minute == 12:
            assert "叫号以现场为准" in (await booth.look(page)).text
            assert (await booth.seen())["is_away"]
            await booth.ticket_of("later")
    assert called == ["A001", "A002", "A003", "A006", "A004", "A005"]
    assert await phone.tell() == {"applied": len(phone.kept.journal)}
    assert await phone.tell() == {"repeated": len(phone.kept.journal)}, "an answer that was lost"
    queue = await booth.seen()
    assert queue["at_places"] == [], "the others it had not heard of"
    waiting = [each["name"] for each in queue["tickets"] if each["state"] == "waiting"]
    assert waiting == ["A034", "A035"]
    assert (queue["served"], queue["drawn"], queue["is_away"]) == (6, 8, False)
    assert "叫号以现场为准" not in (await booth.look(page)).text
    clock.move(minutes=2)
    await booth.do("end", confirm="residents_wait", lease=phone.lease)
    (said,) = await desk.of_type(house, QueueMeasured)
    assert (said.arrived, said.served) == (8, 6)
    assert 1 <= (said.mean_wait_minutes or 0) <= 13, "the telephone's times, not that of telling"


async def test_whoever_takes_over_voids_what_is_called_later(
    booth: Booth, phone: Phone, clock: PlayedClock
) -> None:
    clock.move(minutes=2)
    phone.kept.next()  # A001
    clock.move(minutes=2)
    paper = phone.kept.draw()
    phone.kept.next()  # A002, and A001 is served
    clock.move(minutes=1)
    other = Phone(booth, clock)
    asked = await booth.steward(f"/queues/{booth.id}/lease", {})
    assert asked.json()["code"] == "confirmation_needed"
    assert "接管后，它再叫的号不算数" in asked.text
    await other.hold(confirm="calls_elsewhere")
    clock.move(minutes=1)
    phone.kept.next()  # A003, too late; that A002 was served counts
    refused = await booth.steward(f"/queues/{booth.id}/next", {"place": 1}, lease=phone.lease)
    assert refused.json()["code"] == "queue_is_leased"
    assert await phone.tell() == {"applied": 5, "void": 1}
    queue = await booth.seen()
    states = {each["name"]: each["state"] for each in queue["tickets"]}
    assert states == {"A003": "waiting", paper["name"]: "waiting"}
    assert queue["served"] == 2
    assert other.kept.number == 34, "what the first gave out on paper is given out by nobody else"


async def test_a_call_whose_answer_was_lost_gives_way_to_what_was_called_out(
    booth: Booth, phone: Phone, clock: PlayedClock
) -> None:
    await booth.ticket_of("old", priority="yes")
    await booth.do("next", {"place": 1}, lease=phone.lease)  # A034 is called, and nobody hears it
    clock.move(minutes=1)
    assert (phone.kept.next() or {})["name"] == "A001"
    assert await phone.tell() == {"applied": 1}
    queue = await booth.seen()
    assert [each["name"] for each in queue["at_places"]] == ["A001"]
    assert queue["tickets"][0]["name"] == "A034"


async def test_numbers_that_are_used_up_are_followed_by_others(booth: Booth, phone: Phone) -> None:
    kept = phone.lease
    await phone.hold()
    assert phone.lease == kept
    for _ in range(30):
        phone.kept.draw()
    assert await phone.tell() == {"applied": 30}
    assert phone.kept.number is None
    await phone.hold()
    assert phone.lease != kept
    assert [phone.kept.draw()["name"]] == ["A034"]


async def test_what_no_telephone_can_have_done_changes_nothing(
    booth: Booth, phone: Phone, stop: dict[str, Any]
) -> None:
    next_door = next(each for each in stop["assignments"] if each["team_code"] == "agriculture")
    there = Booth(booth.house, booth.stop, next_door["id"])
    await there.do("open", {"places": 1}, who=OTHER)
    theirs = (await there.do("tickets", {"priority": False}, who=OTHER))["ticket"]
    phone.kept.say("draw", theirs, number=4)
    ticket = phone.kept.waiting[0]
    phone.kept.say("serve", ticket)
    phone.kept.say("return", ticket)
    phone.kept.say("draw", {"id": "01a22dd7-01b7-747b-b29c-47bab93c5013"}, number=99)
    phone.kept.say("call", {"id": "01a22dd7-01b7-747b-b29c-47bab93c5014"}, place=1)
    phone.kept.say("call", ticket)
    assert await phone.tell() == {"applied": 1, "void": 5}, "a waiting one that waits"
    assert len((await booth.seen())["tickets"]) == 3
    path = f"/queues/{booth.id}/lease/journal"
    nothing: dict[str, list[str]] = {"entries": []}
    foreign = await booth.steward(path, nothing, who=OTHER, lease=phone.lease)
    unknown = await booth.steward(path, nothing, lease=f"{phone.lease}x")
    assert (foreign.status_code, unknown.status_code) == (404, 404)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_meanwhile_each_ticket_has_one_fate(
    booth: Booth, phone: Phone, clock: PlayedClock, seed: int
) -> None:
    """Two telephones, one after the other; residents draw and leave; answers are lost and told again."""
    dice = random.Random(seed)
    pages: list[str] = []
    phones = [phone]
    for _ in range(60):
        clock.move(seconds=dice.randint(5, 90))
        what, one = dice.random(), dice.choice(phones)
        if what < 0.25:
            drawn = await booth.draw(f"r{len(pages)}")
            if drawn.status_code == 303:
                pages.append("/api/dispatch/public/" + drawn.headers["location"][3:])
        elif what < 0.3 and pages:
            await booth.house.client.post(dice.choice(pages), data={"leave": "yes"})
        elif (
            what < 0.45 and one.kept.number is not None and one.kept.number <= one.kept.last_number
        ):
            one.kept.draw(priority=dice.random() < 0.3)
        elif what < 0.8:
            one.kept.next(dice.choice((1, 2)))
        elif what < 0.9:
            await one.tell()
        elif len(phones) == 1:
            phones.append(await Phone(booth, clock).hold(confirm="calls_elsewhere"))
    for one in phones:
        await one.tell()
        assert set(await one.tell()) <= {"repeated"}
    queue = await booth.seen()
    numbers = [each["name"] for each in queue["tickets"]]
    assert len(numbers) == len(set(numbers))
    given = {
        entry["number"] for one in phones for entry in one.kept.journal if entry["do"] == "draw"
    }
    assert queue["drawn"] == 3 + len(pages) + len(given)
    await booth.do("end", confirm="residents_wait", lease=phones[-1].lease)
    ended = await booth.seen()
    left = ended["drawn"] - ended["served"] - ended["unserved"]
    assert 0 <= left <= len(pages), "the others left by themselves"
    assert not [each for each in ended["tickets"] if each["state"] != "missed"]
