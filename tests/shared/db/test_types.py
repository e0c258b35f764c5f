"""Column types mean the same on both stores."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from shared.db.engine import Database
from shared.db.types import UtcDateTime

metadata = MetaData()
moment = Table(
    "moment", metadata, Column("id", Integer, primary_key=True), Column("at", UtcDateTime)
)
SHANGHAI = timezone(timedelta(hours=8))


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    opened = Database(store_url)
    async with opened.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield opened
    await opened.close()


async def stored(database: Database, *moments: datetime | None) -> list[datetime | None]:
    """The moments after a way through the store, ordered by it."""
    async with database.writing() as session:
        await session.execute(moment.delete())
        await session.execute(insert(moment), [{"at": at} for at in moments])
        return list((await session.execute(select(moment.c.at).order_by(moment.c.at))).scalars())


async def test_a_moment_comes_back_in_utc(database: Database) -> None:
    noon = datetime(2014, 6, 27, 12, 0, 0, 123456, tzinfo=SHANGHAI)
    (found,) = await stored(database, noon)
    assert found == noon
    assert found.tzinfo is UTC


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"):
        await stored(database, datetime(2014, 6, 27, 12))  # noqa: DTZ001 - what this is about


async def test_no_moment_is_no_moment(database: Database) -> None:
    assert await stored(database, None) == [None]


@given(
    moments=st.lists(
        st.datetimes(
            datetime(1950, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
            datetime(2100, 1, 1),  # noqa: DTZ001
            timezones=st.sampled_from([UTC, SHANGHAI]),
        ),
        min_size=1,
        max_size=8,
        unique=True,
    )
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_moments_keep_their_order(database: Database, moments: list[datetime]) -> None:
    assert await stored(database, *moments) == sorted(moments)
