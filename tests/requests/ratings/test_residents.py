"""A resident rates a booth by the code on its sign: once a device, only there, only then."""

import asyncio

from services.requests.ratings.use_cases.residents import MOST_OF_BROWSER
from shared.contracts.dispatch import QueueOpened, StopStarted
from shared.identity.vouchers import make_voucher, new_seed, public_key_of
from tests.requests.ratings.conftest import Days
from tests.requests.ratings.rating import (
    CORPS,
    ELSEWHERE,
    LEADER,
    OTHER,
    path_of,
    rate,
    ratings,
    signs,
    stand,
)
from tests.requests.township import Dispatch

FORM = {"Accept": "text/html", "Authorization": "", "User-Agent": "WeChat"}


async def test_a_leader_has_the_codes_of_the_own_booths(dispatch: Dispatch) -> None:
    house = dispatch.house
    await stand(dispatch, started=False)
    (own,) = await signs(house, LEADER)
    assert (own["assignment_id"], own["item_name"]) == ("a0", "健康义诊")
    assert own["code"]["path"].startswith("M4 4h1v1h-1z")
    assert [each["assignment_id"] for each in await signs(house, CORPS)] == ["a0", "a1"]
    refused = await house.client.get(
        "/api/requests/signs", params={"stop_id": "s1"}, headers=ELSEWHERE
    )
    assert refused.status_code == 403


async def test_a_device_rates_a_booth_once_and_another_booth_too(dispatch: Dispatch) -> None:
    house = dispatch.house
    await stand(dispatch)
    first, second = await path_of(house), await path_of(house, "a1")
    form = await house.client.get(first, headers=FORM)
    assert (form.status_code, "健康义诊" in form.text, "<script" in form.text) == (200, True, False)
    cookie = form.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "path=" not in cookie.lower()
    device = cookie.partition("=")[2].partition(";")[0]
    for score in (5, 1):
        thanks = await rate(house, first, score, device=device, text="谢谢医生")
        assert (thanks.status_code, "非常满意" in thanks.text) == (200, True)
    assert (await rate(house, second, 4, device=device)).status_code == 200
    assert (await rate(house, first, 3, device="another")).status_code == 200
    found = await ratings(house)
    assert [(each["item_code"], each["score"], each["text"]) for each in found] == [
        ("clinic", 3, None),
        ("law-advice", 4, None),
        ("clinic", 5, "谢谢医生"),
    ]
    again = await house.client.get(first, headers=FORM | {"Cookie": f"rater={device}"})
    assert "谢谢您的评价" in again.text


async def test_of_those_sent_at_once_by_a_device_one_counts(dispatch: Dispatch) -> None:
    await stand(dispatch)
    path = await path_of(dispatch.house)
    await asyncio.gather(*(rate(dispatch.house, path, 4, device="d") for _ in range(5)))
    assert len(await ratings(dispatch.house)) == 1


async def test_without_a_cookie_a_kind_of_browser_at_an_address_is_a_device(
    dispatch: Dispatch,
) -> None:
    await stand(dispatch)
    path = await path_of(dispatch.house)
    for _ in range(2):
        assert (await rate(dispatch.house, path, 5)).status_code == 200
    assert len(await ratings(dispatch.house)) == 1


async def test_who_deletes_the_cookie_is_stopped_by_the_address(dispatch: Dispatch) -> None:
    await stand(dispatch)
    path = await path_of(dispatch.house)
    codes = [
        (await rate(dispatch.house, path, 1, device=f"d{number}")).status_code
        for number in range(MOST_OF_BROWSER + 2)
    ]
    assert codes == [200] * MOST_OF_BROWSER + [429] * 2
    assert len(await ratings(dispatch.house)) == MOST_OF_BROWSER


async def test_what_is_wrong_is_said_and_what_was_typed_is_kept(dispatch: Dispatch) -> None:
    await stand(dispatch)
    path = await path_of(dispatch.house)
    wrong = await rate(dispatch.house, path, 7, device="d", text="人太多")
    assert (wrong.status_code, "人太多" in wrong.text) == (422, True)
    doubted = await rate(dispatch.house, path, 2, device="d", text="请回电 13800138000")
    assert (doubted.status_code, 'name="sure"' in doubted.text) == (409, True)
    assert await ratings(dispatch.house) == []
    sure = await rate(dispatch.house, path, 2, device="d", text="请回电 13800138000", sure="yes")
    assert sure.status_code == 200


