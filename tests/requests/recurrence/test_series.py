"""A recurring order from the proposal to its end, on both stores: its orders come once, in time, in their campaigns."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.requests import (
    OccurrenceBlocked,
    OrderAccepted,
    RecurringOrderChanged,
    ServiceOrdered,
)
from tests.requests.recurrence.recurring import (
    CORPS,
    ELSEWHERE,
    OFFICER,
    SERIES,
    STANDING,
    URL,
    accepted,
    act,
    new_day,
    orders,
    propose,
    read,
    running,
    told,
    wished,
)
from tests.requests.township import EDITION, Dispatch
from tests.support.clock import PlayedClock
from tests.support.house import OVERWRITING, House

Running = tuple[House, PlayedClock]


@pytest.fixture
async def both(store_url: str, tmp_path: Path) -> AsyncIterator[Running]:
    async with running(store_url, tmp_path) as started:
        yield started


async def test_the_corps_accepts_it_once_and_its_orders_come(both: Running) -> None:
    house, clock = both
    made = await propose(house, contact="林站长", phone="13800138000", days_around=1)
    assert (made["state"], made["number"], made["words"]) == ("proposed", 1, "每周二")
    assert [each["day"] for each in made["next_days"]][:2] == ["2014-07-01", "2014-07-08"]
    assert await orders(house) == []
    tasks = (await house.client.get("/api/requests/tasks", headers=CORPS)).json()
    assert tasks["counts"] == {"series_to_accept": 1}

    found = (await act(house, made["id"], "accept", CORPS)).json()
    assert found["state"] == "active"
    assert await wished(house) == ["2014-07-01", "2014-07-08", "2014-07-15"]  # 21 days ahead
    first = (await orders(house))[0]
    assert (first["state"], first["series_id"], first["series_on"]) == (
        "accepted",
        made["id"],
        "2014-07-01",
    )
    assert (first["campaign_id"], first["edition_id"]) == ("hongqiyue-2014", "summer-2014")
    assert (first["contact"], first["phone_masked"]) == ("林站长", "138****8000")
    assert first["wished_on"] == ["2014-06-30", "2014-07-01", "2014-07-02"]
    assert not first["changed_by_hand"]
    assert [type(each) for each in await told(house)] == [OrderAccepted] * 3
    phone = await house.client.post(f"/api/requests/orders/{first['id']}/phone", headers=OFFICER)
    assert phone.json()["phone"] == "13800138000"

    clock.move(days=4)
    await new_day(house)
    assert await wished(house) == ["2014-07-01", "2014-07-08", "2014-07-15", "2014-07-22"]
    last = next(each for each in await orders(house) if each["series_on"] == "2014-07-22")
    assert last["campaign_id"] == "changtai-2014"  # July's campaign is over by then
    seen = await read(house, made["id"])
    assert [each["order_state"] for each in seen["occurrences"]] == ["accepted"] * 4
    assert seen["next_days"][0]["day"] == "2014-07-29"


async def test_a_day_that_comes_twice_late_or_at_once_makes_each_order_once(both: Running) -> None:
    house, clock = both
    made = await accepted(house, rrule="FREQ=DAILY;INTERVAL=2")
    clock.move(days=3)
    await asyncio.gather(*(new_day(house) for _ in range(4)), return_exceptions=True)
    await new_day(house)
    days = await wished(house)
    assert len(days) == len(set(days)) == 11
    clock.move(days=30)  # nobody was there
    await new_day(house)
    seen = (await house.client.get(f"{URL}/{made['id']}/occurrences", headers=OFFICER)).json()
    missed = [each["on"] for each in seen["items"] if each["state"] == "missed"]
    assert missed == ["2014-07-23", "2014-07-25", "2014-07-27", "2014-07-29"]
    later = await wished(house)
    assert min(day for day in later if day > "2014-07-21") == "2014-07-31"
    assert len(later) == len(set(later))


async def test_an_order_of_a_day_that_is_doubtful_is_looked_at_first(both: Running) -> None:
    house, _ = both
    dish = EDITION.items[0].model_copy(update={"notice_days": 10})
    slow = EDITION.model_copy(
        update={"edition_id": "slow-2014", "effective_on": date(2014, 6, 2), "items": (dish,)}
    )
    await house.hear("edition:slow-2014", slow)
    made = await accepted(house)
    assert [each["state"] for each in await orders(house)] == ["submitted", "accepted", "accepted"]
    assert [type(each) for each in await told(house)] == [
        ServiceOrdered,
        OrderAccepted,
        OrderAccepted,
    ]
    seen = await read(house, made["id"])
    assert [each["doubts"] for each in seen["occurrences"]] == [[], [], ["notice_too_short"]]


async def test_what_the_township_ordered_already_is_not_ordered_unasked(both: Running) -> None:
    house, _ = both
    written = {key: SERIES[key] for key in ("township_code", "place", "lines")} | {
        "edition_id": "summer-2014",
        "campaign_id": "hongqiyue-2014",
        "wished_on": ["2014-07-08"],
        "submit": True,
    }
    answer = await house.client.post("/api/requests/orders", json=written, headers=OFFICER)
    assert answer.status_code == 201, answer.text
    made = await accepted(house)
    doubts = {each["on"]: each["doubts"] for each in (await read(house, made["id"]))["occurrences"]}
    assert doubts == {
        "2014-07-01": [],
        "2014-07-08": ["order_like_another"],
        "2014-07-15": [],
    }


async def test_a_day_without_a_menu_waits_for_one_and_the_corps_is_told_once(both: Running) -> None:
    house, clock = both
    made = await accepted(house, starts_on="2014-09-02")
    clock.move(days=50)  # 16 August: the menu ends on the 31st
    await new_day(house)
    await new_day(house)
    assert await wished(house) == []
    blocked = [each for each in await told(house) if isinstance(each, OccurrenceBlocked)]
    assert [(each.on, each.fault) for each in blocked] == [(date(2014, 9, 2), "no_edition")]
    (task,) = (await house.client.get("/api/requests/tasks", headers=CORPS)).json()["items"]
    assert (task["code"], task["about"]) == ("occurrence_blocked", f"recurring_order:{made['id']}")
    assert task["facts"]["on"] == "2014-09-02"

    autumn = EDITION.model_copy(
        update={
            "edition_id": "autumn-2014",
            "effective_on": date(2014, 8, 10),
            "retires_on": date(2014, 12, 31),
            "items": EDITION.items[1:],
        }
    )
    await house.hear("edition:autumn-2014", autumn)
    await new_day(house)
    blocked = [each for each in await told(house) if isinstance(each, OccurrenceBlocked)]
    assert [(each.fault, each.item_code) for each in blocked][1:] == [("item_gone", "clinic")]
    whole = autumn.model_copy(
        update={
            "edition_id": "whole-2014",
            "effective_on": date(2014, 8, 11),
            "items": EDITION.items,
        }
    )
    await house.hear("edition:whole-2014", whole)
    await new_day(house)
    assert await wished(house) == ["2014-09-02"]
    assert (await house.client.get("/api/requests/tasks", headers=CORPS)).json()["counts"] == {}


async def test_the_corps_gives_up_a_day_without_a_menu(both: Running) -> None:
    house, clock = both
    made = await accepted(house, starts_on="2014-09-02")
    clock.move(days=50)
    await new_day(house)
    occurrence = (await read(house, made["id"]))["occurrences"][0]
    url = f"/api/requests/occurrences/{occurrence['id']}/drop"
    assert (await house.client.post(url, headers=OFFICER)).status_code == 403
    dropped = await house.client.post(url, headers=CORPS)
    assert dropped.json()["occurrences"][0]["state"] == "dropped"
    assert (await house.client.post(url, headers=CORPS)).status_code == 409
    await new_day(house)
    assert await wished(house) == []


async def test_one_is_changed_without_the_others_and_marked(both: Running) -> None:
    house, clock = both
    made = await accepted(house)
    first = (await orders(house))[0]
    cancel = {"reason_code": "venue"}
    await house.client.post(
        f"/api/requests/orders/{first['id']}/cancel", json=cancel, headers=OFFICER
    )
    third = next(each for each in await orders(house) if each["series_on"] == "2014-07-15")
    amendment = {key: third[key] for key in ("place", "wished_on", "ruled_out_on")} | {
        "lines": [{"item_code": "clinic", "expected_attendance": 90}],
        "reason_code": "attendance",
    }
    url = f"/api/requests/orders/{third['id']}/amendment"
    amended = await house.client.post(url, json=amendment, headers=OFFICER)
    assert amended.status_code in (200, 201), amended.text
    moved = await act(house, made["id"], "move", on="2014-07-22", to="2014-07-24")
    assert moved.status_code == 200, moved.text
    assert moved.json()["next_days"][0] | {"is_certain": True} == {
        "on": "2014-07-22",
        "day": "2014-07-24",
        "why": "moved",
        "is_certain": True,
    }
    await act(house, made["id"], "leave-out", on="2014-07-29")
    added = await act(house, made["id"], "add-day", on="2014-07-10")
    assert added.status_code == 200, added.text
    for day, code in (("2014-07-08", "day_has_order"), ("2014-07-23", "nothing_due_on_day")):
        refused = await act(house, made["id"], "leave-out", on=day)
        assert refused.json()["code"] == code
    clock.move(days=14)
    await new_day(house)
    assert await wished(house) == ["2014-07-08", "2014-07-10", "2014-07-15", "2014-07-24"]
    marked = {each["series_on"]: each["changed_by_hand"] for each in await orders(house)}
    assert marked == {
        "2014-07-01": True,
        "2014-07-08": False,
        "2014-07-10": True,
        "2014-07-15": True,
        "2014-07-22": True,
    }
    states = {each["series_on"]: each["state"] for each in await orders(house)}
    assert (states["2014-07-10"], states["2014-07-22"]) == ("submitted", "submitted")
    restored = await act(house, made["id"], "restore-day", on="2014-07-29")
    assert restored.status_code == 200
    assert "2014-07-29" in await wished(house)


async def test_a_change_takes_over_after_what_is_planned(both: Running) -> None:
    house, _ = both
    old = await accepted(house)
    order = next(each for each in await orders(house) if each["series_on"] == "2014-07-08")
    dispatch = Dispatch(house, order)
    await dispatch.says(dispatch.assigned(0, "a1"))
    new = await propose(house, rrule="FREQ=WEEKLY;BYDAY=TU,FR", follows=old["id"])
    again = await house.client.post(URL, json=SERIES | {"follows": old["id"]}, headers=OFFICER)
    assert again.json()["code"] == "change_waits_already"
    assert (await act(house, new["id"], "accept", CORPS)).status_code == 200
    kept = [each for each in await orders(house) if each["state"] != "cancelled"]
    assert {(each["series_id"], each["wished_on"][0]) for each in kept} == {
        (old["id"], "2014-07-08"),
        (new["id"], "2014-07-11"),
        (new["id"], "2014-07-15"),
        (new["id"], "2014-07-18"),
    }
    seen = await read(house, old["id"])
    assert (seen["last_on"], seen["followed_by"], seen["next_days"]) == (
        "2014-07-08",
        new["id"],
        [],
    )


@pytest.mark.parametrize("withdraws", [True, False])
async def test_its_end_leaves_what_is_planned(both: Running, withdraws: bool) -> None:
    house, clock = both
    made = await accepted(house)
    order = next(each for each in await orders(house) if each["series_on"] == "2014-07-08")
    dispatch = Dispatch(house, order)
    await dispatch.says(dispatch.assigned(0, "a1"))
    ended = await act(
        house, made["id"], "end", reason_code="not_needed", withdraws_orders=withdraws
    )
    assert (ended.json()["state"], ended.json()["next_days"]) == ("ended", [])
    left = ["2014-07-08"] if withdraws else ["2014-07-01", "2014-07-08", "2014-07-15"]
    assert await wished(house) == left
    assert not any(each["changed_by_hand"] for each in await orders(house))
    clock.move(days=10)
    await new_day(house)
    assert await wished(house) == left


async def test_a_pause_makes_no_orders_and_what_it_lasted_is_not_made_up_for(both: Running) -> None:
    house, clock = both
    made = await accepted(house)
    await act(house, made["id"], "pause")
    clock.move(days=40)
    await new_day(house)
    assert await wished(house) == ["2014-07-01", "2014-07-08", "2014-07-15"]
    await act(house, made["id"], "resume", CORPS)
    assert (await wished(house))[3:] == ["2014-08-12", "2014-08-19", "2014-08-26"]
    seen = await read(house, made["id"])
    assert {each["state"] for each in seen["occurrences"]} == {"ordered"}


async def test_one_that_has_run_out_ends_after_its_last_day(both: Running) -> None:
    house, clock = both
    made = await accepted(house, rrule="FREQ=WEEKLY;COUNT=2")
    assert (await read(house, made["id"]))["state"] == "active"
    clock.move(days=12)
    await new_day(house)
    seen = await read(house, made["id"])
    assert (seen["state"], seen["reason_code"]) == ("ended", "run_out")
    steps = [
        e.step for e in await house.published("requests") if isinstance(e, RecurringOrderChanged)
    ]
    assert steps == ["proposed", "accepted", "ended"]


async def test_it_is_returned_changed_and_proposed_again(both: Running) -> None:
    house, _ = both
    made = await propose(house)
    returned = await act(
        house, made["id"], "return", CORPS, reason_code="other", reason="请改为两周一次"
    )
    assert (returned.json()["state"], returned.json()["reason"]) == ("returned", "请改为两周一次")
    tasks = (await house.client.get("/api/requests/tasks", headers=OFFICER)).json()
    assert tasks["counts"] == {"series_returned": 1}
    body = SERIES | {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"}
    url = f"{URL}/{made['id']}"
    assert (await house.client.put(url, json=body, headers=OFFICER)).status_code == 428
    changed = await house.client.put(url, json=body, headers=OFFICER | OVERWRITING)
    assert (changed.json()["state"], changed.json()["words"]) == ("proposed", "每2周的周二")
    assert (await act(house, made["id"], "accept", CORPS)).json()["state"] == "active"
    refused = await house.client.put(url, json=SERIES, headers=OFFICER | OVERWRITING)
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")


async def test_a_township_sees_and_changes_its_own_only(both: Running) -> None:
    house, _ = both
    made = await accepted(house)
    assert (await house.client.get(URL, headers=ELSEWHERE)).json()["items"] == []
    assert (await house.client.get(f"{URL}/{made['id']}", headers=ELSEWHERE)).status_code == 404
    assert (await act(house, made["id"], "pause", ELSEWHERE)).status_code == 404
    assert (await house.client.post(URL, json=SERIES, headers=ELSEWHERE)).status_code == 403
    assert (await act(house, made["id"], "accept", OFFICER)).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"rrule": "FREQ=HOURLY"}, "rule_not_offered"),
        ({"rrule": "ＦＲＥＱ＝ＷＥＥＫＬＹ；COUNT＝999"}, "rule_number_out_of_range"),
        ({"rrule": "FREQ=DAILY;UNTIL=20140101"}, "rule_without_days"),
        ({"starts_on": "2014-06-26"}, "starts_in_the_past"),
        ({"township_code": "330381999999"}, "unknown_township"),
        ({"lines": [{"item_code": "haircut", "expected_attendance": 5}]}, "not_on_menu_in_force"),
        ({"phone": "13800138000"}, "phone_without_contact"),
        ({"follows": "none"}, "recurring_order.not_found"),
    ],
)
async def test_what_is_wrong_is_refused_in_words(
    both: Running, wrong: dict[str, Any], code: str
) -> None:
    house, _ = both
    refused = await house.client.post(URL, json=SERIES | wrong, headers=CORPS)
    assert (refused.status_code in (404, 409, 422), refused.json()["code"]) == (True, code)
    assert refused.json()["remedy"]
    assert (await house.client.get(URL, headers=CORPS)).json()["total"] == 0


async def test_a_preview_says_the_rule_in_both_languages_with_holidays(both: Running) -> None:
    house, _ = both
    body = {"rrule": "FREQ=MONTHLY;BYDAY=2MO", "starts_on": "2014-09-01"}
    for language, words in (
        ("zh-CN", "每月第二个周一"),
        ("en", "every month on the second Monday"),
    ):
        headers = OFFICER | {"Accept-Language": language}
        said = (await house.client.post(f"{URL}/preview", json=body, headers=headers)).json()
        assert said["words"] == words
    assert said["next_days"][0] == {
        "on": "2014-09-08",
        "day": "2014-09-09",
        "why": "after_holiday",
        "is_certain": True,
    }


async def test_what_is_due_keeps_to_the_limits_of_its_campaign(both: Running) -> None:
    """What is beyond them waits, and is made as soon as the corps allows it; the corps is told once why."""
    house, clock = both
    limits = f"/api/requests/order-limits/{STANDING.campaign_id}"

    async def limit(**what: Any) -> None:
        answer = await house.client.put(limits, json=what, headers=CORPS | OVERWRITING)
        assert answer.status_code == 200, answer.text

    # Taken up to yesterday: what was handed in then is in time on all its days.
    made = await accepted(house, starts_on="2014-07-15")
    await limit(orders_until="2014-06-27", lines=1)
    clock.move(days=9)  # 6 July: the 22nd is due, the first one after the campaign of July
    await new_day(house)
    assert await wished(house) == ["2014-07-15", "2014-07-22"]
    clock.move(days=7)
    for _ in range(2):
        await new_day(house)
    assert len(await wished(house)) == 2
    blocked = [each for each in await told(house) if isinstance(each, OccurrenceBlocked)]
    assert [(each.on, each.limit) for each in blocked] == [(date(2014, 7, 29), "quota_used_up")]
    (task,) = (await house.client.get("/api/requests/tasks", headers=CORPS)).json()["items"]
    assert (task["code"], task["about"]) == ("occurrence_blocked", f"recurring_order:{made['id']}")
    await limit(orders_until="2014-06-27", lines=4)
    await new_day(house)
    assert (await wished(house))[2:] == ["2014-07-29"]
    assert (await house.client.get("/api/requests/tasks", headers=CORPS)).json()["counts"] == {}
    # Handed in after the last day, it gets no order in that campaign.
    late = await accepted(house, starts_on="2014-07-17", rrule="FREQ=WEEKLY;BYDAY=TH")
    blocked = [each for each in await told(house) if isinstance(each, OccurrenceBlocked)][1:]
    assert {(each.series_id, each.limit) for each in blocked} == {(late["id"], "ordering_is_over")}
