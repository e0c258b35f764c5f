"""Idempotency-Key: one order for one key, however often and however simultaneously it is asked for."""

import asyncio

from tests.requests.township import ORDER, step
from tests.support.house import House

KEY = {"Idempotency-Key": "高楼-2014-06-01".encode().hex()}


async def test_the_same_request_again_gives_the_same_order_as_it_is_now(requests: House) -> None:
    first = await requests.client.post("/api/requests/orders", json=ORDER, headers=KEY)
    await step(requests, first.json()["id"], "submit")
    again = await requests.client.post("/api/requests/orders", json=ORDER, headers=KEY)
    assert again.status_code == 201
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["state"] == "submitted"
    assert len((await requests.client.get("/api/requests/orders")).json()["items"]) == 1


async def test_another_request_under_the_same_key_is_refused(requests: House) -> None:
    await requests.client.post("/api/requests/orders", json=ORDER, headers=KEY)
    refused = await requests.client.post(
        "/api/requests/orders", json=ORDER | {"priority": 5}, headers=KEY
    )
    assert refused.status_code == 409
    assert (refused.json()["code"], refused.json()["field"]) == (
        "idempotency_key_reused",
        "Idempotency-Key",
    )
    assert len((await requests.client.get("/api/requests/orders")).json()["items"]) == 1


async def test_without_a_key_or_with_another_it_is_another_order(requests: House) -> None:
    for headers in ({}, {}, KEY, {"Idempotency-Key": "another-key"}):
        assert (
            await requests.client.post("/api/requests/orders", json=ORDER, headers=headers)
        ).status_code == 201
    assert len((await requests.client.get("/api/requests/orders")).json()["items"]) == 4


async def test_simultaneous_requests_under_one_key_make_one_order(requests: House) -> None:
    answers = await asyncio.gather(
        *(requests.client.post("/api/requests/orders", json=ORDER, headers=KEY) for _ in range(100))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await requests.client.get("/api/requests/orders")).json()["items"]) == 1


async def test_a_key_that_is_too_short_is_refused(requests: House) -> None:
    refused = await requests.client.post(
        "/api/requests/orders", json=ORDER, headers={"Idempotency-Key": "1"}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
