"""Reading the event log from position to position misses nothing, whatever is being written meanwhile."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, event, text

from shared.eventlog.envelope import Envelope
from shared.eventlog.reader import (
    CLOCKS_DIFFER,
    Unsettled,
    find_position,
    read_log,
    read_settled_log,
)
from shared.eventlog.tables import event_log
from tests.support.fixtures import NewUrl
from tests.support.rolls import Rolls, change, change_in, numbers_by_stream, rolls_at, up_to


@pytest.fixture
async def catalog(postgres_url: NewUrl) -> AsyncIterator[Rolls]:
    """On PostgreSQL: SQLite's writers queue."""
    async with rolls_at(postgres_url(), publisher="catalog") as publisher:
        yield publisher


async def read(
    publisher: Rolls, after: int, *, limit: int = 1000, patience_seconds: float = 30.0
) -> list[Envelope]:
    async with publisher.database.reading() as session:
        return await read_settled_log(
            session, "catalog", after=after, limit=limit, patience_seconds=patience_seconds
        )


async def test_an_event_that_is_committed_later_at_an_earlier_position_is_not_missed(
    catalog: Rolls,
) -> None:
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


async def test_readers_beside_many_writers_see_every_event_once_and_in_order(
    catalog: Rolls,
) -> None:
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


FIRST = datetime.fromisoformat("2014-06-27T00:00+08:00")


async def fill(publisher: Rolls, times: list[datetime]) -> None:
    """A log whose events happened at ``times``, with gaps between their positions."""
    async with publisher.database.writing() as session:
        await session.execute(
            event_log.insert(),
            [
                {
                    "id": 3 * number,
                    "txid": 1,
                    "shard": 0,
                    "type": "catalog.team_changed.v1",
                    "aggregate_id": "roll:health",
                    "aggregate_seq": number,
                    "occurred_at": at,
                    "headers": {"traceparent": "", "correlationid": "", "causationid": ""},
                    "body": b"{}",
                }
                for number, at in enumerate(times, 1)
            ],
        )

        if publisher.database.dialect == "postgresql":
            numbers = text(
                "SELECT setval(pg_get_serial_sequence('event_log', 'id'), (SELECT max(id) FROM event_log))"
            )
            await session.execute(numbers)


async def position_at(publisher: Rolls, since: datetime) -> int:
    async with publisher.database.reading() as session:
        return await find_position(session, since)


async def test_from_a_time_on_nothing_is_missed_though_clocks_differ(new_store_url: NewUrl) -> None:
    chance = Random(2014)
    times = [
        FIRST + timedelta(minutes=number) + chance.uniform(-0.49, 0.49) * CLOCKS_DIFFER
        for number in range(3000)
    ]
    async with rolls_at(new_store_url(), publisher="catalog") as catalog:
        assert await position_at(catalog, FIRST) == 0
        await fill(catalog, times)
        for since in (
            FIRST - timedelta(days=1),
            FIRST,
            *chance.sample(times, 20),
            FIRST + timedelta(days=9),
        ):
            wanted = next((3 * number for number, at in enumerate(times, 1) if at >= since), None)
            assert await position_at(catalog, since) == (9000 if wanted is None else wanted - 1)


async def test_to_find_a_time_few_rows_are_looked_at(catalog: Rolls) -> None:
    await fill(catalog, [FIRST + timedelta(minutes=10 * number) for number in range(10_000)])
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert await position_at(catalog, FIRST + timedelta(minutes=50_000)) == 15_002
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert 0 < len(statements) < 25


async def test_whoever_begins_at_one_at_a_position_or_at_a_time_comes_to_what_is_new(
    catalog: Rolls,
) -> None:
    """Writers commit late and out of order; each follower sees every event from its beginning on, once and in order."""
    codes = [f"队-{number}" for number in range(6)]
    await fill(catalog, [FIRST + timedelta(hours=2 * number) for number in range(100)])
    begins = [0, 150, await position_at(catalog, FIRST + timedelta(hours=100))]
    assert begins[2] == 152
    each, random = 15, Random(7)

    async def write(code: str) -> None:
        for _ in range(each):
            async with catalog.uow.transaction() as tx:
                await change_in(tx, code)
                await tx.flush()  # has its position; is committed later than others behind it
                await asyncio.sleep(random.uniform(0, 0.02))

    async def follow(after: int) -> list[Envelope]:
        seen: list[Envelope] = []
        wanted = sum(position > after for position in range(3, 301, 3)) + len(codes) * each
        while len(seen) < wanted:
            page = await read(catalog, seen[-1].position if seen else after, limit=9)
            seen += page
            if not page:
                await catalog.wakeup.wait_next(0.05)
        return seen

    async with asyncio.timeout(60):
        followers = [asyncio.create_task(follow(after)) for after in begins]
        await asyncio.gather(*(write(code) for code in codes))
        pages = [await follower for follower in followers]
    for after, seen in zip(begins, pages, strict=True):
        positions = [envelope.position for envelope in seen]
        assert all(one < next_one for one, next_one in itertools.pairwise(positions))
        assert positions[0] == after // 3 * 3 + 3
        by_stream = numbers_by_stream(seen)
        assert by_stream.pop("roll:health") == list(range(after // 3 + 1, 101))
        assert by_stream == {f"roll:{code}": up_to(each) for code in codes}


async def test_a_time_is_not_found_while_an_earlier_change_has_not_ended(catalog: Rolls) -> None:
    async with catalog.uow.transaction() as tx:
        await change_in(tx, "early")
        await tx.flush()
        await change(catalog.uow, "late")
        async with catalog.database.reading() as session:
            with pytest.raises(Unsettled):
                await find_position(session, FIRST, patience_seconds=0.1)
    assert await position_at(catalog, FIRST) == 0
