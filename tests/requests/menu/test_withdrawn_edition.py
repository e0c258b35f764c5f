"""An edition is withdrawn before its first order, or not at all: on both stores, and however many hand in at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from shared.contracts.catalog import EditionWithdrawalRequested
from shared.contracts.requests import EditionClosed, EditionWithdrawalRefused, ServiceOrdered
from tests.requests.township import EDITION, JULY, ORDER, TOWNSHIP, order
from tests.support.house import House, running_house

WITHDRAW = EditionWithdrawalRequested(edition_id="summer-2014")
STREAM = "edition:summer-2014"


@pytest.fixture
async def anywhere(store_url: str) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=store_url)
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        await house.hear(f"township:{TOWNSHIP.code}", TOWNSHIP)
        await house.hear(STREAM, EDITION)
        await house.hear(f"campaign:{JULY.campaign_id}", JULY)
        yield house


async def answers(house: House) -> list[Any]:
    return [
        e
        for e in await house.published("requests")
        if isinstance(e, EditionClosed | EditionWithdrawalRefused)
    ]


async def test_an_edition_without_an_order_is_closed(anywhere: House) -> None:
    draft = await order(anywhere)
    await anywhere.hear(STREAM, WITHDRAW)
    assert await answers(anywhere) == [EditionClosed(edition_id="summer-2014")]
    listed = (await anywhere.client.get("/api/requests/editions")).json()["items"]
    assert [edition["state"] for edition in listed] == ["withdrawn"]
    for refused in (
        await anywhere.client.post(f"/api/requests/orders/{draft['id']}/submit"),
        await anywhere.client.post("/api/requests/orders", json=ORDER | {"submit": True}),
        await anywhere.client.post("/api/requests/orders", json=ORDER),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "edition_withdrawn")
    assert [
        event for event in await anywhere.published("requests") if isinstance(event, ServiceOrdered)
    ] == []
    kept = (await anywhere.client.get(f"/api/requests/orders/{draft['id']}")).json()
    assert (kept["state"], kept["submitted_at"]) == ("draft", None)


async def test_an_edition_with_an_order_stays_and_takes_more(anywhere: House) -> None:
    await order(anywhere, submit=True)
    await anywhere.hear(STREAM, WITHDRAW)
    assert await answers(anywhere) == [EditionWithdrawalRefused(edition_id="summer-2014", orders=1)]
    assert (await order(anywhere, submit=True, place="高楼镇政府门前"))["state"] == "submitted"
    await anywhere.hear(STREAM, WITHDRAW)
    assert (await answers(anywhere))[-1] == EditionWithdrawalRefused(
        edition_id="summer-2014", orders=2
    )


async def test_an_order_that_was_cancelled_was_an_order(anywhere: House) -> None:
    made = await order(anywhere, submit=True)
    body = {"reason": "重复", "reason_code": "duplicate"}
    path = f"/api/requests/orders/{made['id']}/cancel"
    cancelled = await anywhere.client.post(path, json=body)
    if cancelled.status_code == 422:
        cancelled = await anywhere.client.post(path, json={"reason": "重复"})
    assert cancelled.status_code == 200, cancelled.text
    await anywhere.hear(STREAM, WITHDRAW)
    assert isinstance((await answers(anywhere))[0], EditionWithdrawalRefused)


async def test_a_second_request_after_the_edition_is_closed_gives_the_same_answer(
    anywhere: House,
) -> None:
    await anywhere.hear(STREAM, WITHDRAW, WITHDRAW)
    assert await answers(anywhere) == [EditionClosed(edition_id="summer-2014")] * 2


async def test_while_many_hand_in_it_is_withdrawn_before_all_of_them_or_not_at_all(
    anywhere: House,
) -> None:
    """Some in one step, some from drafts that processes had read before; and what was closed has no order."""
    drafts = [await order(anywhere, place=f"第 {number} 村文化礼堂") for number in range(6)]

    async def submit(path: str, body: Any = None) -> int:
        return (await anywhere.client.post(path, json=body)).status_code

    outcome, _ = await asyncio.gather(
        asyncio.gather(
            *(submit(f"/api/requests/orders/{draft['id']}/submit") for draft in drafts),
            *(
                submit("/api/requests/orders", ORDER | {"submit": True, "place": f"{n} 号广场"})
                for n in range(6)
            ),
        ),
        anywhere.hear(STREAM, WITHDRAW),
    )
    seen = Counter(outcome)
    answer = (await answers(anywhere))[0]
    handed_in = len(
        [
            event
            for event in await anywhere.published("requests")
            if isinstance(event, ServiceOrdered)
        ]
    )
    if isinstance(answer, EditionClosed):
        assert (seen, handed_in) == (Counter({409: 12}), 0)
    else:
        assert 409 not in seen
        assert handed_in == 12
        assert 1 <= answer.orders <= 12
