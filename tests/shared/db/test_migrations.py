"""Every service's history, on both stores: it makes what the code's tables say, and can be undone."""

import asyncio
import os
import re
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import JSON, Connection, MetaData, func, insert, inspect, select, text
from sqlalchemy.engine import make_url

from shared.db.engine import Database, sqlite_url
from shared.db.migrate import (
    MIGRATION_LOCK,
    BrokenReferences,
    Migrations,
    SchemaMismatch,
    SchemaTooNew,
    SchemaTooOld,
)
from shared.db.vault import Vault
from tests.support.fixtures import NewUrl
from tests.support.generate import all_tables_of
from tests.support.later import LATER, LaterStep, add_later_step
from tests.support.tree import SERVICES, folder_of, metadata_of, migrations_of
from tests.support.waiting import until

ODD = "数据 50%20 of?it#now%"
"""Everything in a folder's name that means something else in a URL or a configuration file."""


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

    expected = all_tables_of(service)
    async with database.engine.connect() as connection:
        return await connection.run_sync(compare)


Columns = dict[str, dict[str, Any]]


async def columns(database: Database) -> Columns:
    """Of each table, by name."""

    def of(connection: Connection) -> Columns:
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
async def test_the_history_goes_back_to_nothing_and_forth_again(
    database: Database, service: str
) -> None:
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
        with pytest.raises(SchemaTooNew, match="or a later one"):
            await refused(database)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_store_from_before_the_first_revision_is_refused_and_left_as_it_is(
    database: Database, service: str
) -> None:
    migrations = migrations_of(service)
    await migrations.upgrade(database)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0013'"))
        await connection.execute(text("UPDATE schema_floor SET revision = '0013'"))
    for refused in (migrations.check, migrations.upgrade):
        with pytest.raises(SchemaTooOld, match="begin with an empty database") as raised:
            await refused(database)
        assert raised.value.found == "0013"
    assert await migrations.current(database) == "0013"


def test_revisions_are_numbers_that_rise() -> None:
    """By which a store of an earlier release is told from one of a later."""
    for service in SERVICES:
        steps = [step.revision for step in migrations_of(service).scripts.walk_revisions()]
        assert all(re.fullmatch(r"\d{4}", step) for step in steps), service
        assert steps == sorted(steps, reverse=True), service


@pytest.mark.parametrize("service", SERVICES)
async def test_what_expands_takes_nothing_away(database: Database, service: str) -> None:
    migrations = migrations_of(service)
    for step in reversed(list(migrations.scripts.walk_revisions())):
        old = await columns(database)
        await migrations.upgrade(database, step.revision)
        if getattr(step.module, "expands", False):
            assert taken_away(old, await columns(database)) == set()


@pytest.mark.parametrize(
    ("step", "taken"),
    [
        (LaterStep.upgrade, set()),
        (lambda: op.drop_column("parked", "error"), {"parked.error"}),
        (lambda: op.drop_table("inbox_count"), {"inbox_count"}),
        (
            lambda: op.add_column(
                "parked", sa.Column("weight", sa.Integer(), nullable=False, server_default="1")
            ),
            set(),
        ),
        (
            lambda: op.add_column("parked", sa.Column("weight", sa.Integer(), nullable=False)),
            {"parked.weight"},
        ),
    ],
    ids=[
        "adds",
        "drops a column",
        "drops a table",
        "adds with a default",
        "adds what must be said",
    ],
)
async def test_what_the_release_before_would_miss_is_found(
    postgres_url: NewUrl, step: Callable[[], None], taken: set[str]
) -> None:
    database, migrations = Database(postgres_url()), migrations_of("requests")
    await migrations.upgrade(database)
    old = await columns(database)
    add_later_step(migrations, does=step)
    await migrations.upgrade(database)
    assert taken_away(old, await columns(database)) == taken
    await database.close()


def taken_away(old: Columns, new: Columns) -> set[str]:
    """What stops statements of the release before: a table or column that is gone or has another type, and a column
    that they don't fill but must."""
    found = old.keys() - new.keys()
    for table in old.keys() & new.keys():
        for name, column in old[table].items():
            kept = new[table].get(name)
            if (
                kept is None
                or str(kept["type"]) != str(column["type"])
                or (column["nullable"] > kept["nullable"])
            ):
                found.add(f"{table}.{name}")
        for name in new[table].keys() - old[table].keys():
            column = new[table][name]
            if not column["nullable"] and column["default"] is None:
                found.add(f"{table}.{name}")
    return found


async def test_a_schema_of_another_release_names_the_command_that_helps(database: Database) -> None:
    with pytest.raises(SchemaMismatch, match=r"python -m services\.catalog migrate") as raised:
        await migrations_of("catalog").check(database)
    assert raised.value.found is None
    assert raised.value.expected == migrations_of("catalog").head
    assert "none" in str(raised.value)


MOMENT_LENGTH = 32
"""Of the text that SQLite stores for a moment."""
SAMPLES: dict[type, Any] = {
    str: "1",
    int: 1,
    float: 1.0,
    bool: True,
    bytes: b"1",
    date: date(2014, 7, 1),
    datetime: datetime(2014, 7, 1, tzinfo=UTC),
}


