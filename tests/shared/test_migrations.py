"""Every service's history, on both stores: it makes what the code's tables say, and can be undone."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect

from shared.db.engine import Database
from shared.db.migrate import SchemaMismatch
from tests.support.tree import SERVICES, metadata_of, migrations_of


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    opened = Database(store_url)
    yield opened
    await opened.close()


async def differences(database: Database, service: str) -> list[Any]:
    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[Any] = compare_metadata(context, expected)
        return found

    expected = MetaData()
    for metadata in metadata_of(service):
        for table in metadata.tables.values():
            table.to_metadata(expected)

    async with database.engine.connect() as connection:
        return await connection.run_sync(compare)


async def tables(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        return set(await connection.run_sync(lambda c: inspect(c).get_table_names()))


@pytest.mark.parametrize("service", SERVICES)
async def test_the_history_makes_what_the_tables_say(database: Database, service: str) -> None:
    assert {"event_log", "relay_cursor", "inbox", "parked"} <= {
        name for metadata in metadata_of(service) for name in metadata.tables
    }
    await migrations_of(service).upgrade(database)
    assert await differences(database, service) == []
    await migrations_of(service).check(database)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_history_goes_back_to_nothing_and_forth_again(database: Database, service: str) -> None:
    migrations = migrations_of(service)
    await migrations.upgrade(database)
    before = await tables(database)
    await migrations.downgrade(database, "base")
    assert await tables(database) == {"alembic_version"}
    await migrations.upgrade(database)
    assert await tables(database) == before
    assert await differences(database, service) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_upgrading_again_does_nothing(database: Database, service: str) -> None:
    for _ in range(2):
        await migrations_of(service).upgrade(database)
    assert await migrations_of(service).current(database) == migrations_of(service).head


async def test_a_schema_of_another_release_names_the_command_that_helps(database: Database) -> None:
    with pytest.raises(SchemaMismatch, match=r"python -m services\.catalog migrate") as raised:
        await migrations_of("catalog").check(database)
    assert raised.value.found is None
    assert raised.value.expected == migrations_of("catalog").head
    assert "none" in str(raised.value)
