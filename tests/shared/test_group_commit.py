"""New things of many requests share a commit, on both stores; each still fails, or succeeds, for itself."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest
from pydantic import BaseModel
from sqlalchemy import func, select

from shared.db.idempotency import Claim
from shared.eventlog.outbox import Outbox
from shared.eventlog.tables import event_log
from shared.group_commit import ENOUGH, PACE_SECONDS, GroupCommit
from shared.kernel.access import SYSTEM
from shared.kernel.clock import utc_now
from shared.kernel.errors import Conflict
from shared.unit_of_work import UnitOfWork
from tests.support.rolls import SERVICE, Roll, Rolls, delivered, team_changed, up_to


class Wish(BaseModel):
    text: str


GAOLOU, XIANJIANG = Wish(text="高楼镇义诊"), Wish(text="仙降街道义诊")


async def add(rolls: Rolls, code: str, wish: Wish = GAOLOU, *, key: str | None = None) -> str:
    roll = Roll(code=code)
    roll.mark(1)
    return await rolls.uow.add(
        roll, delivered(code, 1), claim=Claim.of(SYSTEM, key, wish, code) if key else None
    )


async def count_transactions(rolls: Rolls) -> int:
    async with rolls.database.reading() as session:
        return int(
            (await session.execute(select(func.count(event_log.c.txid.distinct())))).scalar_one()
        )


async def test_all_that_comes_meanwhile_shares_a_commit(rolls: Rolls) -> None:
    codes = [f"team-{number}" for number in up_to(40)]
    assert await asyncio.gather(*(add(rolls, code) for code in codes)) == codes
    assert [await rolls.marks(code) for code in codes] == [[1]] * 40
    assert [await rolls.said(code) for code in codes] == [[f"{code}-1"] for code in codes]
    if rolls.database.dialect == "postgresql":  # SQLite numbers a transaction's events one by one
        assert await count_transactions(rolls) < 40


def unit_of(
    rolls: Rolls,
    *,
    wake_relay: Callable[[], None] = lambda: None,
    pace_seconds: float = PACE_SECONDS,
) -> UnitOfWork:
    outbox = Outbox(SERVICE)
    group_commit = GroupCommit(
        rolls.database, outbox, utc_now, wake_relay, pace_seconds=pace_seconds
    )
    return UnitOfWork(rolls.database, outbox, utc_now, wake_relay, group_commit=group_commit)


async def test_so_many_as_are_enough_do_not_keep_the_distance(rolls: Rolls) -> None:
    """An hour from group to group, so that nothing but their number can let them go."""
    unit = unit_of(rolls, pace_seconds=3600.0)
    assert await unit.add(Roll(code="team-0")) == "team-0", "the first waits for nobody"
    waiting = [
        asyncio.create_task(unit.add(Roll(code=f"team-{number}"))) for number in up_to(ENOUGH - 1)
    ]
    done, _ = await asyncio.wait(waiting, timeout=0.2)
    assert not done, "too few keep the distance"
    async with asyncio.timeout(60):
        await unit.add(Roll(code="team-last"))
        await asyncio.gather(*waiting)


async def test_the_relay_is_woken_for_events_before_whoever_added_them_is_answered(
    rolls: Rolls,
) -> None:
    heard: list[str] = []
    unit = unit_of(rolls, wake_relay=lambda: heard.append("relay"))
    heard.append(await unit.add(Roll(code="team-1"), delivered("team-1", 1)))
    heard.append(await unit.add(Roll(code="team-2")))
    assert heard == ["relay", "team-1", "team-2"]


async def test_one_that_is_there_already_is_refused_alone(rolls: Rolls) -> None:
    await add(rolls, "team-3")
    outcomes = await asyncio.gather(
        *(add(rolls, f"team-{number}") for number in up_to(6)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [str, str, Conflict, str, str, str]
    assert [await rolls.said(f"team-{number}") for number in up_to(6)] == [
        [f"team-{n}-1"] for n in up_to(6)
    ]


async def test_a_key_stands_for_the_first_however_close_together_they_come(rolls: Rolls) -> None:
    made = await asyncio.gather(*(add(rolls, f"team-{number}", key="key-1") for number in up_to(8)))
    assert len(set(made)) == 1
    assert [len(await rolls.marks(f"team-{number}")) for number in up_to(8)].count(1) == 1
    assert await add(rolls, "team-9", key="key-1") == made[0], "also much later"


async def test_the_same_key_with_another_body_is_refused_alone(rolls: Rolls) -> None:
    await add(rolls, "team-1", key="key-1")
    refused, other = await asyncio.gather(
        add(rolls, "team-2", XIANJIANG, key="key-1"),
        add(rolls, "team-3", key="key-2"),
        return_exceptions=True,
    )
    assert isinstance(refused, Conflict)
    assert refused.code == "idempotency_key_reused"
    assert other == "team-3"


async def test_whoever_gives_up_waiting_does_no_harm_to_others(rolls: Rolls) -> None:
    leaving = asyncio.create_task(add(rolls, "team-1"))
    staying = asyncio.create_task(add(rolls, "team-2"))
    await asyncio.sleep(0)
    leaving.cancel()
    with suppress(asyncio.CancelledError):
        await leaving
    assert await staying == "team-2"
    assert await add(rolls, "team-3") == "team-3"


async def test_an_event_of_another_publisher_is_refused_before_anything_is_stored(
    rolls: Rolls,
) -> None:
    with pytest.raises(PermissionError):
        await rolls.uow.add(Roll(code="team-1"), team_changed("team-1", 1))
    assert await rolls.marks("team-1") == []
