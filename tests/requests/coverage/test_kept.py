"""What is kept so that the ledger and the figures answer at once is what one counts anew, whatever happened."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.bootstrap import build
from services.requests.coverage.jobs import DIFFERENCES, ledger_comparison
from services.requests.orders.queries.kept import count_differences
from services.requests.orders.queries.service import (
    list_covered,
    list_in_hand,
    list_waiting,
)
from services.requests.orders.use_cases.counting import note_open_lines
from services.requests.settings import RequestsSettings
from shared.contracts.catalog import TownshipRecoded
from shared.doctor import examine
from tests.requests.township import (
    EDITION,
    GAOLOU,
    JULY,
    MARCH,
    ORDER,
    TOWNSHIP,
    Dispatch,
    accepted_order,
)
from tests.support.house import House, running_house
from tests.support.waiting import until

MAYU, NEW_CODE = "330381113000", "330381125001"
SINCE = date(2013, 7, 1)
STEPS = 40
EVENTS = (*["assigned"] * 4, "released", "unserved", "moved", "gone", *["reported", "over"] * 2)
ASKED = ("amend", "cancel", "return", "accept", "close", "rate", "correct")

IN_HAND = """
SELECT o.township_code, l.item_code,
  SUM(CASE WHEN l.state <> 'scheduled' THEN 1 ELSE 0 END),
  MIN(CASE WHEN l.state <> 'scheduled' THEN o.ordered_on END),
  SUM(CASE WHEN l.state = 'scheduled' THEN 1 ELSE 0 END),
  MIN(CASE WHEN l.state = 'scheduled' THEN l."on" END)
FROM order_line l JOIN service_order o ON o.id = l.order_id
WHERE l.state IN ('waiting', 'scheduled', 'unserved')
  AND o.state IN ('submitted', 'accepted', 'scheduled', 'served', 'rated')
GROUP BY o.township_code, l.item_code
"""
WAITING = """
SELECT o.township_code, l.item_code, l.state, l.unserved_reason, COUNT(*), MIN(o.ordered_on), MIN(l."on")
FROM order_line l JOIN service_order o ON o.id = l.order_id
WHERE l.state IN ('waiting', 'scheduled', 'unserved') AND o.campaign_id = :campaign
  AND o.state IN ('submitted', 'accepted', 'scheduled', 'served', 'rated')
GROUP BY o.township_code, l.item_code, l.state, l.unserved_reason
"""
SERVED = """
SELECT o.township_code, l.item_code, COUNT(*), COALESCE(SUM(l.served), 0), MAX(l."on")
FROM order_line l JOIN service_order o ON o.id = l.order_id
WHERE l.state = 'served' GROUP BY o.township_code, l.item_code
"""


@pytest.fixture
async def house(store_url: str) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=store_url)
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        for code in (GAOLOU, MAYU, NEW_CODE):
            named = TOWNSHIP.model_copy(update={"code": code})
            await house.hear(f"township:{code}", named)
        await house.hear("edition:summer-2014", EDITION)
        for campaign in (JULY, MARCH):
            await house.hear(f"campaign:{campaign.campaign_id}", campaign)
        yield house


async def anew(session: AsyncSession, query: str, **given: Any) -> set[tuple[str, ...]]:
    rows = await session.execute(text(query), given)
    return {tuple(map(str, row)) for row in rows}


def as_text(rows: Any) -> set[tuple[str, ...]]:
    return {tuple(map(str, row)) for row in rows}


async def check(house: House) -> None:
    async with house.uow("requests").reading() as session:
        assert await count_differences(session) == {"months": 0, "last": 0, "lines": 0}
        assert as_text(await list_in_hand(session)) == await anew(session, IN_HAND)
        for campaign in (JULY, MARCH):
            campaign_id = campaign.campaign_id
            kept = as_text(await list_waiting(session, campaign_id=campaign_id))
            assert kept == await anew(session, WAITING, campaign=campaign_id)
        assert as_text(await list_covered(session, SINCE)) == await anew(session, SERVED)


class Life:
    """Does one thing after another with orders, without a look at whether it is possible."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.chance = random.Random(seed)
        self.voices: list[Dispatch] = []

    async def act(self) -> None:
        if len(self.voices) < 2 or self.chance.random() < 0.15:
            await self._order()
            return
        voice = self.chance.choice(self.voices)
        name = self.chance.choice([*EVENTS, *ASKED])
        line, number = self.chance.randrange(2), self.voices.index(voice)
        stop, booth = f"s{number}", f"a{number}-{line}"
        revision = self.chance.randrange(1, 4)
        said = {
            "assigned": voice.assigned(line, booth, stop=stop, revision=revision),
            "released": voice.released(line, booth, stop=stop),
            "unserved": voice.unserved(line, revision=revision),
            "moved": voice.moved(date(2014, 7, self.chance.randrange(1, 9)), "morning", stop=stop),
            "gone": voice.stop_cancelled(stop=stop),
            "reported": voice.reported(line, booth, self.chance.randrange(200), stop=stop),
            "over": voice.completed(stop=stop),
        }
        if name in said:
            await voice.says(*[said[name]] * self.chance.choice([1, 2]))
        else:
            await self._ask(voice, name, line)

    async def _order(self) -> None:
        campaign = self.chance.choice([JULY, MARCH])
        made = await accepted_order(
            self.house,
            place=f"{len(self.voices)}村",
            campaign_id=campaign.campaign_id,
            township_code=self.chance.choice([GAOLOU, MAYU]),
            wished_on=[],
        )
        self.voices.append(Dispatch(self.house, made))

    async def _ask(self, voice: Dispatch, name: str, line: int) -> None:
        order = voice.order
        bodies: dict[str, Any] = {
            "amend": {
                "place": order["place"],
                "lines": [ORDER["lines"][line] | {"expected_attendance": 77}],
                "reason_code": "attendance",
            },
            "cancel": {"reason_code": "weather"},
            "return": {"reason_code": "duplicate"},
            "accept": {},
            "close": {},
            "rate": {"line_id": order["lines"][line]["id"], "score": self.chance.randrange(1, 6)},
            "correct": {
                "township_code": self.chance.choice([GAOLOU, MAYU]),
                "reason_code": "wrong_township",
            },
        }
        step = {"amend": "amendment", "rate": "ratings", "correct": "correction"}.get(name, name)
        answer = await self.house.client.post(
            f"/api/requests/orders/{order['id']}/{step}", json=bodies[name]
        )
        assert answer.status_code in (200, 201, 409, 422), answer.text


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_what_is_kept_is_what_one_counts_anew(
    house: House, seed: int
) -> None:
    life = Life(house, seed)
    for _ in range(STEPS):
        await life.act()
        await check(house)
    async with house.uow("requests").reading() as session:
        assert await anew(session, SERVED), "something was served in the meantime"
    recoded = TownshipRecoded(
        code=GAOLOU, new_code=NEW_CODE, valid_from=date(2014, 6, 27), joins=bool(seed)
    )
    await house.hear(f"township:{GAOLOU}", recoded)
    await check(house)
    async with house.uow("requests").reading() as session:
        codes = {each.township_code for each in await list_covered(session, SINCE)}
        assert GAOLOU not in codes | {each.township_code for each in await list_in_hand(session)}


