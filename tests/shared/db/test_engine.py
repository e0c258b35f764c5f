"""Telling a store that is away from one that was asked something wrong."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shared.db.engine import Database, store_is_away
from tests.support.fixtures import NewUrl
from tests.support.proxy import wired


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    opened = Database(store_url)
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    "statement", ["SELECT * FROM nothing_like_this", "SELEKT 1", "SELECT nonsense(1)"]
)
async def test_a_wrong_statement_does_not_mean_that_the_store_is_away(
    database: Database, statement: str
) -> None:
    """Else an event whose handler is broken would be tried for ever, and block its queue."""
    with pytest.raises(DBAPIError) as raised:
        await _run(database, statement)
    assert not store_is_away(raised.value)


async def test_a_store_that_can_not_be_reached_is_away(postgres_url: NewUrl) -> None:
    async with wired(postgres_url()) as wire:
        database = Database(wire.url)
        await database.ping()
        wire.cut()
        with pytest.raises(SQLAlchemyError) as raised:
            await database.ping()
        assert store_is_away(raised.value)
        wire.mend()
        await database.ping()
        await database.close()


async def test_a_connection_lost_in_a_transaction_is_the_stores_absence(
    postgres_url: NewUrl,
) -> None:
    async with wired(postgres_url()) as wire:
        database = Database(wire.url)
        with pytest.raises(SQLAlchemyError) as raised:
            await _lose_connection(database, wire.drop)
        assert store_is_away(raised.value)
        await database.ping()
        await database.close()


def test_a_file_that_can_not_be_opened_is_an_absent_store(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as raised:
        sqlite3.connect(tmp_path)  # a folder
    assert store_is_away(OperationalError("BEGIN", None, raised.value))


@pytest.mark.parametrize(
    "error", [PoolTimeoutError(), ConnectionResetError(), TimeoutError(), OSError()]
)
def test_no_connection_in_time_is_an_absent_store(error: Exception) -> None:
    assert store_is_away(error)


def test_a_bug_is_not() -> None:
    assert not store_is_away(ZeroDivisionError())


def test_other_stores_are_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        Database("mysql://somewhere/else")


async def _run(database: Database, statement: str) -> None:
    async with database.reading() as session:
        await session.execute(text(statement))


async def _lose_connection(database: Database, drop: object) -> None:
    async with database.writing() as session:
        await session.execute(text("SELECT 1"))
        assert callable(drop)
        drop()
        await session.execute(text("SELECT 1"))


async def test_what_an_address_says_goes_before_our_own_settings(postgres_url: NewUrl) -> None:
    url = make_url(postgres_url()).update_query_dict({"options": "-c timezone=Asia/Shanghai"})
    database = Database(url.render_as_string(hide_password=False))
    async with database.reading() as session:
        assert (await session.execute(text("SHOW timezone"))).scalar_one() == "Asia/Shanghai"
    await database.close()
