"""A booth's queue from its first ticket to its last, as residents without script and a steward with a phone run it."""

import asyncio
import re
from collections import Counter
from typing import Any

import pytest

from shared.contracts.dispatch import QueueMeasured, QueueOpened
from shared.identity.vouchers import read_voucher
from tests.dispatch import desk
from tests.dispatch.tickets.booth import OTHER, Booth
from tests.support.clock import PlayedClock
from tests.support.house import House


async def test_residents_draw_and_are_called_in_order(booth: Booth, clock: PlayedClock) -> None:
    link = await booth.link()
    before = await booth.look(link, "x")
    assert "还没有开始取号" in before.text
    assert (await booth.draw("x")).status_code == 409
    await booth.open()
    page = await booth.look(link)
    assert "0 人在等" in page.text
    assert "现在不用等" in page.text
    assert 'content="20"' in page.text
    assert page.headers["set-cookie"].startswith("taker=")
    tickets = [await booth.ticket_of(device) for device in "abcde"]
    again = await booth.look(link, "a")
    assert "您的号码" in again.text
    assert await booth.ticket_of("a") == tickets[0], "a device has one live ticket"
    assert "大约要等" in (await booth.look(link, "new")).text
    first = await booth.next()
    assert first["name"] == "A001"
    called = (await booth.look(tickets[0])).text
    assert "请到 1 号位" in called
    assert "前面还有 3 位" in (await booth.look(tickets[4])).text
    assert "快到您了" in (await booth.look(tickets[4])).text
    clock.move(minutes=6)
    second = await booth.next(finished=first["calling"])
    assert second["name"] == "A002"
    assert "已经办完" in (await booth.look(tickets[0])).text
    assert await booth.ticket_of("a") != tickets[0], "whoever was served may come again"


async def test_pressed_twice_or_by_two_stewards_one_is_called(booth: Booth) -> None:
    await booth.open(places=2)
    for device in "abcdef":
        await booth.ticket_of(device)
    pressed = await asyncio.gather(*(booth.next(1) for _ in range(4)), booth.next(2))
    assert {each["name"] for each in pressed} <= {"A001", "A002"}
    queue = await booth.seen()
    assert sorted(each["name"] for each in queue["at_places"]) == ["A001", "A002"]
    at_one = next(each for each in queue["at_places"] if each["place"] == 1)
    done = await asyncio.gather(*(booth.next(1, at_one["calling"]) for _ in range(3)))
    assert {each["name"] for each in done} == {"A003"}
    assert (await booth.seen())["served"] == 1


async def test_drawn_at_once_each_has_a_number(booth: Booth) -> None:
    await booth.open()
    links = await asyncio.gather(*(booth.ticket_of(f"d{no}") for no in range(12)))
    same = await asyncio.gather(*(booth.ticket_of("one") for _ in range(4)))
    assert len(set(links)) == 12
    assert len(set(same)) == 1
    names = [each["name"] for each in (await booth.seen())["tickets"]]
    assert names == [f"A{no:03}" for no in range(1, 14)]


async def test_called_again_after_five_minutes_skipped_parked_and_back(
    booth: Booth, clock: PlayedClock
) -> None:
    await booth.open()
    pages = [await booth.ticket_of(device) for device in "abcdef"]
    one = await booth.next()
    refused = await booth.act(one, "again")
    assert (refused.status_code, refused.json()["code"]) == (409, "called_just_now")
    clock.move(minutes=4, seconds=59)
    assert (await booth.act(one, "again")).status_code == 409
    clock.move(seconds=1)
    again = (await booth.act(one, "again")).json()["at_places"][0]
    assert (again["calls"], again["name"]) == (2, "A001")
    assert (await booth.act(one, "miss")).status_code == 200
    assert "您的号已过" in (await booth.look(pages[0])).text
    assert (await booth.act(one, "begin")).status_code == 409
    two = await booth.next()
    assert (await booth.act(two, "park")).status_code == 200
    assert (await booth.act(one, "return")).status_code == 200
    order = [each["name"] for each in (await booth.seen())["tickets"]]
    assert order == ["A003", "A004", "A005", "A001", "A006", "A002"]


async def test_the_old_come_first_and_others_are_not_forgotten(booth: Booth) -> None:
    await booth.open()
    for device in "ab":
        await booth.ticket_of(device)
    for device in "cde":
        await booth.ticket_of(device, priority="yes")
    order = [each["name"] for each in (await booth.seen())["tickets"]]
    assert order == ["A003", "A004", "A001", "A005", "A002"]


