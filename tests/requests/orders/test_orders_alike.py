"""The same order twice: whoever hands it in again is asked whether it is meant."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.menu.queries import Menu
from services.requests.orders.use_cases import orders as use_cases
from shared.eventlog.outbox import Outbox
from shared.unit_of_work import UnitOfWork
from tests.requests.township import CAMPAIGN, ORDER, accepted_order, order, step
from tests.support.house import House

PATH = "/api/requests/orders"


async def hand_in(house: House, *, confirm: str | None = None, **changes: Any) -> httpx.Response:
    query = {"confirm": confirm} if confirm else {}
    return await house.client.post(PATH, json=ORDER | {"submit": True} | changes, params=query)


def asked(answer: httpx.Response) -> list[tuple[str, str]]:
    assert (answer.status_code, answer.json()["code"]) == (409, "confirmation_needed")
    return [(doubt["code"], doubt["field"]) for doubt in answer.json()["errors"]]


async def handed_in(house: House) -> int:
    return len((await house.client.get(PATH, params={"state": "submitted"})).json()["items"])


ALIKE = [
    {},
    {"place": " 高楼镇 文化广场\u200b"},
    {
        "lines": [
            {"item_code": code, "expected_attendance": 80}
            for code in ("law-advice", "ｃｌｉｎｉｃ")
        ]
    },
    {"wished_on": ["2014-06-27", "2014-06-28", "2014-06-27"]},
    {"priority": 5, "ruled_out_on": [], "point": None},
]


@pytest.mark.parametrize("changes", ALIKE)
async def test_an_order_like_another_is_asked_about_and_taken_when_it_is_meant(
    requests: House, changes: dict[str, Any]
) -> None:
    assert (await hand_in(requests)).status_code == 201
    answer = await hand_in(requests, **changes)
    assert asked(answer) == [("order_like_another", "lines")]
    assert "高楼镇文化广场" in answer.json()["errors"][0]["detail"]
    assert await handed_in(requests) == 1
    assert (await hand_in(requests, confirm="order_like_another", **changes)).status_code == 201
    assert await handed_in(requests) == 2
    assert asked(await hand_in(requests, **changes)) == [
        ("order_like_another", "lines")
    ]  # a third one


@pytest.mark.parametrize(
    "changes",
    [
        {"place": "高楼镇大京村"},
        {"lines": ORDER["lines"][:1]},
        {"wished_on": ["2014-06-28"]},
        {"campaign_id": "xueleifeng-2014", "wished_on": []},
    ],
)
async def test_an_order_for_something_else_is_not(requests: House, changes: dict[str, Any]) -> None:
    assert (await hand_in(requests)).status_code == 201
    assert (await hand_in(requests, **changes)).status_code == 201


async def test_a_confirmation_that_nothing_asked_for_hides_nothing(requests: House) -> None:
    assert (await hand_in(requests, confirm="order_like_another")).status_code == 201
    assert asked(await hand_in(requests)) == [("order_like_another", "lines")]


async def test_drafts_may_be_alike_until_the_second_is_handed_in(requests: House) -> None:
    first, second = await order(requests), await order(requests)
    await step(requests, first["id"], "submit")
    path = f"{PATH}/{second['id']}/submit"
    assert asked(await requests.client.post(path)) == [("order_like_another", "lines")]
    assert (await requests.client.get(f"{PATH}/{second['id']}")).json()["state"] == "draft"
    done = await requests.client.post(path, params={"confirm": "order_like_another"})
    assert (done.status_code, done.json()["state"]) == (200, "submitted")


async def test_an_order_that_was_asked_about_leaves_its_campaign_open_to_others(
    requests: House,
) -> None:
    first, second = await order(requests), await order(requests)
    await step(requests, first["id"], "submit")
    requests.services["requests"].api.state.menu = Menu(fresh_seconds=3600)
    path = f"{PATH}/{second['id']}/submit"
    assert asked(await requests.client.post(path)) == [("order_like_another", "lines")]
    other = await order(requests, place="高楼镇大京村")
    assert (await requests.client.post(f"{PATH}/{other['id']}/submit")).status_code == 200


@pytest.mark.parametrize(("name", "reason"), [("cancel", "not_needed"), ("return", "incomplete")])
async def test_what_is_no_longer_under_way_stands_in_nobodys_way(
    requests: House, name: str, reason: str
) -> None:
    first = (await hand_in(requests)).json()
    await step(requests, first["id"], name, reason_code=reason)
    assert (await hand_in(requests)).status_code == 201


@pytest.mark.parametrize(("name", "reason"), [("cancel", "not_needed"), ("return", "incomplete")])
async def test_an_order_that_was_meant_stands_in_the_way_once_the_first_is_gone(
    requests: House, name: str, reason: str
) -> None:
    first = (await hand_in(requests)).json()
    meant = (await hand_in(requests, confirm="order_like_another")).json()
    await hand_in(requests, place="高楼镇大京村")
    before = await requests.client.get(f"{PATH}/{meant['id']}")
    await step(requests, first["id"], name, reason_code=reason)
    after = await requests.client.get(f"{PATH}/{meant['id']}")
    assert after.headers["ETag"] == before.headers["ETag"], "nobody changed it"
    assert asked(await hand_in(requests)) == [("order_like_another", "lines")]
    await step(requests, meant["id"], name, reason_code=reason)
    assert (await hand_in(requests)).status_code == 201


class CancelsBeforeReading(UnitOfWork):
    """Withdraws an order just before it first reads, as another request may at that moment."""

    order_id: str | None = None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        if self.order_id is not None:
            order_id, self.order_id = self.order_id, None
            await use_cases.cancel_order(self, order_id, reason_code="not_needed", reason=None)
        async with super().reading() as session:
            yield session


async def test_an_order_whose_like_is_withdrawn_at_that_moment_is_handed_in_as_the_only_one(
    requests: House,
) -> None:
    first, second = (await hand_in(requests)).json(), await order(requests)
    service = requests.services["requests"]
    uow = CancelsBeforeReading(service.database, Outbox("requests"), service.clock, lambda: None)
    uow.order_id = first["id"]
    assert (
        await use_cases.submit_order(uow, service.api.state.menu, second["id"])
    ).state == "submitted"
    assert uow.order_id is None, "the store refused it once"
    assert asked(await hand_in(requests)) == [("order_like_another", "lines")]


async def test_an_accepted_order_is_under_way(requests: House) -> None:
    await accepted_order(requests)
    assert asked(await hand_in(requests)) == [("order_like_another", "lines")]


async def test_of_orders_that_come_at_the_same_moment_one_is_taken(requests: House) -> None:
    answers = await asyncio.gather(*(hand_in(requests) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    assert await handed_in(requests) == 1
    counts = (await requests.client.get(f"{PATH}/counts", params={"campaign_id": CAMPAIGN})).json()
    assert counts["submitted"] == 1


async def test_the_same_request_again_is_no_second_order(requests: House) -> None:
    key = {"Idempotency-Key": "the-same-request"}
    body = ORDER | {"submit": True}
    answers = [await requests.client.post(PATH, json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
