"""A second action is not silent: a stale edit is refused, and whoever has the present state is told so."""

import asyncio
import re

from shared.kernel.access import Role
from tests.requests.township import ORDER, order, step
from tests.support.house import House
from tests.support.tokens import bearer

TAG = re.compile(r'"[0-9]+-[0-9a-f]{16}"')


async def test_a_stale_edit_overwrites_nothing(requests: House) -> None:
    url = f"/api/requests/orders/{(await order(requests))['id']}"
    first, second = await requests.client.get(url), await requests.client.get(url)
    assert TAG.fullmatch(first.headers["ETag"])
    mine = await requests.client.put(
        url, json=ORDER | {"priority": 5}, headers={"If-Match": first.headers["ETag"]}
    )
    assert mine.status_code == 200, mine.text
    assert mine.headers["ETag"] != first.headers["ETag"]
    stale = await requests.client.put(
        url,
        json=ORDER | {"priority": 1},
        headers={"If-Match": second.headers["ETag"], "Accept-Language": "zh-CN"},
    )
    assert (stale.status_code, stale.json()["code"], stale.json()["state"]) == (
        412,
        "changed_meanwhile",
        "draft",
    )
    assert stale.json()["title"] == "内容已被他人修改"
    assert "状态是“草稿”；与您要保存的不同的有：优先级。" in stale.json()["detail"]
    assert [(error["field"], error["label"]) for error in stale.json()["errors"]] == [
        ("priority", "优先级")
    ]
    now = await requests.client.get(url)
    assert now.json()["priority"] == 5
    again = await requests.client.put(
        url, json=ORDER | {"priority": 1}, headers={"If-Match": now.headers["ETag"]}
    )
    assert (again.status_code, again.json()["priority"]) == (200, 1)


async def test_of_two_edits_at_once_one_is_told(requests: House) -> None:
    url = f"/api/requests/orders/{(await order(requests))['id']}"
    tag = (await requests.client.get(url)).headers["ETag"]
    edits = [
        requests.client.put(url, json=ORDER | {"priority": n}, headers={"If-Match": tag})
        for n in (1, 2, 4, 5)
    ]
    assert sorted(answer.status_code for answer in await asyncio.gather(*edits)) == [
        200,
        412,
        412,
        412,
    ]


async def test_a_step_can_be_bound_to_what_was_read(requests: House) -> None:
    drafted = await order(requests)
    url = f"/api/requests/orders/{drafted['id']}"
    tag = (await requests.client.get(url)).headers["ETag"]
    await step(requests, drafted["id"], "submit")
    headers = {"If-Match": tag, "Accept-Language": "zh-CN"}
    stale = await requests.client.post(
        f"{url}/cancel", json={"reason_code": "not_needed"}, headers=headers
    )
    assert (stale.status_code, stale.json()["state"]) == (412, "submitted"), stale.text
    assert "：状态是“已提交”。" in stale.json()["detail"]
    assert "errors" not in stale.json()
    assert (await requests.client.get(url)).json()["state"] == "submitted"


async def test_a_step_that_is_no_longer_possible_is_told_as_a_change_to_whoever_read_before(
    requests: House,
) -> None:
    drafted = await order(requests)
    url = f"/api/requests/orders/{drafted['id']}"
    tag = (await requests.client.get(url)).headers["ETag"]
    for name in ("submit", "accept"):
        await step(requests, drafted["id"], name)
    stale = await requests.client.post(f"{url}/submit", headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["state"]) == (412, "accepted"), stale.text
    edit = await requests.client.put(url, json=ORDER | {"priority": 5}, headers={"If-Match": tag})
    assert (edit.status_code, edit.json()["state"]) == (412, "accepted"), edit.text
    unbound = await requests.client.post(f"{url}/submit")
    assert (unbound.status_code, unbound.json()["code"]) == (409, "illegal_transition")


async def test_of_another_township_s_order_a_stale_edit_learns_nothing(requests: House) -> None:
    url = f"/api/requests/orders/{(await order(requests))['id']}"
    stranger = bearer(Role.OFFICER, township_code="330381101000") | {"If-Match": '"0-0"'}
    refused = await requests.client.post(
        f"{url}/cancel", json={"reason_code": "not_needed"}, headers=stranger
    )
    assert (refused.status_code, "state" in refused.json()) == (404, False)


async def test_what_a_stale_edit_would_not_change_is_said_too(requests: House) -> None:
    url = f"/api/requests/orders/{(await order(requests))['id']}"
    tag = (await requests.client.get(url)).headers["ETag"]
    wanted = ORDER | {
        "lines": [ORDER["lines"][0] | {"expected_attendance": 60}],
        "wished_on": ["2014-07-02"],
    }
    await requests.client.put(url, json=wanted, headers={"If-Match": tag})
    headers = {"If-Match": tag, "Accept-Language": "zh-CN"}
    differs = (await requests.client.put(url, json=ORDER, headers=headers)).json()
    assert [error["field"] for error in differs["errors"]] == ["lines", "wished_on"]
    same = await requests.client.put(url, json=wanted, headers=headers)
    assert (same.status_code, "errors" in same.json()) == (412, False)
    assert "与您要保存的内容相同" in same.json()["detail"]


async def test_the_same_content_again_replaces_nothing_and_needs_no_version(
    requests: House,
) -> None:
    made = await order(requests)
    url = f"/api/requests/orders/{made['id']}"
    before = await requests.client.get(url)
    again = await requests.client.put(url, json=ORDER)
    assert (again.status_code, again.json()) == (200, before.json())
    assert again.headers["ETag"] == before.headers["ETag"]


async def test_whoever_makes_an_order_can_edit_straight_on(requests: House) -> None:
    key = {"Idempotency-Key": "the-same-order-twice"}
    made, repeated = [
        await requests.client.post("/api/requests/orders", json=ORDER, headers=key)
        for _ in range(2)
    ]
    assert made.headers["ETag"] == repeated.headers["ETag"]
    edit = await requests.client.put(
        f"/api/requests/orders/{made.json()['id']}",
        json=ORDER | {"priority": 5},
        headers={"If-Match": made.headers["ETag"]},
    )
    assert (edit.status_code, edit.json()["priority"]) == (200, 5)


async def test_whoever_replaces_an_order_says_which_version(requests: House) -> None:
    url = f"/api/requests/orders/{(await order(requests))['id']}"
    unsaid = await requests.client.put(url, json=ORDER | {"priority": 1})
    assert (unsaid.status_code, unsaid.json()["code"], unsaid.json()["field"]) == (
        428,
        "if_match_needed",
        "If-Match",
    )
    for nothing in ('W/"1-0123456789abcdef"', '"of another"', "1"):
        refused = await requests.client.put(url, json=ORDER, headers={"If-Match": nothing})
        assert refused.status_code == 412, nothing
    assert (
        await requests.client.put(url, json=ORDER, headers={"If-Match": "*"})
    ).status_code == 200


async def test_what_the_reader_has_is_not_sent_again(requests: House) -> None:
    url = f"/api/requests/orders/{(await order(requests))['id']}"
    first = await requests.client.get(url)
    same = await requests.client.get(
        url, headers={"If-None-Match": f'"x", {first.headers["ETag"]}'}
    )
    assert (same.status_code, same.content, same.headers["ETag"]) == (
        304,
        b"",
        first.headers["ETag"],
    )
    await requests.client.put(url, json=ORDER | {"priority": 5}, headers={"If-Match": "*"})
    changed = await requests.client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.json()["priority"]) == (200, 5)
