"""An order that was handed in says something else: at once while nobody is booked, else when the corps says so."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from shared.contracts.dispatch import OrderReplanned
from shared.contracts.requests import (
    OrderAmended,
    OrderAmendmentProposed,
    OrderAmendmentRefused,
)
from tests.requests.township import (
    EDITION,
    GAOLOU,
    JULY,
    ORDER,
    TOWNSHIP,
    Dispatch,
    accepted_order,
    order,
    read,
    step,
)
from tests.support.clock import PlayedClock
from tests.support.house import House, running_house

ASKED = {name: ORDER[name] for name in ("place", "point", "wished_on", "ruled_out_on", "lines")}
FEWER = {"reason_code": "attendance"}


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock(datetime(2014, 6, 20, 1, tzinfo=UTC))


@pytest.fixture
async def house(store_url: str, clock: PlayedClock) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=store_url)
    made = running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock)
    async with made as house:
        await house.hear(f"township:{GAOLOU}", TOWNSHIP)
        await house.hear("edition:summer-2014", EDITION)
        await house.hear(f"campaign:{JULY.campaign_id}", JULY)
        yield house


def line(code: str, people: int, remark: str | None = None) -> dict[str, Any]:
    return {"item_code": code, "expected_attendance": people, "remark": remark}


async def amend(
    house: House, order_id: str, status: int = 200, match: str = "*", **changes: Any
) -> Any:
    answer = await house.client.post(
        f"/api/requests/orders/{order_id}/amendment",
        json=ASKED | FEWER | changes,
        headers={"If-Match": match},
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def decide(house: House, order_id: str, what: str, status: int = 200, **body: Any) -> Any:
    answer = await house.client.post(
        f"/api/requests/orders/{order_id}/amendment/{what}", json={"number": 1} | body
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def amendments(house: House, order_id: str) -> Any:
    return (await house.client.get(f"/api/requests/orders/{order_id}/amendments")).json()


async def planned(house: House, **changes: Any) -> Dispatch:
    """An order of two lines; a team is booked for the first."""
    voice = Dispatch(house, await accepted_order(house, **changes))
    await voice.says(voice.assigned(0, "a0"))
    return voice


async def said(house: House, kind: type[Any]) -> list[Any]:
    return [event for event in await house.published("requests") if isinstance(event, kind)]


async def test_what_waits_to_be_accepted_changes_at_once_and_keeps_its_history(
    house: House,
) -> None:
    drafted = await order(house)
    await amend(house, drafted["id"], 409, lines=[line("clinic", 80)])
    await step(house, drafted["id"], "submit")
    now = await amend(
        house,
        drafted["id"],
        place="高楼镇大京村",
        lines=[line("clinic", 80, "改在祠堂"), line("appliances", 30)],
        reason="村里改在祠堂",
    )
    assert (now["state"], now["place"], now["change_pending"]) == (
        "submitted",
        "高楼镇大京村",
        None,
    )
    assert [(each["item_code"], each["expected_attendance"]) for each in now["lines"]] == [
        ("clinic", 80),
        ("appliances", 30),
    ]
    (first,) = await amendments(house, drafted["id"])
    assert (first["number"], first["state"], first["reason"]) == (1, "applied", "村里改在祠堂")
    assert (first["before"]["place"], first["after"]["place"]) == (ORDER["place"], "高楼镇大京村")
    assert [each["item_code"] for each in first["before"]["lines"]] == ["clinic", "law-advice"]
    event = (await said(house, OrderAmended))[0]
    assert (event.amendment, event.was_proposed, event.place) == (1, False, "高楼镇大京村")
    assert "祠堂" not in event.model_dump_json(), "what people write stays here"
    accepted = await step(house, drafted["id"], "accept")
    assert len(accepted["lines"]) == 2


async def test_what_is_planned_waits_for_the_corps_and_then_for_a_plan(house: House) -> None:
    voice = await planned(house)
    order_id = voice.order["id"]
    days: dict[str, Any] = {"wished_on": ["2014-07-03"], "ruled_out_on": ["2014-06-27"]}
    asked = await amend(house, order_id, **days, reason_code="days_impossible")
    assert (asked["change_pending"], asked["wished_on"]) == ("proposed", voice.order["wished_on"])
    assert [event.reason_code for event in await said(house, OrderAmendmentProposed)] == [
        "days_impossible"
    ]
    tasks = (await house.client.get("/api/requests/tasks")).json()["items"]
    assert [task["code"] for task in tasks] == ["amendment_to_decide"]
    assert (await amend(house, order_id, 409, place="大京村"))["code"] == "amendment_waits"
    assert (await decide(house, order_id, "accept", 409, number=2))["code"] == "amendment_decided"

    accepted = await decide(house, order_id, "accept")
    assert (accepted["change_pending"], accepted["wished_on"]) == ("replanning", ["2014-07-03"])
    assert [each["state"] for each in accepted["lines"]] == ["scheduled", "waiting"]
    event = (await said(house, OrderAmended))[0]
    assert (event.amendment, event.was_proposed) == (1, True)
    assert (await house.client.get("/api/requests/tasks")).json()["items"] == []
    await house.hear("plan:p", OrderReplanned(order_id=order_id, township_code=GAOLOU, amendment=1))
    assert (await read(house, order_id))["change_pending"] is None


async def test_a_plan_that_knows_only_the_earlier_amendment_leaves_the_later_pending(
    house: House,
) -> None:
    voice = await planned(house)
    order_id = voice.order["id"]
    for number, people in ((1, 80), (2, 60)):
        await amend(house, order_id, lines=[line("clinic", people), line("law-advice", 40)])
        await decide(house, order_id, "accept", number=number)
    told = [
        OrderReplanned(order_id=order_id, township_code=GAOLOU, amendment=number)
        for number in (1, 2)
    ]
    await house.hear("plan:p", told[0])
    assert (await read(house, order_id))["change_pending"] == "replanning"
    await house.hear("plan:p", told[1])
    assert (await read(house, order_id))["change_pending"] is None
    assert [each["number"] for each in await amendments(house, order_id)] == [2, 1]


async def test_refused_or_taken_back_the_order_stays(house: House) -> None:
    voice = await planned(house)
    order_id = voice.order["id"]
    before = await read(house, order_id)
    await amend(house, order_id, place="大京村", reason_code="venue")
    late: dict[str, Any] = {"reason_code": "too_late", "reason": "后天就要出队"}
    await decide(house, order_id, "refuse", **late)
    assert (await decide(house, order_id, "withdraw", 409))["code"] == "amendment_decided"
    await amend(house, order_id, place="大京村", reason_code="venue")
    await decide(house, order_id, "withdraw", number=2)
    assert [
        (each["state"], each["refusal_code"], each["refusal"])
        for each in await amendments(house, order_id)
    ] == [("withdrawn", None, None), ("refused", "too_late", "后天就要出队")]
    after = await read(house, order_id)
    same = ("place", "lines", "wished_on", "state", "change_pending")
    assert [after[name] for name in same] == [before[name] for name in same]
    refused = await said(house, OrderAmendmentRefused)
    assert [event.reason_code for event in refused] == ["too_late"]
    assert "出队" not in refused[0].model_dump_json()


async def test_lines_that_are_taken_out_are_cancelled_and_new_ones_wait(house: House) -> None:
    voice = await planned(house)
    order_id = voice.order["id"]
    await amend(house, order_id, lines=[line("law-advice", 40), line("appliances", 20)])
    changed = await decide(house, order_id, "accept")
    assert {each["item_code"]: each["state"] for each in changed["lines"]} == {
        "clinic": "cancelled",
        "law-advice": "waiting",
        "appliances": "waiting",
    }
    assert changed["state"] == "accepted"
    await voice.says(voice.released(0, "a0"), voice.assigned(0, "a7", revision=3))
    assert (await read(house, order_id))["lines"][0]["state"] == "cancelled", "it stays out"
    await amend(house, order_id, lines=[line("clinic", 50), line("law-advice", 40)])
    again = await read(house, order_id)
    assert [(each["item_code"], each["state"]) for each in again["lines"]] == [
        ("clinic", "cancelled"),
        ("law-advice", "waiting"),
        ("appliances", "cancelled"),
        ("clinic", "waiting"),
    ]
    event = (await said(house, OrderAmended))[-1]
    assert [each.item_code for each in event.lines] == ["law-advice", "clinic"]


async def test_what_was_served_or_is_served_today_can_not_change(
    house: House, clock: PlayedClock
) -> None:
    voice = await planned(house)
    order_id = voice.order["id"]
    await amend(house, order_id, place="大京村", reason_code="venue")
    clock.move(days=7)  # 27 June, the day of the stop
    assert (await decide(house, order_id, "accept", 409))["code"] == "line_under_way"
    await decide(house, order_id, "withdraw")
    for changes in (
        {"place": "大京村"},
        {"lines": [line("law-advice", 40)]},
        {"lines": [line("clinic", 5), line("law-advice", 40)]},
    ):
        refused = await amend(house, order_id, 409, **changes)
        assert (refused["code"], "健康义诊" in refused["detail"]) == ("line_under_way", True)
    other = [ORDER["lines"][0], line("law-advice", 90)]
    assert (await amend(house, order_id, lines=other))["change_pending"] == "proposed"
    await voice.says(voice.reported(0, "a0", 99), voice.completed())
    served = await read(house, order_id)
    assert (served["state"], served["change_pending"]) == ("served", None)
    assert (await amendments(house, order_id))[0]["state"] == "lapsed"
    assert (await decide(house, order_id, "accept", 409, number=2))["code"] == "amendment_decided"


async def test_an_order_that_is_withdrawn_takes_its_amendment_along(house: House) -> None:
    voice = await planned(house)
    order_id = voice.order["id"]
    await amend(house, order_id, place="大京村", reason_code="venue")
    cancelled = await step(house, order_id, "cancel", reason_code="weather")
    assert (cancelled["state"], cancelled["change_pending"]) == ("cancelled", None)
    assert [each["state"] for each in await amendments(house, order_id)] == ["lapsed"]
    await decide(house, order_id, "accept", 409)
    assert (await house.client.get("/api/requests/tasks")).json()["items"] == []


async def test_nothing_new_an_item_that_is_not_on_the_menu_and_a_stale_copy_are_refused(
    house: House,
) -> None:
    voice = await planned(house)
    order_id = voice.order["id"]
    assert (await amend(house, order_id, 422))["code"] == "nothing_amended"
    unknown = await amend(house, order_id, 422, lines=[line("opera", 10)])
    assert (unknown["code"], unknown["field"]) == ("not_on_menu", "lines[0].item_code")
    twice = [line("clinic", 10), line("clinic", 20)]
    assert (await amend(house, order_id, 422, lines=twice))["code"] == "item_twice"
    outside = await amend(house, order_id, 409, wished_on=["2014-08-03"])
    assert [each["code"] for each in outside["errors"]] == ["day_outside_campaign"]
    stale = '"1-00000000000000000000000000000000"'
    assert (await amend(house, order_id, 412, match=stale, place="大京村"))["code"] == (
        "changed_meanwhile"
    )


async def test_two_at_once_are_one_amendment(house: House) -> None:
    voice = await planned(house)
    order_id = voice.order["id"]
    answers = await asyncio.gather(
        *(
            house.client.post(
                f"/api/requests/orders/{order_id}/amendment",
                json=ASKED | FEWER | {"place": f"{number}号村"},
                headers={"If-Match": "*"},
            )
            for number in range(5)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert len(await amendments(house, order_id)) == 1
    both = await asyncio.gather(
        *(
            house.client.post(
                f"/api/requests/orders/{order_id}/amendment/{what}",
                json={"number": 1} | ({"reason_code": "no_team"} if what == "refuse" else {}),
            )
            for what in ("accept", "refuse", "withdraw")
        )
    )
    assert sorted(answer.status_code for answer in both) == [200, 409, 409]


async def test_a_plan_and_an_amendment_at_the_same_moment(house: House) -> None:
    """Whichever comes first, the order ends with the amendment applied or waiting, and its line with the team."""
    voices = [
        Dispatch(house, await accepted_order(house, place=f"{number}号村")) for number in range(6)
    ]
    await asyncio.gather(
        *(
            amend(
                house,
                voice.order["id"],
                place=voice.order["place"],
                lines=[line("clinic", 77), ORDER["lines"][1]],
            )
            for voice in voices
        ),
        *(
            house.hear(f"stop:s{number}", voice.assigned(0, "a0", stop=f"s{number}"))
            for number, voice in enumerate(voices)
        ),
    )
    for voice in voices:
        now = await voice.now()
        assert now["state"] == "scheduled"
        people = now["lines"][0]["expected_attendance"]
        assert (people, now["change_pending"]) in ((77, None), (120, "proposed"))


async def test_another_order_that_asks_for_the_same_is_asked_about(house: House) -> None:
    await accepted_order(house, place="大京村")
    drafted = await order(house)
    await step(house, drafted["id"], "submit")
    asked = await amend(house, drafted["id"], 409, place="大京村", reason_code="venue")
    assert [each["code"] for each in asked["errors"]] == ["order_like_another"]
    answer = await house.client.post(
        f"/api/requests/orders/{drafted['id']}/amendment?confirm=order_like_another",
        json=ASKED | FEWER | {"place": "大京村"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text


async def test_the_notice_of_an_item_that_is_added_counts_from_its_day(
    house: House, clock: PlayedClock
) -> None:
    slow = EDITION.items[2].model_copy(update={"notice_days": 5})
    menu = EDITION.model_copy(
        update={"edition_id": "slow-2014", "items": (*EDITION.items[:2], slow)}
    )
    await house.hear("edition:slow-2014", menu)
    voice = Dispatch(house, await accepted_order(house, edition_id="slow-2014"))
    clock.move(days=3)
    more = [*ORDER["lines"], line("appliances", 20)]
    answer = await house.client.post(
        f"/api/requests/orders/{voice.order['id']}/amendment?confirm=notice_too_short",
        json=ASKED | {"reason_code": "items", "lines": more},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text
    event = (await said(house, OrderAmended))[0]
    assert [each.earliest_on for each in event.lines] == [None, None, date(2014, 6, 28)]


async def test_each_line_says_since_when_it_waits_until_it_has_a_day(
    house: House, clock: PlayedClock
) -> None:
    def since(said: Any) -> list[str | None]:
        return [each["waiting_since"] for each in said["lines"]]

    drafted = await order(house)
    assert since(drafted) == [None, None]
    submitted = await step(house, drafted["id"], "submit")
    assert since(submitted) == ["2014-06-20", "2014-06-20"]
    clock.move(days=3)
    more = [*ORDER["lines"], line("appliances", 20)]
    added = await amend(house, drafted["id"], lines=more, reason_code="items")
    assert since(added) == ["2014-06-20", "2014-06-20", "2014-06-23"]
    voice = Dispatch(house, await step(house, drafted["id"], "accept"))
    await voice.says(voice.assigned(0, "a0"))
    assert since(await voice.now()) == [None, "2014-06-20", "2014-06-23"]
    await voice.says(voice.released(0, "a0"))
    assert since(await voice.now()) == ["2014-06-20", "2014-06-20", "2014-06-23"]
    page = (await house.client.get("/api/requests/orders", params={"state": "accepted"})).json()
    assert since(page["items"][0]) == since(await voice.now())
    cancelled = await step(house, drafted["id"], "cancel", reason_code="not_needed")
    assert since(cancelled) == [None, None, None]
