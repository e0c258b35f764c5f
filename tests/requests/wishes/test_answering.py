"""Wishes that mean the same are gathered and answered together; who wished is told whatever comes of it."""

from typing import Any

import pytest

from shared.contracts.base import Event
from shared.contracts.catalog import WishedItemEntered
from shared.contracts.requests import (
    WishAdopted,
    WishAdoptionEnded,
    WishAnswered,
    WishMade,
    WishOmitted,
    WishPublished,
)
from tests.requests.wishes.wishing import (
    CORPS,
    ELSEWHERE,
    MAYU,
    NAMES,
    NEXT,
    OTHER_TOWNSHIP,
    act,
    group,
    next_edition,
    states,
    wish,
)
from tests.support.house import House


@pytest.fixture
async def two(requests: House) -> tuple[House, dict[str, Any], dict[str, Any]]:
    """Two townships' wishes for the same, the second put beside the first."""
    await requests.hear(f"township:{MAYU}", OTHER_TOWNSHIP)
    first = await wish(requests)
    second = await wish(
        requests, ELSEWHERE, township_code=MAYU, what="希望有夜间义诊", residents=120
    )
    return requests, first, second


async def told(house: House) -> list[Event]:
    return [each for each in await house.published("requests") if not isinstance(each, WishMade)]


async def test_a_wish_is_put_beside_one_like_it_and_the_corps_confirms(two: Any) -> None:
    house, first, second = two
    assert second["group_id"] == first["group_id"]
    found = await group(house, first["group_id"])
    assert (found["residents"], len(found["wishes"])) == (200, 2)
    assert [each["is_confirmed"] for each in found["wishes"]] == [True, False]
    assert found["wishes"][1]["likeness"] == 100
    tasks = (await house.client.get("/api/requests/tasks", headers=CORPS)).json()
    assert (tasks["counts"], tasks["items"][0]["facts"]["count"]) == ({"wish_to_answer": 1}, 2)

    doubted = await act(house, first["group_id"], "decline", first, second, reason_code="unsafe")
    assert [each["code"] for each in doubted.json()["errors"]] == ["gathered_by_likeness"]
    confirmed = await act(house, first["group_id"], "gather", second)
    assert [each["is_confirmed"] for each in confirmed.json()["wishes"]] == [True, True]
    answer = await act(house, first["group_id"], "decline", first, second, reason_code="unsafe")
    assert answer.json()["state"] == "declined"
    assert await states(house, first, second) == ["declined", "declined"]
    answers = await told(house)
    answered = [each for each in answers if isinstance(each, WishAnswered)]
    assert answered == answers
    assert [(each.number, each.reason_code) for each in answered] == [(1, "unsafe"), (2, "unsafe")]
    assert (await house.client.get("/api/requests/tasks", headers=CORPS)).json()["counts"] == {}


async def test_the_corps_parts_and_gathers_them_otherwise(two: Any) -> None:
    house, first, second = two
    third = await wish(house, what="晚上请医生来看病")
    assert third["group_id"] != first["group_id"]
    alone = await act(house, first["group_id"], "part", first, second)
    assert alone.json()["code"] == "nothing_left_of_group"
    parted = (await act(house, first["group_id"], "part", second)).json()
    assert [each["id"] for each in parted["wishes"]] == [second["id"]]
    alike = await house.client.get(f"/api/requests/wish-groups/{parted['id']}/alike", headers=CORPS)
    assert [(each["wish"]["id"], each["likeness"]) for each in alike.json()] == [(first["id"], 100)]
    gathered = (await act(house, first["group_id"], "gather", second, third)).json()
    assert [each["number"] for each in gathered["wishes"]] == [1, 2, 3]
    for emptied in (parted["id"], third["group_id"]):
        gone = await house.client.get(f"/api/requests/wish-groups/{emptied}", headers=CORPS)
        assert gone.status_code == 404
    counts = await house.client.get("/api/requests/wish-groups/counts", headers=CORPS)
    assert counts.json() == {"waiting": 1}


async def test_a_wish_that_comes_meanwhile_is_not_answered_unread(two: Any) -> None:
    house, first, second = two
    refused = await act(house, first["group_id"], "decline", first, reason_code="unsafe")
    assert (refused.status_code, refused.json()["code"]) == (409, "wishes_changed")
    assert await states(house, first, second) == ["waiting", "waiting"]


