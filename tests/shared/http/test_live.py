"""What many streams want at the same moment is asked once, and nobody gets an answer from before the question."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert
from sqlalchemy.engine import Engine

from services.notify.settings import NotifySettings
from shared.http.live import REREAD_SECONDS, seconds_to_reread
from shared.identity.revocation import MOST_AT_ONCE, Revocations
from shared.identity.tables import revoked_access
from shared.kernel.clock import utc_now
from shared.kernel.shared_reads import SharedReads
from tests.notify.conftest import maker
from tests.support.house import running_house
from tests.support.waiting import until


class Store:
    """Says how often it was asked; an answer is what it held when the question began."""

    def __init__(self) -> None:
        self.value = 0
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self) -> int:
        self.asked += 1
        value = self.value
        await self.gate.wait()
        return value


async def test_readers_of_one_moment_share_a_read_and_later_ones_get_a_later_one() -> None:
    store, reads = Store(), SharedReads()
    assert await asyncio.gather(*(reads.read("a", store.read) for _ in range(50))) == [0] * 50
    assert store.asked == 1
    store.gate.clear()
    first = asyncio.gather(*(reads.read("a", store.read) for _ in range(5)))
    await until(lambda: store.asked == 2)
    store.value = 1
    second = asyncio.gather(*(reads.read("a", store.read) for _ in range(5)))
    other = asyncio.create_task(reads.read("b", store.read))
    await asyncio.sleep(0)
    store.gate.set()
    assert (await first, await second, await other) == ([0] * 5, [1] * 5, 1)
    assert store.asked == 4, (
        "one more for those who came while a read was under way, one of another"
    )


async def test_who_leaves_or_fails_ends_nothing_for_others() -> None:
    store, reads = Store(), SharedReads()
    store.gate.clear()
    leaving, staying = (asyncio.create_task(reads.read("a", store.read)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    store.gate.set()
    assert await staying == 0

    async def broken() -> int:
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        await reads.read("a", broken)
    assert await reads.read("a", store.read) == 0


@given(st.text(max_size=60), st.floats(0, 1e9))
def test_a_topic_is_read_again_at_its_own_time_once_in_each_stretch(topic: str, now: float) -> None:
    wait = seconds_to_reread(topic, now)
    assert 0 < wait <= REREAD_SECONDS
    behind = seconds_to_reread(topic, now + wait + 0.001)
    assert behind == pytest.approx(REREAD_SECONDS, abs=0.01)
    early, late = now, now + wait / 2
    assert early + wait == pytest.approx(late + seconds_to_reread(topic, late), abs=0.01)


async def test_a_thousand_accounts_of_one_moment_are_looked_up_together(tmp_path: Path) -> None:
    settings = NotifySettings(database_url=f"sqlite:///{tmp_path}/notify.db")
    async with running_house(maker(settings)) as house:
        database = house.services["notify"].database
        revocations = Revocations(database)
        issued = utc_now()
        async with house.uow("notify").transaction() as tx:
            for subject, seconds in (("account-7", 1), ("sign-in-9", 0), ("account-8", -1)):
                moment = issued + timedelta(seconds=seconds)
                row = insert(revoked_access).values(subject=subject, before=moment)
                await tx.session.execute(row)
        asked: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            if "revoked_access" in statement:
                asked.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            found = await asyncio.gather(
                *(
                    revocations.is_void(f"account-{n}", f"sign-in-{n}", issued)
                    for n in range(2 * MOST_AT_ONCE)
                )
            )
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        assert [number for number, void in enumerate(found) if void] == [7, 9]
        assert len(asked) == 2, "of 500 accounts each"
        assert await revocations.is_void("account-7", None, issued)
        assert not await revocations.is_void("account-8", None, issued)
