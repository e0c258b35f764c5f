"""An order between township and corps: its steps, what is published, what is refused."""

import asyncio
from typing import Any

import pytest

from shared.contracts.requests import OrderAccepted, OrderCancelled, OrderReturned, ServiceOrdered
from tests.requests.township import CAMPAIGN, GAOLOU, ORDER, accepted_order, order, read, step
from tests.support.house import House


async def test_from_draft_to_accepted(requests: House) -> None:
    drafted = await order(requests)
    submitted = await step(requests, drafted["id"], "submit")
    assert submitted["state"] == "submitted"
    assert submitted["submitted_at"] >= submitted["created_at"]
    assert submitted["ordered_on"] == "2014-06-27", "the day of the business, not the machine's"
    accepted = await step(requests, drafted["id"], "accept")
    assert accepted["state"] == "accepted"
    ordered, taken = await requests.published("requests")
    assert ordered == ServiceOrdered(
        order_id=drafted["id"],
        township_code=GAOLOU,
        edition_id="summer-2014",
        campaign_id=CAMPAIGN,
        line_count=2,
    )
    assert isinstance(taken, OrderAccepted)
    assert taken.place == "高楼镇文化广场"
    assert taken.point is not None
    assert (taken.point.lat, taken.point.lon) == (27.8136, 120.2775)
    assert [day.isoformat() for day in taken.wished_on] == ["2014-06-27", "2014-06-28"]
    assert [day.isoformat() for day in taken.ruled_out_on] == ["2014-07-01"]
    assert [
        (line.line_id, line.item_code, line.item_name, line.volunteers_needed)
        for line in taken.lines
    ] == [
        (drafted["lines"][0]["id"], "clinic", "健康义诊", 4),
        (drafted["lines"][1]["id"], "law-advice", "法律咨询", 2),
    ]


async def test_a_returned_order_is_changed_and_handed_in_again(requests: House) -> None:
    drafted = await order(requests)
    await step(requests, drafted["id"], "submit")
    returned = await step(
        requests, drafted["id"], "return", reason_code="incomplete", reason="请补充预计人数"
    )
    assert (returned["state"], returned["reason_code"]) == ("returned", "incomplete")
    assert returned["reason"] == "请补充预计人数"
    body = ORDER | {"lines": [{"item_code": "clinic", "expected_attendance": 300}]}
    await requests.client.put(
        f"/api/requests/orders/{drafted['id']}", json=body, headers={"If-Match": "*"}
    )
    assert (await read(requests, drafted["id"]))["reason"] == "请补充预计人数"
    submitted = await step(requests, drafted["id"], "submit")
    assert (submitted["state"], submitted["reason_code"], submitted["reason"]) == (
        "submitted",
        None,
        None,
    )
    ordered, given_back, again = await requests.published("requests")
    assert given_back == OrderReturned(
        order_id=drafted["id"], township_code=GAOLOU, reason_code="incomplete"
    )
    assert isinstance(ordered, ServiceOrdered)
    assert isinstance(again, ServiceOrdered)
    assert (ordered.line_count, again.line_count) == (2, 1)


@pytest.mark.parametrize("steps", [[], ["submit"], ["submit", "accept"]])
async def test_an_order_can_be_withdrawn(requests: House, steps: list[str]) -> None:
    drafted = await order(requests)
    for name in steps:
        await step(requests, drafted["id"], name)
    cancelled = await step(
        requests, drafted["id"], "cancel", reason_code="days_impossible", reason="与村民大会冲突"
    )
    assert (cancelled["state"], cancelled["reason_code"]) == ("cancelled", "days_impossible")
    assert cancelled["reason"] == "与村民大会冲突"
    assert [line["state"] for line in cancelled["lines"]] == ["cancelled", "cancelled"]
    assert (await requests.published("requests"))[-1] == OrderCancelled(
        order_id=drafted["id"], township_code=GAOLOU, reason_code="days_impossible"
    )


POSSIBLE = {
    "draft": ["redraft", "submit", "cancel"],
    "submitted": ["accept", "return", "amend", "change_contact", "prioritise", "cancel"],
    "returned": ["redraft", "submit", "cancel"],
    "accepted": ["amend", "change_contact", "prioritise", "cancel"],
    "cancelled": ["correct"],
}
BODIES: dict[str, dict[str, Any]] = {
    "redraft": ORDER,
    "submit": {},
    "accept": {},
    "return": {"reason_code": "duplicate"},
    "cancel": {"reason_code": "duplicate"},
    "close": {},
    "ratings": {"line_id": "x", "score": 5},
}
WAY = {
    "draft": [],
    "submitted": ["submit"],
    "returned": ["submit", "return"],
    "accepted": ["submit", "accept"],
    "cancelled": ["cancel"],
}


