"""Every service's history, on both stores: it makes what the code's tables say, and can be undone."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect

from shared.db.engine import Database
from shared.db.migrate import FLOOR, SchemaMismatch
from tests.support.later import LATER, add_later_step
from tests.support.tree import SERVICES, metadata_of, migrations_of


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    opened = Database(store_url)
    yield opened
    await opened.close()


EXPANDING = [
    (service, step.revision, step.down_revision)
    for service in SERVICES
    for step in migrations_of(service).scripts.walk_revisions()
    if getattr(step.module, "expands", False)
]


async def differences(database: Database, service: str) -> list[Any]:
    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[Any] = compare_metadata(context, expected)
        return found

    expected = MetaData()
    for metadata in (*metadata_of(service), FLOOR.metadata):
        for table in metadata.tables.values():
            table.to_metadata(expected)

    async with database.engine.connect() as connection:
        return await connection.run_sync(compare)


async def columns(database: Database) -> dict[str, dict[str, Any]]:
    """Of each table, by name."""

    def of(connection: Connection) -> dict[str, dict[str, Any]]:
        inspector = inspect(connection)
        return {
            table: {column["name"]: column for column in inspector.get_columns(table)}
            for table in inspector.get_table_names()
        }

    async with database.engine.connect() as connection:
        return await connection.run_sync(of)


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


async def test_a_later_release_that_only_added_carries_this_one(database: Database) -> None:
    """Both run side by side: this one starts, is ready, and its own migration leaves the store as it is."""
    ours, later = migrations_of("requests"), migrations_of("requests")
    add_later_step(later)
    await later.upgrade(database)
    await ours.check(database)
    await ours.upgrade(database)
    assert await ours.current(database) == LATER


async def test_a_later_release_that_did_more_leaves_this_one_behind(database: Database) -> None:
    ours, later = migrations_of("requests"), migrations_of("requests")
    add_later_step(later, expands=False)
    await later.upgrade(database)
    for refused in (ours.check, ours.upgrade):
        with pytest.raises(SchemaMismatch, match="or a later one"):
            await refused(database)


@pytest.mark.parametrize(("service", "revision", "before"), EXPANDING)
async def test_what_expands_takes_nothing_away(database: Database, service: str, revision: str, before: str) -> None:
    """Of the release before, every statement still works: its tables and columns are there, of the same types, and what
    it does not know of need not be said."""
    migrations = migrations_of(service)
    await migrations.upgrade(database, before)
    old = await columns(database)
    await migrations.upgrade(database, revision)
    new = await columns(database)
    for table, its in old.items():
        for name, column in its.items():
            assert (table, name, str(column["type"])) == (table, name, str(new[table][name]["type"]))
            assert new[table][name]["nullable"] or not column["nullable"], f"{table}.{name}"
        for name in new[table].keys() - its.keys():
            column = new[table][name]
            assert column["nullable"] or column["default"] is not None, f"{table}.{name}"


async def test_a_schema_of_another_release_names_the_command_that_helps(database: Database) -> None:
    with pytest.raises(SchemaMismatch, match=r"python -m services\.catalog migrate") as raised:
        await migrations_of("catalog").check(database)
    assert raised.value.found is None
    assert raised.value.expected == migrations_of("catalog").head
    assert "none" in str(raised.value)