def fill(connection: Connection) -> set[str]:
    """Puts a row into each table that has none, with references to what is there; gives the tables' names."""
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        if table.name == "alembic_version" or connection.scalar(
            select(func.count()).select_from(table)
        ):
            continue
        row = {}
        for column in table.columns:
            if column.server_default is not None:
                continue
            if column.foreign_keys:
                (reference,) = column.foreign_keys
                row[column.name] = connection.scalar(select(reference.column).limit(1))
            elif isinstance(column.type, JSON):  # PostgreSQL's too
                row[column.name] = []
            elif column.name.endswith("_at") and getattr(column.type, "length", 0) == MOMENT_LENGTH:
                row[column.name] = SAMPLES[datetime].isoformat()
            else:
                row[column.name] = SAMPLES.get(column.type.python_type, "1")
        connection.execute(insert(table), row)
    return {table.name for table in found.sorted_tables}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_store_with_rows_comes_through_every_step(database: Database, service: str) -> None:
    migrations = migrations_of(service)
    steps = [step.revision for step in migrations.scripts.walk_revisions()]
    for revision in reversed(steps):
        await migrations.upgrade(database, revision)
        async with database.engine.begin() as connection:
            await connection.run_sync(fill)
    for revision in [*steps[1:], "base"]:
        await migrations.downgrade(database, revision)
    assert await tables(database) == {"alembic_version"}


async def test_a_step_that_leaves_references_to_nothing_is_not_taken(tmp_path: Path) -> None:
    migrations, database = migrations_of("requests"), Database(sqlite_url(tmp_path / "requests.db"))
    await migrations.upgrade(database)
    async with database.engine.begin() as connection:
        await connection.run_sync(fill)
    add_later_step(migrations, does=lambda: op.execute("DELETE FROM service_order"))
    with pytest.raises(BrokenReferences, match="order_line"):
        await migrations.upgrade(database)
    assert await migrations.current(database) != LATER
    async with database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM service_order")) == 1
        assert await session.scalar(text("PRAGMA foreign_keys")) == 1
    async with database.engine.begin() as connection:
        assert await connection.scalar(text("PRAGMA foreign_keys")) == 1
    await database.close()


AT_ONCE = 4


@pytest.mark.parametrize("service", SERVICES)
async def test_several_migrations_at_once_all_succeed(new_store_url: NewUrl, service: str) -> None:
    """As replicas do that each migrate before they start."""
    url = new_store_url()

    async def migrate() -> None:
        database = Database(url)
        try:
            await migrations_of(service).upgrade(database)
            await migrations_of(service).check(database)
        finally:
            await database.close()

    await asyncio.gather(*(migrate() for _ in range(AT_ONCE)))


async def test_four_processes_may_migrate_one_store(
    postgres_url: NewUrl, rabbit_vhost: str, tmp_path: Path
) -> None:
    """With what a new store begins with: here the first account."""
    for name in ("password", "totp"):
        (tmp_path / f"catalog_first_{name}").write_text("JBSWY3DPEHPK3PXP" * 2)
    Vault(tmp_path / "catalog_vault_keys", create=True)
    environment = os.environ | {
        "DIANCAI_SECRETS_DIR": str(tmp_path),
        "CATALOG_DATABASE_URL": postgres_url(),
        "CATALOG_BROKER_URL": rabbit_vhost,
        "CATALOG_FIRST_LOGIN": "admin",
        "CATALOG_VAULT_KEYS_FILE": str(tmp_path / "catalog_vault_keys"),
    }
    command = [sys.executable, "-m", "services.catalog", "migrate"]
    started = [
        await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE, stderr=STDOUT)
        for _ in range(AT_ONCE)
    ]
    said = await asyncio.gather(*(process.communicate() for process in started))
    assert [process.returncode for process in started] == [0] * AT_ONCE, said


async def test_a_role_with_short_limits_waits_for_another_migration_all_the_same(
    postgres_url: NewUrl,
) -> None:
    url = make_url(postgres_url()).update_query_dict(
        {"options": "-c lock_timeout=1 -c statement_timeout=20000"}
    )
    first, other = (Database(url.render_as_string(hide_password=False)) for _ in range(2))
    migrations = migrations_of("requests")
    async with first.writing() as session:
        await session.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        waiting = asyncio.create_task(migrations.upgrade(other))
        async with first.reading() as looking:
            query = text(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            )
            await until(lambda: looking.scalar(query))
    await waiting
    await migrations.check(other)
    for database in (first, other):
        await database.close()


async def test_a_folder_with_any_name_holds_the_histories(tmp_path: Path) -> None:
    """Of the scripts, as of the store: neither is pasted into a URL or a configuration file."""
    folder = tmp_path / ODD
    shutil.copytree(folder_of("notify") / "migrations", folder / "migrations")
    database = Database(sqlite_url(folder / "notify.db"))
    await Migrations("notify", folder / "migrations").upgrade(database)
    await database.close()
    assert (folder / "notify.db").is_file()
