"""What a township and the corps say about an order stays in requests; a place, which leaves it, names no person."""

from typing import Any

import pytest

from shared.contracts.requests import OrderAccepted, OrderCancelled, OrderReturned, ServiceRated
from shared.kernel.text import UnreadableText, shown
from shared.privacy.personal_data import personal_data_in
from tests.requests.township import ORDER, Dispatch, accepted_order, order, read, step
from tests.support.hostile_texts import HOSTILE_TEXTS
from tests.support.house import House

TYPED = "请找张三，138‑0013‑8000"
CONFIRM = "personal_data_in_text"
ORDERS = "/api/requests/orders"


async def post(
    house: House, path: str, body: dict[str, Any], *, status: int = 200, **query: str
) -> Any:
    answer = await house.client.post(f"{ORDERS}{path}", json=body, params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_remark_with_a_number_is_asked_about_and_leaves_in_no_event(
    requests: House,
) -> None:
    body = ORDER | {
        "lines": [{"item_code": "clinic", "expected_attendance": 120, "remark": TYPED}],
        "submit": True,
    }
    asked = await post(requests, "", body, status=409)
    assert [(entry["field"], entry["code"]) for entry in asked["errors"]] == [
        ("lines[0].remark", CONFIRM)
    ]
    assert "电话号码" in asked["errors"][0]["detail"]
    assert "138" not in str(asked)
    assert await requests.published("requests") == []
    made = await post(requests, "", body, status=201, confirm=CONFIRM)
    assert made["lines"][0]["remark"] == TYPED
    await step(requests, made["id"], "accept")
    said = await requests.published("requests")
    assert isinstance(said[-1], OrderAccepted)
    assert "张三" not in str(said)


@pytest.mark.parametrize(
    "place", ["高楼镇文化广场，电话13800138000", "１３８ ００１３ ８０００", "找 lin@example.org"]
)
async def test_a_place_is_for_everybody_and_takes_no_number(requests: House, place: str) -> None:
    refused = await post(requests, "", ORDER | {"place": place}, status=422, confirm=CONFIRM)
    assert (refused["field"], refused["errors"][0]["code"]) == (
        "place",
        "invalid.personal_data_public",
    )
    assert place not in str(refused)


async def test_words_to_a_return_and_a_cancellation_stay_here(requests: House) -> None:
    made = await order(requests)
    await step(requests, made["id"], "submit")
    for name, code in (("return", "incomplete"), ("cancel", "venue")):
        body = {"reason_code": code, "reason": TYPED}
        asked = await post(requests, f"/{made['id']}/{name}", body, status=409)
        assert asked["errors"][0]["code"] == CONFIRM
        done = await post(requests, f"/{made['id']}/{name}", body, confirm=CONFIRM)
        assert (done["reason_code"], done["reason"]) == (code, TYPED)
    _, returned, cancelled = await requests.published("requests")
    assert isinstance(returned, OrderReturned)
    assert isinstance(cancelled, OrderCancelled)
    assert (returned.reason_code, cancelled.reason_code) == ("incomplete", "venue")
    assert "张三" not in f"{returned}{cancelled}"
    log = (await requests.client.get("/api/requests/audit")).json()
    assert "张三" not in str(log)
    assert "(text)" in str(log)


async def test_the_text_of_a_rating_stays_here_whatever_it_is(requests: House) -> None:
    for wrong, text in HOSTILE_TEXTS.items():
        try:
            expected = shown(text, lines=True)
        except UnreadableText:
            expected = ""
        is_taken = bool(expected) and len(expected) <= 500
        if not is_taken:
            refused = await post(
                requests, "/any/ratings", {"line_id": "x", "score": 5, "text": text}, status=422
            )
            assert refused["field"] == "text", wrong
            continue
        if wrong not in {
            "family",
            "Windows lines",
            "phone, circled",
            "HTML",
            "at the limit of a text",
        }:
            continue  # the other texts: tests/e2e/test_hostile_texts
        said = Dispatch(requests, await accepted_order(requests))
        await said.says(said.assigned(0, "a0"), said.completed())
        line = said.order["lines"][0]["id"]
        body = {"line_id": line, "score": 5, "text": text}
        if personal_data_in(expected):
            asked = await post(requests, f"/{said.order['id']}/ratings", body, status=409)
            assert asked["errors"][0]["field"] == "text"
        rated = await post(requests, f"/{said.order['id']}/ratings", body, confirm=CONFIRM)
        assert rated["lines"][0]["rating"] == {"score": 5, "text": expected}
        assert (await read(requests, said.order["id"]))["lines"][0]["rating"]["text"] == expected
        event = (await requests.published("requests"))[-1]
        assert isinstance(event, ServiceRated)
        assert not hasattr(event, "text")
