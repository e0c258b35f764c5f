"""A township says a wish in other words as long as it waits; nobody answers what it said before."""

import asyncio
from typing import Any

import pytest

from tests.requests.wishes.wishing import (
    CORPS,
    ELSEWHERE,
    MAYU,
    OFFICER,
    OTHER_TOWNSHIP,
    WISH,
    act,
    group,
    wish,
)
from tests.support.house import House

URL = "/api/requests/wishes"
SAID = {name: WISH[name] for name in ("what", "residents", "timing", "purpose")}


async def edit(
    house: House, made: dict[str, Any], *, match: str = "*", who: Any = OFFICER, **said: Any
) -> Any:
    params = {"confirm": confirm} if (confirm := said.pop("confirm", "")) else {}
    headers = who | ({"If-Match": match} if match else {})
    return await house.client.put(
        f"{URL}/{made['id']}", json=SAID | said, params=params, headers=headers
    )


async def tag_of(house: House, made: dict[str, Any]) -> str:
    return str((await house.client.get(f"{URL}/{made['id']}", headers=OFFICER)).headers["etag"])


async def test_a_wish_says_something_else_and_keeps_its_number(requests: House) -> None:
    made = await wish(requests)
    done = await edit(requests, made, residents=120, timing=None)
    now = done.json()
    assert (done.status_code, now["residents"], now["timing"]) == (200, 120, None), done.text
    for name in ("number", "said_at", "came_by", "township_code", "state", "group_id", "what"):
        assert now[name] == made[name]
    assert (await group(requests, made["group_id"]))["edits"] == 1
    # The same again is no edit.
    await edit(requests, made, residents=120, timing=None)
    assert (await group(requests, made["group_id"]))["edits"] == 1


async def test_it_is_edited_by_whose_it_is_and_by_the_corps_for_it(requests: House) -> None:
    await requests.hear(f"township:{MAYU}", OTHER_TOWNSHIP)
    made = await wish(requests)
    assert (await edit(requests, made, who=ELSEWHERE, residents=5)).status_code == 404
    assert (await edit(requests, made, who=CORPS, residents=90)).status_code == 200
    refused = await edit(requests, made, match="", residents=95)
    assert refused.status_code == 428
    doubted = await edit(requests, made, purpose="联系张三 13800138000")
    assert [each["code"] for each in doubted.json()["errors"]] == ["personal_data_in_text"]
    assert (await edit(requests, made, residents=0)).status_code == 422
    now = (await requests.client.get(f"{URL}/{made['id']}", headers=OFFICER)).json()
    assert (now["residents"], now["purpose"]) == (90, WISH["purpose"])


async def test_of_two_who_edit_at_once_one_is_told(requests: House) -> None:
    made = await wish(requests)
    tag = await tag_of(requests, made)
    answers = await asyncio.gather(
        *(edit(requests, made, match=tag, residents=count) for count in (91, 92))
    )
    assert sorted(each.status_code for each in answers) == [200, 412]


@pytest.mark.parametrize("after", ["withdraw", "answer"])
async def test_what_is_answered_or_withdrawn_is_not_edited(requests: House, after: str) -> None:
    made = await wish(requests)
    if after == "withdraw":
        await requests.client.post(f"{URL}/{made['id']}/withdraw", headers=OFFICER)
    else:
        await act(requests, made["group_id"], "decline", made, reason_code="unsafe")
    refused = await edit(requests, made, residents=5)
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")


async def test_nobody_answers_what_it_said_before(requests: House) -> None:
    made = await wish(requests)
    seen = (await group(requests, made["group_id"]))["edits"]
    await edit(requests, made, residents=900)
    refused = await act(
        requests, made["group_id"], "decline", made, reason_code="unsafe", edits=seen
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "wishes_changed")
    now = (await group(requests, made["group_id"]))["edits"]
    done = await act(requests, made["group_id"], "decline", made, reason_code="unsafe", edits=now)
    assert done.json()["state"] == "declined"


async def test_one_that_was_alone_is_put_beside_the_likest(requests: House) -> None:
    first = await wish(requests)
    made = await wish(requests, what="修家电")
    assert made["group_id"] != first["group_id"]
    now = (await edit(requests, made, what="夜间义诊，老人多")).json()
    assert now["group_id"] == first["group_id"]
    together = await group(requests, first["group_id"])
    assert [each["is_confirmed"] for each in together["wishes"]] == [True, False]
    left = f"/api/requests/wish-groups/{made['group_id']}"
    assert (await requests.client.get(left, headers=CORPS)).status_code == 404
    asked = await act(requests, first["group_id"], "decline", first, made, reason_code="unsafe")
    assert [each["code"] for each in asked.json()["errors"]] == ["gathered_by_likeness"]


async def test_one_that_the_corps_gathered_stays_and_is_looked_at_again(requests: House) -> None:
    first = await wish(requests)
    made = await wish(requests, what="修家电")
    await act(requests, first["group_id"], "gather", made)
    now = (await edit(requests, made, what="修电视机")).json()
    assert now["group_id"] == first["group_id"]
    together = await group(requests, first["group_id"])
    assert [each["is_confirmed"] for each in together["wishes"]] == [True, False]


async def test_that_the_township_wished_for_it_already_is_asked_about(requests: House) -> None:
    first = await wish(requests)
    made = await wish(requests, what="修家电")
    doubted = await edit(requests, made, what=first["what"])
    assert [each["code"] for each in doubted.json()["errors"]] == ["wish_like_another"]
    meant = await edit(requests, made, what=first["what"], confirm="wish_like_another")
    assert meant.json()["what"] == first["what"]
