"""Many wish and rate at the same moment, on both stores: each wish has a number of its own, each device one rating."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from tests.requests.ratings.rating import path_of, rate, ratings, stand
from tests.requests.township import EDITION, JULY, TOWNSHIP, Dispatch, accepted_order
from tests.requests.wishes.wishing import act, group, wish
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house


@pytest.fixture
async def house(new_store_url: NewUrl) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=new_store_url())
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as one:
        await one.hear("township:330381125000", TOWNSHIP)
        await one.hear("edition:summer-2014", EDITION)
        await one.hear(f"campaign:{JULY.campaign_id}", JULY)
        yield one


async def test_of_a_device_one_rating_counts(house: House) -> None:
    dispatch = Dispatch(house, await accepted_order(house))
    await stand(dispatch)
    path = await path_of(house)
    answers = await asyncio.gather(*(rate(house, path, 1, device="d") for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len(await ratings(house)) == 1


async def test_wishes_have_numbers_of_their_own(house: House) -> None:
    made = await asyncio.gather(*(wish(house, what=f"第{n}样东西") for n in range(8)))
    assert sorted(each["number"] for each in made) == list(range(1, 9))


async def test_a_wish_that_comes_while_its_like_is_answered_waits_or_is_answered_with_it(
    house: House,
) -> None:
    first = await wish(house)
    answering = act(house, first["group_id"], "decline", first, reason_code="unsafe")
    answer, *others = await asyncio.gather(
        answering, *(wish(house, what=f"夜间义诊{n}") for n in range(4))
    )
    assert answer.status_code in (200, 409)
    for each in others:
        found = await group(house, each["group_id"])
        assert found["state"] == "waiting"
        assert each["id"] in {member["id"] for member in found["wishes"]}
