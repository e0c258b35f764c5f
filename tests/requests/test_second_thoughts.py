"""A second action is not silent: a stale edit is refused, and whoever has the present state is told so."""

import asyncio
import re

from tests.requests.township import ORDER, order, step
from tests.support.house import House

TAG = re.compile(r'"[0-9]+-[0-9a-f]{16}"')


async def test_a_stale_edit_overwrites_nothing(requests: House) -> None:
    url = f"/api/requests/orders/{(await order(requests))['id']}"
    first, second = await requests.client.get(url), await requests.client.get(url)
    assert TAG.fullmatch(first.headers["ETag"])
    mine = await requests.client.put(url, json=ORDER | {"priority": 5}, headers={"If-Match": first.headers["ETag"]})
    assert mine.status_code == 200, mine.text
    assert mine.headers["ETag"] != first.headers["ETag"]
    stale = await requests.client.put(
        url,
        json=ORDER | {"priority": 1},
        headers={"If-Match": second.headers["ETag"], "Accept-Language": "zh-CN"},
    )
    assert (stale.status_code, stale.json()["code"], stale.json()["state"]) == (412, "changed_meanwhile", "draft")
    assert stale.json()["title"] == "内容已被他人修改"
    now = await requests.client.get(url)
    assert now.json()["priority"] == 5
    again = await requests.client.put(url, json=ORDER | {"priority": 1}, headers={"If-Match": now.headers["ETag"]})
    assert (again.status_code, again.json()["priority"]) == (200, 1)


async def test_of_two_edits_at_once_one_is_told(requests: House) -> None:
    url = f"/api/requests/orders/{(await order(requests))['id']}"
    tag = (await requests.client.get(url)).headers["ETag"]
    edits = [requests.client.put(url, json=ORDER | {"priority": n}, headers={"If-Match": tag}) for n in (1, 2, 4, 5)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*edits)) == [200, 412, 412, 412]


async def test_a_step_can_be_bound_to_what_was_read(requests: House) -> None:
    drafted = await order(requests)
    url = f"/api/requests/orders/{drafted['id']}"
    tag = (await requests.client.get(url)).headers["ETag"]
    await step(requests, drafted["id"], "submit")
    stale = await requests.client.post(f"{url}/cancel", json={"reason_code": "not_needed"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["state"]) == (412, "submitted"), stale.text


async def test_whoever_replaces_an_order_says_which_version(requests: House) -> None:
    url = f"/api/requests/orders/{(await order(requests))['id']}"
    unsaid = await requests.client.put(url, json=ORDER | {"priority": 1})
    assert (unsaid.status_code, unsaid.json()["code"], unsaid.json()["field"]) == (428, "if_match_needed", "If-Match")
    for nothing in ('W/"1-0123456789abcdef"', '"of another"', "1"):
        refused = await requests.client.put(url, json=ORDER, headers={"If-Match": nothing})
        assert refused.status_code == 412, nothing
    assert (await requests.client.put(url, json=ORDER, headers={"If-Match": "*"})).status_code == 200


async def test_what_the_reader_has_is_not_sent_again(requests: House) -> None:
    url = f"/api/requests/orders/{(await order(requests))['id']}"
    first = await requests.client.get(url)
    same = await requests.client.get(url, headers={"If-None-Match": f'"x", {first.headers["ETag"]}'})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
    await requests.client.put(url, json=ORDER | {"priority": 5}, headers={"If-Match": "*"})
    changed = await requests.client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.json()["priority"]) == (200, 5)