async def test_what_the_release_before_wrote_is_noted(house: House) -> None:
    """It knows nothing of these columns: what it orders is not in them, and what it ends stays there."""
    for number in range(3):
        await accepted_order(house, place=f"{number}村")
    over = await accepted_order(house, place="完结")
    async with house.services["requests"].database.writing() as session:
        await session.execute(
            text(
                "UPDATE order_line SET township_code = NULL, campaign_id = NULL, ordered_on = NULL"
                " WHERE order_id <> :over"
            ),
            {"over": over["id"]},
        )
        await session.execute(
            text("UPDATE service_order SET state = 'cancelled' WHERE id = :over"),
            {"over": over["id"]},
        )
    now = datetime(2014, 6, 27, tzinfo=UTC)
    async with house.services["requests"].database.writing() as session:
        assert await note_open_lines(session, now) == 4
    await check(house)
    async with house.services["requests"].database.writing() as session:
        assert await note_open_lines(session, now) == 0


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("UPDATE service_month SET residents = residents + 1", "months"),
        ("UPDATE service_month SET rated_1 = rated_1 + 1", "months"),
        ("DELETE FROM service_month", "months"),
        ("UPDATE service_month SET township_code = '330381113000'", "months"),
        ("UPDATE order_line SET served = 7 WHERE state = 'served'", "months"),
        ("DELETE FROM last_served", "last"),
        ("UPDATE last_served SET \"on\" = '2014-06-01'", "last"),
        ("UPDATE order_line SET township_code = NULL WHERE state <> 'served'", "lines"),
        ("UPDATE order_line SET campaign_id = 'x' WHERE state <> 'served'", "lines"),
        ("UPDATE service_order SET state = 'cancelled' WHERE state = 'accepted'", "lines"),
    ],
)
async def test_what_differs_is_told_by_a_gauge_and_by_doctor(
    house: House, store_url: str, change: str, kind: str
) -> None:
    served = Dispatch(house, await accepted_order(house))
    await accepted_order(house, place="大京村")
    await served.says(
        served.assigned(0, "a0"), served.assigned(1, "a1"), served.reported(0, "a0", 118)
    )
    await served.says(served.completed())
    await check(house)
    service = house.services["requests"]
    assert await doctor_says(house, store_url) == ("as one counts anew", "")
    async with service.database.writing() as session:
        await session.execute(text(change))
    found, remedy = await doctor_says(house, store_url)
    assert f"{kind}: " in found
    assert remedy == "report it with this service's log"
    DIFFERENCES.clear()
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ledger_comparison(service.uow, service.database)(stop))
        await until(lambda: gauge(kind) > 0)
        stop.set()


def gauge(kind: str) -> float:
    return REGISTRY.get_sample_value("diancai_ledger_differences", {"kind": kind}) or 0


async def doctor_says(house: House, store_url: str) -> tuple[str, str]:
    findings = await examine(house.services["requests"], RequestsSettings(database_url=store_url))
    (finding,) = [each for each in findings if each.what == "coverage ledger"]
    return finding.found, finding.remedy
