"""Daily work is done at the start and on each new day, and again where it failed."""

import asyncio
from datetime import date

from shared.jobs.daily import daily
from tests.support.waiting import until


class Days:
    """Work that counts its days, and a calendar that the test turns."""

    def __init__(self) -> None:
        self.today = date(2014, 6, 27)
        self.done: list[date] = []
        self.tried = 0
        self.fails = 0

    async def work(self) -> None:
        self.tried += 1
        if self.tried <= self.fails:
            raise ConnectionError
        self.done.append(self.today)


async def test_each_day_has_its_work_once() -> None:
    days, stop = Days(), asyncio.Event()
    running = asyncio.ensure_future(daily(lambda: days.today, days.work, look_seconds=0.01)(stop))
    await until(lambda: days.done == [date(2014, 6, 27)])
    days.today = date(2014, 6, 28)
    await until(lambda: len(days.done) == 2)
    stop.set()
    await running
    assert days.done == [date(2014, 6, 27), date(2014, 6, 28)]


async def test_work_that_fails_is_tried_again_the_same_day() -> None:
    days, stop = Days(), asyncio.Event()
    days.fails = 2
    running = asyncio.ensure_future(daily(lambda: days.today, days.work, look_seconds=0.01)(stop))
    await until(lambda: days.done == [date(2014, 6, 27)])
    stop.set()
    await running
    assert days.tried == 3
