"""A recurring order outlives the code of its township, and the township itself where that becomes part of another."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.catalog import TownshipRecoded
from shared.contracts.requests import OccurrenceBlocked
from shared.kernel.access import Role
from tests.requests.recurrence.recurring import (
    accepted,
    act,
    new_day,
    orders,
    propose,
    running,
    told,
)
from tests.requests.township import GAOLOU, TOWNSHIP
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer

Running = tuple[House, PlayedClock]
NEW = "330381125001"
NEW_OFFICER = bearer(Role.OFFICER, township_code=NEW)
URL = "/api/requests/recurring-orders"


@pytest.fixture
async def both(store_url: str, tmp_path: Path) -> AsyncIterator[Running]:
    async with running(store_url, tmp_path) as started:
        yield started


async def enter(house: House) -> None:
    named = TOWNSHIP.model_copy(update={"code": NEW, "name": "新高楼镇"})
    await house.hear(f"township:{NEW}", named)


async def recode(house: House, *, joins: bool) -> None:
    event = TownshipRecoded(code=GAOLOU, new_code=NEW, valid_from=date(2014, 6, 27), joins=joins)
    await house.hear(f"township:{GAOLOU}", event)


async def listed(house: House) -> list[dict[str, Any]]:
    return list((await house.client.get(URL, headers=NEW_OFFICER)).json()["items"])


@pytest.mark.parametrize("joins", [False, True])
async def test_its_orders_come_under_the_code_that_counts_now(both: Running, joins: bool) -> None:
    house, clock = both
    made = await accepted(house, contact="林站长", phone="13800138000")
    before = {each["id"] for each in await orders(house)}
    await enter(house)
    await recode(house, joins=joins)
    clock.now += timedelta(days=7)
    for _ in range(2):
        await new_day(house)
    now = await orders(house)
    assert len(now) == len(before) + 1, "the next one, once"
    assert {each["township_code"] for each in now} == {NEW}
    assert {each["phone_masked"] for each in now} == {"138****8000"}
    assert not [each for each in await told(house) if isinstance(each, OccurrenceBlocked)]
    (seen,) = await listed(house)
    assert (seen["id"], seen["township_code"]) == (made["id"], NEW)
    ended = await act(house, made["id"], "end", NEW_OFFICER, reason_code="not_needed")
    assert ended.json()["state"] == "ended", ended.text


async def test_it_waits_until_the_new_code_is_known_and_loses_no_day(both: Running) -> None:
    house, clock = both
    await accepted(house)
    count = len(await orders(house))
    await recode(house, joins=False)
    clock.now += timedelta(days=7)
    await new_day(house)
    assert len(await orders(house)) == count
    (blocked,) = [each for each in await told(house) if isinstance(each, OccurrenceBlocked)]
    assert (blocked.fault, blocked.township_code) == ("township_code_ended", NEW)
    await enter(house)
    await new_day(house)
    assert len(await orders(house)) == count + 1


async def test_one_that_waits_for_the_corps_is_accepted_under_the_new_code(both: Running) -> None:
    house, _ = both
    made = await propose(house)
    await enter(house)
    await recode(house, joins=True)
    answer = await act(house, made["id"], "accept", bearer(Role.COORDINATOR))
    assert (answer.status_code, answer.json()["township_code"]) == (200, NEW), answer.text
    assert {each["township_code"] for each in await orders(house)} == {NEW}