async def test_a_steward_draws_for_who_has_no_phone(booth: Booth) -> None:
    await booth.open()
    drawn = await booth.do("tickets", {"priority": True})
    assert (drawn["ticket"]["name"], drawn["ticket"]["came_by"]) == ("A001", "steward")
    path = "/api/dispatch" + re.sub("^.*(?=/public/)", "", drawn["url"])
    assert "A001" in (await booth.look(path)).text
    assert (await booth.look(f"{path}x")).status_code == 404


async def test_the_queue_closes_in_time_for_all_to_be_served(
    booth: Booth, clock: PlayedClock
) -> None:
    """Until 8:40, at five minutes each by the menu: some four or five can be sure of their turn."""
    await booth.open(until="08:40")
    drawn = 0
    for device in "abcdefghij":
        answer = await booth.draw(device)
        if answer.status_code == 409:
            break
        drawn += 1
    assert 2 <= drawn <= 6
    assert "可能到收摊也轮不到" in (await booth.look(await booth.link(), "z")).text
    full = await booth.steward(f"/queues/{booth.id}/tickets", {"priority": False})
    assert full.json()["code"] == "confirmation_needed"
    await booth.do("tickets", {"priority": False}, confirm="queue_is_full")
    await booth.do("close")
    assert (await booth.steward(f"/queues/{booth.id}/tickets", {})).status_code == 409
    assert (await booth.open(until="09:40"))["state"] == "open"
    assert (await booth.draw("z")).status_code == 303
    late = await booth.steward(f"/queues/{booth.id}/open", {"places": 1, "until": "07:59"})
    assert (late.status_code, late.json()["code"]) == (422, "queue_ends_in_the_past")


async def test_who_could_draw_no_ticket_came_too(
    house: House, booth: Booth, clock: PlayedClock
) -> None:
    await booth.open(until="08:40")
    link, drawn = await booth.link(), 0
    while (await booth.draw(f"d{drawn}")).status_code == 303:
        drawn += 1
    for device in ("x", "y", "x", "d0"):
        await booth.look(link, device)
    for _ in range(14):
        await booth.look(link)  # a browser that keeps no cookies: no more than may draw
        house.client.cookies.clear()
    await booth.open(until="10:40")
    assert (await booth.draw("y")).status_code == 303
    await booth.look(link, "z")
    await booth.do("close")
    await booth.look(link, "late")
    clock.move(hours=3)
    await booth.look(link, "too late")
    await booth.do("end", confirm="residents_wait")
    (said,) = await desk.of_type(house, QueueMeasured)
    assert said.arrived == (drawn + 1) + len({"x", "late"}) + 10


async def test_it_ends_and_says_what_it_measured(
    house: House, booth: Booth, stop: dict[str, Any], clock: PlayedClock
) -> None:
    await booth.open()
    pages = [await booth.ticket_of(device) for device in "abcd"]
    here: str | None = None
    for _ in range(3):
        ticket = await booth.next(finished=here)
        here = ticket["calling"]
        clock.move(minutes=10)
    report = {"booths": [{"assignment_id": booth.id, "served": 9}]}
    refused = await booth.steward(f"/stops/{booth.stop}/reports", report)
    assert refused.json()["code"] == "queue_still_open"
    refused = await booth.steward(f"/queues/{booth.id}/end")
    assert refused.json()["code"] == "confirmation_needed"
    await booth.act(ticket, "begin")
    clock.move(minutes=5)
    ended = await booth.do("end", confirm="residents_wait")
    assert (ended["state"], ended["served"], ended["unserved"]) == ("ended", 3, 1)
    assert "今天没有轮到您" in (await booth.look(pages[3])).text
    assert "已经收摊" in (await booth.look(await booth.link(), "z")).text
    (said,) = await desk.of_type(house, QueueMeasured)
    assert (said.arrived, said.served, said.longest_queue) == (4, 3, 3)
    assert said.mean_wait_minutes == 10
    assert (await booth.steward(f"/queues/{booth.id}/end")).status_code == 409
    seen = {"longest": 99, "mean_wait_minutes": 99}
    report["booths"][0] |= {"queue": seen, "served": 3}
    done = (await booth.steward(f"/stops/{booth.stop}/reports", report)).json()
    mine = next(each for each in done["assignments"] if each["id"] == booth.id)
    assert (mine["arrived"], mine["longest_queue"], mine["mean_wait_minutes"]) == (4, 3, 10)
    assert len(await desk.of_type(house, QueueMeasured)) == 1