async def test_a_link_that_is_not_signed_or_of_a_booth_that_is_gone_opens_nothing(
    dispatch: Dispatch,
) -> None:
    house = dispatch.house
    await stand(dispatch)
    path = await path_of(house)
    folder, _, link = path.rpartition("/")
    for changed in ("none", link[:-2] + ("AA" if link[-2:] != "AA" else "BB")):
        answer = await house.client.get(f"{folder}/{changed}", headers=FORM)
        assert (answer.status_code, "<h1>" in answer.text) == (404, True)
    await dispatch.says(dispatch.released(0, "a0"))
    assert (await rate(house, path, 5, device="d")).status_code == 404


async def test_only_from_the_start_until_two_weeks_after(days: Days) -> None:
    house = days.dispatch.house
    await stand(days.dispatch, started=False)
    path = await path_of(house)
    early = await rate(house, path, 5, device="d")
    assert (early.status_code, "服务还没有开始" in early.text) == (409, True)
    await days.dispatch.says(StopStarted(**days.dispatch._stop("s1")))
    days.clock.move(days=14)
    assert (await rate(house, path, 5, device="d")).status_code == 200
    days.clock.move(days=1)
    late = await rate(house, path, 5, device="e")
    assert (late.status_code, "评价已截止" in late.text) == (409, True)
    known = await house.client.get(path, headers=FORM | {"Cookie": "rater=d"})
    assert known.status_code == 200


async def test_who_reads_it(dispatch: Dispatch) -> None:
    await stand(dispatch)
    await rate(dispatch.house, await path_of(dispatch.house), 5, device="d")
    assert len(await ratings(dispatch.house, LEADER)) == 1
    assert await ratings(dispatch.house, OTHER) == []
    assert await ratings(dispatch.house, ELSEWHERE) == []


async def test_a_ticket_that_was_served_rates_once(dispatch: Dispatch) -> None:
    house = dispatch.house
    await stand(dispatch)
    seed = new_seed()
    opened = dispatch.assigned(0, "a0").model_dump() | {"voucher_key": public_key_of(seed)}
    ticket = f"/api/requests/public/ratings/{make_voucher(seed, 'a0', 7)}"
    assert (await rate(house, ticket, 5, device="d")).status_code == 404, "not heard of yet"
    await dispatch.says(QueueOpened.model_validate(opened))
    form = await house.client.get(ticket, headers=FORM)
    assert (form.status_code, "健康义诊" in form.text) == (200, True)
    assert (await rate(house, ticket, 4, device="d")).status_code == 200
    for device in ("d", "another"):
        assert (await rate(house, ticket, 1, device=device)).status_code == 200
    assert (await rate(house, await path_of(house), 1, device="d")).status_code == 200
    neighbour = f"/api/requests/public/ratings/{make_voucher(seed, 'a0', 8)}"
    assert (await rate(house, neighbour, 3, device="d")).status_code == 200
    found = await ratings(house)
    assert [(each["score"], each["by_ticket"]) for each in found] == [(3, True), (4, True)]
    for forged in (make_voucher(new_seed(), "a0", 9), make_voucher(seed, "a1", 9)):
        refused = await rate(house, f"/api/requests/public/ratings/{forged}", 1, device="x")
        assert refused.status_code == 404


async def test_of_a_ticket_that_is_sent_at_once_one_rating_counts(dispatch: Dispatch) -> None:
    house = dispatch.house
    await stand(dispatch)
    seed = new_seed()
    opened = dispatch.assigned(0, "a0").model_dump() | {"voucher_key": public_key_of(seed)}
    await dispatch.says(QueueOpened.model_validate(opened))
    ticket = f"/api/requests/public/ratings/{make_voucher(seed, 'a0', 7)}"
    sent = await asyncio.gather(*(rate(house, ticket, 4, device=f"d{no}") for no in range(9)))
    assert {answer.status_code for answer in sent} == {200}
    assert len(await ratings(house)) == 1
