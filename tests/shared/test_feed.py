"""Reading the event log from position to position misses nothing, whatever is being written meanwhile."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.messaging.envelope import Envelope
from shared.messaging.outbox import Unsettled, read_log, read_settled_log
from tests.support.fixtures import NewUrl
from tests.support.rolls import Rolls, change, change_in, numbers_by_stream, rolls_at, up_to


@pytest.fixture
async def catalog(postgres_url: NewUrl) -> AsyncIterator[Rolls]:
    """On PostgreSQL: SQLite's writers queue."""
    async with rolls_at(postgres_url(), publisher="catalog") as publisher:
        yield publisher


async def read(publisher: Rolls, after: int, *, limit: int = 1000, patience_seconds: float = 30.0) -> list[Envelope]:
    async with publisher.database.reading() as session:
        return await read_settled_log(session, "catalog", after=after, limit=limit, patience_seconds=patience_seconds)


async def test_an_event_that_is_committed_later_at_an_earlier_position_is_not_missed(catalog: Rolls) -> None:
    async with catalog.uow.transaction() as tx:
        await change_in(tx, "early")
        await tx.flush()  # has its position, but is not committed
        await change(catalog.uow, "late")
        async with catalog.database.reading() as session:
            seen = await read_log(session, "catalog", after=0, limit=10)
        assert [envelope.position for envelope in seen] == [2], "the case this test is about"
        reading = asyncio.create_task(read(catalog, 0))
        done, _ = await asyncio.wait({reading}, timeout=0.2)
        assert not done
    assert [envelope.position for envelope in await reading] == [1, 2]


async def test_behind_a_change_that_does_not_end_nothing_is_given(catalog: Rolls) -> None:
    await change(catalog.uow, "before")
    async with catalog.uow.transaction() as tx:
        await change_in(tx, "early")
        await tx.flush()
        await change(catalog.uow, "late")
        with pytest.raises(Unsettled):
            await read(catalog, 1, patience_seconds=0.1)
        assert await read(catalog, 3) == [], "whoever has all is not kept waiting"
    assert [envelope.position for envelope in await read(catalog, 1)] == [2, 3]


async def test_readers_beside_many_writers_see_every_event_once_and_in_order(catalog: Rolls) -> None:
    codes, each = [f"team-{number}" for number in range(8)], 25

    async def write(code: str) -> None:
        for _ in range(each):
            await change(catalog.uow, code)

    async def follow() -> list[Envelope]:
        seen: list[Envelope] = []
        while len(seen) < len(codes) * each:
            page = await read(catalog, seen[-1].position if seen else 0, limit=7)
            seen += page
            if not page:
                await asyncio.sleep(0.001)
        return seen

    async with asyncio.timeout(60):
        readers = [asyncio.create_task(follow()) for _ in range(2)]
        await asyncio.gather(*(write(code) for code in codes))
        pages = [await reader for reader in readers]
    for seen in pages:
        assert numbers_by_stream(seen) == {f"roll:{code}": up_to(each) for code in codes}
