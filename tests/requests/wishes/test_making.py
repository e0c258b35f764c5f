"""A township wishes for what the menu lacks, in its words; a coordinator enters it for one that phones."""

import asyncio

import pytest

from shared.contracts.requests import WishMade
from shared.kernel.access import Role
from tests.requests.township import GAOLOU
from tests.requests.wishes.wishing import CORPS, ELSEWHERE, OFFICER, WISH, wish
from tests.support.house import House
from tests.support.tokens import bearer

URL = "/api/requests/wishes"


async def test_a_wish_has_a_number_and_waits(requests: House) -> None:
    made = await wish(requests)
    assert (made["number"], made["state"], made["came_by"]) == (1, "waiting", "online")
    assert (await wish(requests, what="修家电"))["number"] == 2
    published = [
        each for each in await requests.published("requests") if isinstance(each, WishMade)
    ]
    assert [each.model_dump() for each in published] == [
        {"wish_id": made["id"], "number": 1, "township_code": GAOLOU},
        published[1].model_dump(),
    ]


async def test_a_township_reads_its_own(requests: House) -> None:
    made = await wish(requests)
    own = await requests.client.get(URL, headers=OFFICER)
    assert [each["id"] for each in own.json()["items"]] == [made["id"]]
    others = await requests.client.get(URL, headers=ELSEWHERE)
    assert others.json()["items"] == []
    hidden = await requests.client.get(f"{URL}/{made['id']}", headers=ELSEWHERE)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "wish.not_found")
    refused = await requests.client.post(f"{URL}/{made['id']}/withdraw", headers=ELSEWHERE)
    assert refused.status_code == 404


async def test_who_enters_it_for_a_township_says_how_it_came(requests: House) -> None:
    clerk = bearer(Role.CLERK, township_code=GAOLOU)
    for who in (CORPS, clerk):
        refused = await requests.client.post(URL, json=WISH, headers=who)
        assert (refused.status_code, refused.json()["code"]) == (422, "came_by_needed")
    assert (await wish(requests, CORPS, came_by="phone"))["came_by"] == "phone"
    told_twice = WISH | {"came_by": "paper"}
    doubted = await requests.client.post(URL, json=told_twice, headers=clerk)
    assert [each["code"] for each in doubted.json()["errors"]] == ["wish_like_another"]
    taken = await requests.client.post(
        URL, json=told_twice, params={"confirm": "wish_like_another"}, headers=clerk
    )
    assert taken.status_code == 201


async def test_for_another_township_or_one_that_is_not_known_none_is_made(requests: House) -> None:
    refused = await requests.client.post(URL, json=WISH, headers=ELSEWHERE)
    assert (refused.status_code, refused.json()["field"]) == (403, "township_code")
    unknown = WISH | {"township_code": "330381999000", "came_by": "phone"}
    refused = await requests.client.post(URL, json=unknown, headers=CORPS)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_township")


async def test_personal_numbers_in_it_are_asked_about(requests: House) -> None:
    said = WISH | {"purpose": "联系张三 13800138000"}
    doubted = await requests.client.post(URL, json=said, headers=OFFICER)
    assert [each["code"] for each in doubted.json()["errors"]] == ["personal_data_in_text"]


async def test_the_same_request_again_is_one_wish(requests: House) -> None:
    headers = OFFICER | {"Idempotency-Key": "0123456789"}
    calls = [requests.client.post(URL, json=WISH, headers=headers) for _ in range(10)]
    answers = await asyncio.gather(*calls)
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["id"] for each in answers}) == 1
    refused = await requests.client.post(URL, json=WISH | {"residents": 5}, headers=headers)
    assert refused.json()["code"] == "idempotency_key_reused"


async def test_those_made_at_once_have_numbers_of_their_own(requests: House) -> None:
    made = await asyncio.gather(*(wish(requests, what=f"第{n}样东西") for n in range(8)))
    assert sorted(each["number"] for each in made) == list(range(1, 9))


async def test_what_is_withdrawn_is_deleted_and_waits_no_more(requests: House) -> None:
    made = await wish(requests)
    answer = await requests.client.post(f"{URL}/{made['id']}/withdraw", headers=OFFICER)
    now = answer.json()
    assert (now["state"], now["what"], now["purpose"]) == ("withdrawn", "", None)
    again = await requests.client.post(f"{URL}/{made['id']}/withdraw", headers=OFFICER)
    assert again.status_code == 409
    gone = await requests.client.get(f"/api/requests/wish-groups/{made['group_id']}", headers=CORPS)
    assert gone.status_code == 404
    tasks = await requests.client.get("/api/requests/tasks", headers=CORPS)
    assert tasks.json()["counts"] == {}


@pytest.mark.parametrize("residents", [0, 1_000_001])
async def test_for_nobody_or_for_more_than_a_city_it_is_refused(
    requests: House, residents: int
) -> None:
    refused = await requests.client.post(URL, json=WISH | {"residents": residents}, headers=OFFICER)
    assert refused.status_code == 422