@pytest.mark.parametrize("state", POSSIBLE)
async def test_a_step_that_is_not_possible_is_409_and_says_which_are(
    requests: House, state: str
) -> None:
    order_id = (await order(requests))["id"]
    for name in WAY[state]:
        await step(requests, order_id, name, **BODIES[name])
    before, published = await read(requests, order_id), await requests.published("requests")
    for name in BODIES.keys() - set(POSSIBLE[state]):
        if name == "redraft":
            refused = await requests.client.put(
                f"/api/requests/orders/{order_id}", json=ORDER, headers={"If-Match": "*"}
            )
        else:
            refused = await requests.client.post(
                f"/api/requests/orders/{order_id}/{name}", json=BODIES[name]
            )
        assert refused.status_code == 409, name
        problem = refused.json()
        assert (problem["code"], problem["state"]) == ("illegal_transition", state)
        assert problem["possible"] == POSSIBLE[state]
    assert await read(requests, order_id) == before
    assert await requests.published("requests") == published


async def test_a_reason_is_needed_and_has_an_end(requests: House) -> None:
    order_id = (await order(requests))["id"]
    for body, field in (
        ({}, "reason_code"),
        ({"reason": "下雨"}, "reason_code"),
        ({"reason_code": "下雨"}, "reason_code"),
        ({"reason_code": "weather", "reason": " "}, "reason"),
        ({"reason_code": "weather", "reason": "长" * 501}, "reason"),
        ({"reason_code": "other"}, "reason"),
        ({"reason_code": "other", "reason": "\u200b\ufeff"}, "reason"),
    ):
        refused = await requests.client.post(f"/api/requests/orders/{order_id}/cancel", json=body)
        assert refused.status_code == 422
        assert refused.json()["field"] == field
    assert (await read(requests, order_id))["state"] == "draft"


async def test_of_two_simultaneous_decisions_one_holds(requests: House) -> None:
    order_id = (await order(requests))["id"]
    await step(requests, order_id, "submit")
    answers = await asyncio.gather(
        *(requests.client.post(f"/api/requests/orders/{order_id}/accept") for _ in range(4)),
        *(
            requests.client.post(
                f"/api/requests/orders/{order_id}/return",
                json={"reason_code": "other", "reason": "预算不足"},
            )
            for _ in range(4)
        ),
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert len(await requests.published("requests")) == 2


async def test_lists_are_filtered_and_paged_by_key(requests: House) -> None:
    made = [(await order(requests))["id"] for _ in range(5)]
    made.append((await accepted_order(requests, campaign_id="xueleifeng-2014", wished_on=[]))["id"])

    async def pages(**query: Any) -> list[str]:
        found: list[str] = []
        after: str | None = None
        while True:
            params = query | {"limit": 2} | ({"after": after} if after else {})
            page = (await requests.client.get("/api/requests/orders", params=params)).json()
            assert len(page["items"]) <= 2
            found += [item["id"] for item in page["items"]]
            after = page["next_after"]
            if after is None:
                return found

    assert await pages() == made
    assert await pages(campaign_id=CAMPAIGN) == made[:5]
    assert await pages(campaign_id="xueleifeng-2014", state="accepted") == made[5:]
    assert await pages(state="draft", township_code=GAOLOU) == made[:5]
    assert await pages(township_code="330381001000") == []
    counts = (await requests.client.get("/api/requests/orders/counts")).json()
    assert counts == {"draft": 5, "accepted": 1}
    counts = await requests.client.get(
        "/api/requests/orders/counts", params={"campaign_id": "xueleifeng-2014"}
    )
    assert counts.json() == {"accepted": 1}


async def test_an_unknown_state_or_limit_is_refused(requests: House) -> None:
    for query, field in (
        ({"state": "lost"}, "state[0]"),
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"sort": "place"}, "sort"),
        ({"after": "elsewhere"}, "after"),
        ({"sort": "-state", "after": "elsewhere"}, "after"),
        ({"sort": "submitted", "after": "~x~y~z"}, "after"),
    ):
        refused = await requests.client.get("/api/requests/orders", params=query)
        assert (refused.status_code, refused.json()["field"]) == (422, field)