async def test_fewer_served_than_tickets_is_doubted(booth: Booth, clock: PlayedClock) -> None:
    await booth.open()
    for device in "ab":
        await booth.ticket_of(device)
    first = await booth.next()
    await booth.next(finished=first["calling"])
    await booth.do("end", confirm="residents_wait")
    report = {"booths": [{"assignment_id": booth.id, "served": 0}]}
    doubted = await booth.steward(f"/stops/{booth.stop}/reports", report)
    assert doubted.json()["code"] == "confirmation_needed"


async def test_a_resident_leaves_and_two_are_forgiven(booth: Booth) -> None:
    await booth.open()
    page = await booth.ticket_of("a")
    for _ in range(2):
        left = await booth.house.client.post(
            page, data={"leave": "yes"}, headers={"Accept": "text/html", "Authorization": ""}
        )
        assert left.status_code == 303
    assert "您已放弃这个号" in (await booth.look(page)).text
    assert await booth.next() is None


async def test_the_wall_shows_numbers_and_nobody(booth: Booth, clock: PlayedClock) -> None:
    await booth.open(places=2)
    for device in "abcd":
        await booth.ticket_of(device)
    await booth.next(1)
    clock.move(seconds=1)
    await booth.next(2)
    answer = await booth.house.client.get(f"/api/dispatch/stops/{booth.stop}/queues")
    path = "/api/dispatch" + re.sub("^.*(?=/public/)", "", answer.json()["display_url"])
    wall = await booth.look(path)
    assert wall.status_code == 200
    assert re.findall(r'data-call="(A\d+) 1"', wall.text) == ["A002", "A001"]
    assert "接下来：A003、A004" in wall.text
    assert "script-src 'sha256-" in wall.headers["content-security-policy"]


async def test_only_the_own_team_calls(booth: Booth) -> None:
    answer = await booth.steward(f"/queues/{booth.id}/open", {"places": 1}, who=OTHER)
    assert answer.status_code == 404
    await booth.open()
    await booth.ticket_of("a")
    ticket = await booth.next()
    answer = await booth.steward(f"/tickets/{ticket['id']}/act", {"act": "miss"}, who=OTHER)
    assert answer.status_code == 404


async def test_one_who_deletes_the_cookie_draws_only_so_many(booth: Booth) -> None:
    await booth.open(places=50)
    statuses: Counter[int] = Counter()
    link = await booth.link()
    for no in range(12):
        headers = {"Accept": "text/html", "Authorization": "", "User-Agent": "WeChat"}
        answer = await booth.house.client.post(link, data={"mark": f"m{no}"}, headers=headers)
        statuses[answer.status_code] += 1
    assert statuses == {303: 10, 429: 2}


@pytest.mark.parametrize("moment", ["planned", "cancelled"])
async def test_no_tickets_before_the_stop_began_or_where_it_was_called_off(
    house: House, clock: PlayedClock, moment: str
) -> None:
    plan = await desk.published_plan(house, "330381122000")
    found = plan["stops"][0]
    mine = next(each for each in found["assignments"] if each["team_code"] == "health")
    booth = Booth(house, found["id"], mine["id"])
    link = await booth.link()
    refused = await booth.steward(f"/queues/{booth.id}/open", {"places": 1})
    assert refused.status_code == 409
    if moment == "cancelled":
        await desk.call_off(house, found)
    else:
        await desk.postpone(house, found)
    page = await booth.look(link)
    assert page.status_code == (404 if moment == "cancelled" else 200)
    assert (await booth.draw_at(link)).status_code in (404, 409)


async def test_who_was_served_is_led_to_rate_with_the_ticket(booth: Booth) -> None:
    await booth.open()
    page = await booth.ticket_of("a")
    ticket = await booth.next()
    assert "/public/ratings/" not in (await booth.look(page)).text
    await booth.next(finished=ticket["calling"])
    said = (await booth.look(page)).text
    (link,) = re.findall(r'href="\.\./\.\./\.\./requests/public/ratings/([^"?]+)', said)
    voucher = read_voucher(link)
    assert voucher is not None
    assert (voucher.subject, voucher.number) == (booth.id, 1)
    (opened,) = await desk.of_type(booth.house, QueueOpened)
    assert voucher.is_signed_by(opened.voucher_key)
