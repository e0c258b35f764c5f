"""A service's schema, migrated once by each process of tests, and then copied into every new store.

A migration runs some eighty statements through Alembic; a copy is one file written, or one script sent. What is
copied belongs to one head revision. The tests of the migrations themselves migrate.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, event

from shared.db.engine import Database
from shared.db.migrate import Migrations

Schema = bytes | str
"""SQLite's file, or PostgreSQL's statements."""

_schemas: dict[tuple[str, str, str], Schema] = {}
"""By service, kind of store and head revision."""


async def bring_up(migrations: Migrations, database: Database) -> None:
    """Brings the store to the head revision, as ``migrations.upgrade(database)`` does."""
    known = migrations.service, database.dialect, migrations.head
    if not await _is_new(database):
        await migrations.upgrade(database)
    elif known in _schemas:
        await _copy(_schemas[known], database)
    elif database.dialect == "sqlite":
        await migrations.upgrade(database)
        await database.close()  # which brings all into the file
        _schemas[known] = _file_of(database).read_bytes()
    else:
        with _recorded(database) as statements:
            await migrations.upgrade(database)
        _schemas[known] = ";\n".join(statements)


async def _is_new(database: Database) -> bool:
    if database.dialect == "sqlite":
        return not _file_of(database).exists()
    async with database.engine.connect() as connection:
        return await connection.run_sync(lambda c: not c.dialect.has_table(c, "alembic_version"))


async def _copy(schema: Schema, database: Database) -> None:
    if isinstance(schema, bytes):
        file = _file_of(database)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(0o600)
        file.write_bytes(schema)
        return
    async with database.engine.begin() as connection:
        driver = await connection.run_sync(_driver_of)
        await driver.execute(schema.encode())


def _file_of(database: Database) -> Path:
    return Path(str(database.engine.url.database))


def _driver_of(connection: Connection) -> psycopg.AsyncConnection[Any]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    return driver


@contextmanager
def _recorded(database: Database) -> Iterator[list[str]]:
    """What changes the store, with the values in it."""
    statements: list[str] = []

    def note(
        connection: Connection, _cursor: Any, statement: str, values: Any, *_more: Any
    ) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "SET", "SHOW")):
            writer = psycopg.AsyncClientCursor(_driver_of(connection))
            statements.extend(
                writer.mogrify(statement, each)
                for each in (values if isinstance(values, list) else [values])
            )

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