async def test_the_menu_has_it(requests: House) -> None:
    made = await wish(requests)
    for wrong, code in (
        ({"edition_id": "none", "item_code": "clinic"}, "unknown_edition"),
        ({"edition_id": "summer-2014", "item_code": "haircut"}, "not_on_menu"),
    ):
        refused = await act(requests, made["group_id"], "match", made, **wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    right = {"edition_id": "summer-2014", "item_code": "clinic", "answer": "晚上也可以安排"}
    answer = (await act(requests, made["group_id"], "match", made, **right)).json()
    assert (answer["state"], answer["item_name"]) == ("matched", "健康义诊")
    (event,) = await told(requests)
    assert isinstance(event, WishAnswered)
    assert (event.answer, event.item_code, event.item_name_en) == (
        "matched",
        "clinic",
        "Health check",
    )
    again = await act(requests, made["group_id"], "match", made, **right)
    assert (again.status_code, len(await told(requests))) == (409, 1)


@pytest.mark.parametrize("is_on_it", [True, False])
async def test_who_wished_is_told_whether_the_edition_has_it(two: Any, is_on_it: bool) -> None:
    house, first, second = two
    adopted = await act(
        house,
        first["group_id"],
        "adopt",
        first,
        second,
        edition_id=NEXT,
        confirm="gathered_by_likeness",
        **NAMES,
    )
    assert adopted.json()["state"] == "adopted"
    asked, *answered = await told(house)
    assert isinstance(asked, WishAdopted)
    assert (asked.edition_id, asked.item_name, asked.wishes, asked.residents) == (
        NEXT,
        "夜间义诊",
        2,
        200,
    )
    assert [type(each) for each in answered] == [WishAnswered] * 2
    entered = WishedItemEntered(
        edition_id=NEXT, group_id=first["group_id"], item_code="evening-clinic"
    )
    items = ("clinic", "evening-clinic") if is_on_it else ("clinic",)
    await house.hear(f"edition:{NEXT}", entered, next_edition(*items))
    kind, state = (WishPublished, "published") if is_on_it else (WishOmitted, "left_out")
    assert [type(each) for each in (await told(house))[3:]] == [kind, kind]
    assert await states(house, first, second) == [state, state]
    again = await act(house, first["group_id"], "decline", first, second, reason_code="unsafe")
    assert again.status_code == (409 if is_on_it else 200)
    if not is_on_it:
        assert await states(house, first, second) == ["declined", "declined"]


async def test_without_an_item_the_edition_goes_without_it(requests: House) -> None:
    made = await wish(requests)
    await act(requests, made["group_id"], "adopt", made, edition_id=NEXT, **NAMES)
    await requests.hear(f"edition:{NEXT}", next_edition("clinic"))
    assert await states(requests, made) == ["left_out"]


async def test_an_edition_that_is_published_asks_nobody(requests: House) -> None:
    made = await wish(requests)
    refused = await act(
        requests, made["group_id"], "adopt", made, edition_id="summer-2014", **NAMES
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "edition_published_already")
    assert await states(requests, made) == ["waiting"]


async def test_another_answer_ends_the_asking(requests: House) -> None:
    made = await wish(requests)
    await act(requests, made["group_id"], "adopt", made, edition_id=NEXT, **NAMES)
    await act(requests, made["group_id"], "decline", made, reason_code="outside_remit")
    assert [type(each) for each in await told(requests)] == [
        WishAdopted,
        WishAnswered,
        WishAdoptionEnded,
        WishAnswered,
    ]
    late = WishedItemEntered(edition_id=NEXT, group_id=made["group_id"], item_code="clinic")
    await requests.hear(f"edition:{NEXT}", late, next_edition("clinic"))
    assert await states(requests, made) == ["declined"]


async def test_a_township_reads_the_words_of_its_answer(requests: House) -> None:
    made = await wish(requests)
    reason = {"reason_code": "other", "reason": "请向民政所申请"}
    await act(requests, made["group_id"], "decline", made, **reason)
    found = await requests.client.get("/api/requests/wishes", headers=CORPS)
    (seen,) = found.json()["items"]
    assert (seen["answer"], seen["reason_code"]) == ("请向民政所申请", "other")
    (event,) = await told(requests)
    assert "民政所" not in event.model_dump_json()
