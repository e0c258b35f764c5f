"""PostgreSQL behind a real pooler that lends a server's connection for a transaction, or for a session."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import groupby
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text

from shared.db.engine import Database, NeedsSession
from shared.eventlog.tables import event_log
from shared.messaging.shards import ShardLease
from tests.support.fixtures import NewUrl
from tests.support.rolls import CODES, Rolls, change_all, rolls_at
from tests.support.tree import SERVICES, migrations_of

Pooled = Callable[..., str]

SETTINGS = text(
    "SELECT current_setting('idle_in_transaction_session_timeout'), current_setting('timezone')"
)
TRANSACTIONS = 40
TIMES = 3


@pytest.fixture
async def by_transaction(postgres_url: NewUrl, pooled: Pooled) -> AsyncIterator[Database]:
    database = Database(f"{pooled(postgres_url())}&pooler=transaction")
    yield database
    await database.close()


def test_the_pooler_refuses_the_startup_parameters_that_a_server_takes(
    postgres_url: NewUrl, pooled: Pooled
) -> None:
    """Else the tests below would show nothing."""
    with pytest.raises(psycopg.OperationalError, match="unsupported startup parameter"):
        psycopg.connect(pooled(postgres_url()), options="-c timezone=UTC")


async def test_nothing_outlives_a_transaction(by_transaction: Database) -> None:
    """The same statements from many clients over one server's connection: one that was prepared by another would be
    taken for one's own, or missed."""
    async with by_transaction.writing() as session:
        await session.execute(text("CREATE TABLE kept (number int PRIMARY KEY)"))

    async def write(number: int) -> tuple[str, str]:
        async with by_transaction.writing() as session:
            await session.execute(text("INSERT INTO kept VALUES (:number)"), {"number": number})
            row = (await session.execute(SETTINGS)).one()
        async with by_transaction.reading() as session:
            assert await session.scalar(
                text("SELECT number FROM kept WHERE number = :number"), {"number": number}
            )
        return row[0], row[1]

    seen = await asyncio.gather(*(write(number) for number in range(1, TRANSACTIONS + 1)))
    assert set(seen) == {("30s", "UTC")}
    async with by_transaction.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 0
        assert (
            await session.scalar(
                text("SELECT current_setting('idle_in_transaction_session_timeout')")
            )
            == "0"
        )


async def test_a_pooler_by_session_keeps_settings(postgres_url: NewUrl, pooled: Pooled) -> None:
    database = Database(f"{pooled(postgres_url(), mode='session', size=4)}&pooler=session")
    async with database.reading() as session:
        assert tuple((await session.execute(SETTINGS)).one()) == ("30s", "UTC")
    async with database.writing() as session:
        assert tuple((await session.execute(SETTINGS)).one()) == ("30s", "UTC")
    await database.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_migrations_and_events_go_through_a_pooler(
    by_transaction: Database, service: str
) -> None:
    await migrations_of(service).upgrade(by_transaction)
    await migrations_of(service).check(by_transaction)


async def test_events_are_recorded_through_a_pooler(postgres_url: NewUrl, pooled: Pooled) -> None:
    async with rolls_at(
        f"{pooled(postgres_url(), size=3)}&pooler=transaction", publisher="catalog"
    ) as publisher:
        await change_all(publisher, TIMES)
        numbers = {
            team: [row.aggregate_seq for row in rows]
            for team, rows in groupby(await _log(publisher), _stream)
        }
    assert numbers == {f"roll:{code}": list(range(1, TIMES + 1)) for code in sorted(CODES)}


async def test_a_relay_says_that_it_needs_a_session(by_transaction: Database) -> None:
    """A lock of a session would be the pooler's, which gives it to two relays: then order is lost."""
    with pytest.raises(NeedsSession, match=r"transaction mode.*the server itself"):
        async with ShardLease(by_transaction).holding():
            raise AssertionError("it was given the lease")


async def _log(publisher: Rolls) -> Sequence[Any]:
    async with publisher.database.reading() as session:
        columns = (event_log.c.aggregate_id, event_log.c.aggregate_seq)
        return (await session.execute(select(*columns).order_by(*columns))).all()


def _stream(row: Any) -> str:
    return str(row.aggregate_id)


def test_another_word_for_a_pooler_is_refused() -> None:
    with pytest.raises(ValueError, match="pooler=statement is none of: none, session, transaction"):
        Database("postgresql://a@b/c?pooler=statement")
