"""Random histories of recurring orders: days that come late, twice, at once or are killed, rules that change meanwhile.
No service is ordered twice, none is on a holiday unless a person put it there, and nothing that is due is left out."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from services.requests.recurrence.domain.series import Occurrence, Series
from services.requests.recurrence.tables import occurrence
from services.requests.recurrence.use_cases.making import make_occurrences
from shared.kernel.holidays import HOLIDAYS
from tests.requests.recurrence.recurring import (
    CORPS,
    STANDING,
    accepted,
    act,
    making_of,
    new_day,
    orders,
    propose,
    running,
)
from tests.requests.township import EDITION
from tests.support.clock import PlayedClock
from tests.support.house import House

RULES = (
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=MO,TH",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE",
    "FREQ=MONTHLY;BYDAY=1WE",
    "FREQ=MONTHLY;BYMONTHDAY=1",
    "FREQ=DAILY;COUNT=40",
)
STEPS = 25


class Killed(Exception):
    """The process ends in the middle."""


class History:
    """Some recurring orders of one township, and what befalls them."""

    def __init__(self, house: House, clock: PlayedClock, seed: int) -> None:
        self.house, self.clock, self.random = house, clock, Random(seed)
        self.ids: list[str] = []

    @property
    def today(self) -> date:
        return self.clock.now.date()

    async def begin(self, **changes: Any) -> None:
        made = await accepted(
            self.house,
            rrule=self.random.choice(RULES),
            on_holiday=self.random.choice(("skip", "next_workday")),
            starts_on=(self.today + timedelta(days=self.random.randrange(5))).isoformat(),
            place=f"第{len(self.ids)}号广场",
            **changes,
        )
        self.ids.append(made["id"])

    async def step(self) -> None:
        steps = (self.pass_days, self.pass_days, self.at_once, self.killed, self.by_hand, self.stop)
        await self.random.choice((*steps, self.take_over))()

    async def pass_days(self) -> None:
        self.clock.move(days=self.random.choice((1, 1, 2, 5, 30)))
        await new_day(self.house)

    async def at_once(self) -> None:
        await asyncio.gather(*(new_day(self.house) for _ in range(3)), return_exceptions=True)

    async def killed(self) -> None:
        self.clock.move(days=1)
        uow = self.house.uow("requests")
        with suppress(Killed):
            async with uow.transaction() as tx:
                found = await tx.get(Series, self.random.choice(self.ids))
                await make_occurrences(uow, tx, making_of(self.house), found)
                raise Killed

    async def by_hand(self) -> None:
        days = [self.today + timedelta(days=self.random.randrange(60)) for _ in range(8)]
        for on in days:
            to = (on + timedelta(days=self.random.randrange(-5, 6))).isoformat()
            name = self.random.choice(("leave-out", "move", "add-day", "restore-day"))
            body: Any = {"on": on.isoformat()} | ({"to": to} if name == "move" else {})
            await act(self.house, self.random.choice(self.ids), name, **body)  # many are refused

    async def stop(self) -> None:
        name = self.random.choice(("pause", "resume", "resume"))
        await act(self.house, self.random.choice(self.ids), name)

    async def take_over(self) -> None:
        old = self.random.choice(self.ids)
        if (await act(self.house, old, "resume")).status_code not in (200, 409):
            return
        seen = await self.house.client.get(f"/api/requests/recurring-orders/{old}", headers=CORPS)
        if seen.json()["state"] == "active" and seen.json()["followed_by"] is None:
            body = {"follows": old, "place": seen.json()["place"]}
            starts_on = (self.today + timedelta(days=self.random.randrange(30))).isoformat()
            new = await propose(
                self.house, rrule=self.random.choice(RULES), starts_on=starts_on, **body
            )
            assert (await act(self.house, new["id"], "accept", CORPS)).status_code == 200
            self.ids.append(new["id"])

    async def check(self) -> None:
        live = [each for each in await orders(self.house) if each["state"] != "cancelled"]
        times = Counter((each["place"], each["wished_on"][0]) for each in live)
        assert [twice for twice, count in times.items() if count > 1] == []
        unmarked = [each for each in live if not each["changed_by_hand"]]
        wished = {date.fromisoformat(each["wished_on"][0]) for each in unmarked}
        assert not HOLIDAYS & wished
        async with self.house.uow("requests").reading() as session:
            rows = list(await session.scalars(select(Occurrence).order_by(occurrence.c.id)))
            every = {row.id for row in rows}
            for series_id in self.ids:
                found = await session.get_one(Series, series_id)
                if found.state == "active" and found.seen_to is not None:
                    due = found.days(self.today, self.today + timedelta(days=20))
                    assert {
                        Occurrence.id_of(series_id, each.on)
                        for each in due
                        if each.day is not None and each.first <= found.seen_to
                    } <= every | self.changed_away(found)
        assert {row.order_id for row in rows if row.order_id} == {
            each["id"] for each in await orders(self.house)
        }

    def changed_away(self, found: Series) -> set[str]:
        """What was moved into the past before it was made."""
        past = (
            on for on, to in found.changed.items() if to is not None and to < self.today.isoformat()
        )
        return {Occurrence.id_of(found.id, date.fromisoformat(on)) for on in past}


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))]
)
async def test_whatever_befalls_them(store_url: str, tmp_path: Path, seed: int) -> None:
    async with running(store_url, tmp_path) as (house, clock):
        lasting = {"edition_id": "lasting", "retires_on": date(2019, 12, 31)}
        await house.hear("edition:lasting", EDITION.model_copy(update=lasting))
        always = {
            "campaign_id": "always",
            "starts_on": date(2014, 1, 1),
            "ends_on": date(2019, 12, 31),
        }
        await house.hear("campaign:always", STANDING.model_copy(update=always))
        history = History(house, clock, seed)
        for _ in range(2):
            await history.begin()
        for _ in range(STEPS):
            await history.step()
            await history.check()
        await new_day(house)
        await history.check()
