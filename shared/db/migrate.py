"""Schemas: every service has its own Alembic history; the same one serves both stores."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import context
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import __version__
from shared.db.engine import Database
from shared.telemetry.logs import logger

MIGRATION_LOCK = 0x0D1A_0004
"""The key of PostgreSQL's advisory lock for a migration. Any number, but releases that follow each other must agree."""

log = logger(__name__)

FLOOR = Table("schema_floor", MetaData(), Column("revision", String(32), primary_key=True))
"""One row beside Alembic's own: the oldest revision whose code still runs on the store. A release can't know what
later ones did to it, so they say."""


class SchemaMismatch(Exception):
    """The store's schema is not the one that this release was made for."""

    def __init__(self, service: str, found: str | None, expected: str, remedy: str = "") -> None:
        remedy = remedy or f"run: python -m services.{service} migrate"
        super().__init__(
            f"{service}: the store's schema is at revision {found or 'none'},"
            f" release {__version__} needs {expected}; {remedy}"
        )
        self.service = service
        self.found = found
        self.expected = expected


class SchemaTooNew(SchemaMismatch):
    """A later release made the store, and does not carry this one."""

    def __init__(self, service: str, found: str | None, expected: str) -> None:
        remedy = f"run the release that made it, or a later one, not this one ({__version__})"
        super().__init__(service, found, expected, remedy)


class SchemaTooOld(SchemaMismatch):
    """The store is older than the first revision that this release knows, so it can't be upgraded."""

    def __init__(self, service: str, found: str | None, expected: str) -> None:
        remedy = (
            "it is older than any store that this release can upgrade: upgrade it with the releases in between first,"
            " or begin with an empty database"
        )
        super().__init__(service, found, expected, remedy)


class BrokenReferences(Exception):
    """A migration would have left rows that refer to none. Nothing of it was kept."""

    def __init__(self, service: str, tables: Collection[str]) -> None:
        super().__init__(
            f"{service}: after this migration rows of {', '.join(sorted(tables))} would refer to none"
        )


class Migrations:
    """The history of one service, in the folder ``migrations`` of its package.

    A revision that says ``expands = True`` only adds what the release before it can leave out. So that release runs
    on beside the new one, starts again, and may be gone back to.

    Revisions are four digits that rise. A first revision that replaces a history takes a number above all of it, so
    that a store from before it is told from the store of a later release.
    """

    def __init__(self, service: str, folder: Path) -> None:
        self.service = service
        self._config = Config()
        self._config.set_main_option("script_location", str(folder).replace("%", "%%"))
        self.scripts = ScriptDirectory(str(folder))

    @property
    def head(self) -> str:
        head = self.scripts.get_current_head()
        if head is None:
            raise ValueError(f"{self.service} has no migrations")
        return head

    async def upgrade(self, database: Database, revision: str = "head") -> None:
        """Does nothing to the store of a later release that carries this one. Of several processes that call it
        at once, one works and the others wait for it.

        :raises SchemaTooNew: the later release does not carry this one. :raises SchemaTooOld: there is no way up.
        """
        async with self._turn(database) as connection:
            known = self._knows(await connection.run_sync(_current))
            if known:
                await connection.run_sync(lambda c: self._run(c, revision, downgrade=False))
        if not known:
            await self.check(database)

    async def downgrade(self, database: Database, revision: str) -> None:
        async with self._turn(database) as connection:
            await connection.run_sync(lambda c: self._run(c, revision, downgrade=True))

    @asynccontextmanager
    async def _turn(self, database: Database) -> AsyncIterator[AsyncConnection]:
        """A transaction that no other migration of this store shares its time with; SQLite's writers queue anyway.

        The lock is the transaction's, not the session's: it works through a pooler, and a death gives it back.
        """
        async with (
            database.engine.connect() as connection,
            _rebuilding(connection),
            connection.begin(),
        ):
            if database.dialect == "postgresql":
                # The wait for another's migration is as long as that takes, whatever the role's own limits are.
                await connection.execute(text("SET LOCAL lock_timeout = 0"))
                await connection.execute(text("SET LOCAL statement_timeout = 0"))
                if not await connection.scalar(
                    text(f"SELECT pg_try_advisory_xact_lock({MIGRATION_LOCK})")
                ):
                    log.info("waiting for another migration of this store", service=self.service)
                    await connection.execute(
                        text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
                    )
            yield connection
            if database.dialect == "sqlite" and (
                broken := (await connection.execute(_BROKEN_REFERENCES)).all()
            ):
                raise BrokenReferences(self.service, {str(row.table) for row in broken})

    async def current(self, database: Database) -> str | None:
        async with database.engine.connect() as connection:
            return await connection.run_sync(_current)

    async def check(self, database: Database) -> None:
        """:raises SchemaMismatch: with what is there, what is needed, and the command that helps."""
        found = await self.current(database)
        if self._knows(found) or not await self._is_carried(database):
            self.check_revision(found)

    def check_revision(self, found: str | None, *, may_be_behind: bool = False) -> None:
        """``may_be_behind``: a revision that this release can upgrade will do.

        :raises SchemaMismatch: the revision is not the one that this release needs.
        """
        if found == self.head or (may_be_behind and self._knows(found)):
            return
        if self._knows(found):
            raise SchemaMismatch(self.service, found, self.head)
        is_older = found is not None and found < str(self.scripts.get_base())
        raise (SchemaTooOld if is_older else SchemaTooNew)(self.service, found, self.head)

    def _knows(self, revision: str | None) -> bool:
        return revision is None or any(
            script.revision == revision for script in self.scripts.walk_revisions()
        )

    async def _is_carried(self, database: Database) -> bool:
        async with database.engine.connect() as connection:
            floor = await connection.run_sync(_floor)
        return floor is not None and self._knows(floor)

    def _run(self, connection: Connection, revision: str, *, downgrade: bool) -> None:
        def steps(current: object, _context: MigrationContext) -> Sequence[object]:
            if downgrade:
                return self.scripts._downgrade_revs(revision, current)  # type: ignore[arg-type]
            return self.scripts._upgrade_revs(revision, current)  # type: ignore[arg-type]

        with EnvironmentContext(self._config, self.scripts, fn=steps) as environment:
            environment.configure(connection=connection, transactional_ddl=True)
            with environment.begin_transaction():
                environment.run_migrations()
        self._say_floor(connection)

    def _say_floor(self, connection: Connection) -> None:
        reached = _current(connection)
        if reached is None:
            FLOOR.drop(connection, checkfirst=True)
            return
        back = self.scripts.iterate_revisions(reached, "base")
        floor = next(
            step.revision
            for step in back
            if step.is_base or not getattr(step.module, "expands", False)
        )
        FLOOR.create(connection, checkfirst=True)
        connection.execute(FLOOR.delete())
        connection.execute(FLOOR.insert().values(revision=floor))


_BROKEN_REFERENCES = text("PRAGMA foreign_key_check")


@asynccontextmanager
async def _rebuilding(connection: AsyncConnection) -> AsyncIterator[None]:
    """SQLite changes a table by making it anew, which references to it forbid while it keeps watch over them. The
    watch can't be changed inside a transaction, so the driver is told before one begins.

    Source: https://sqlite.org/lang_altertable.html, 7.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None  # noqa: S101 - it is connected
    await driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        await driver.execute("PRAGMA foreign_keys=ON")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _floor(connection: Connection) -> str | None:
    if not inspect(connection).has_table(FLOOR.name):
        return None
    return connection.scalar(select(FLOOR.c.revision))


def run_env(metadata: Sequence[MetaData]) -> None:
    """The whole of a service's ``migrations/env.py``, for the alembic command line
    (``alembic -x url=postgresql://... revision --autogenerate``)."""
    import asyncio

    url = context.get_x_argument(as_dictionary=True)["url"]

    def run(connection: Connection) -> None:
        context.configure(
            connection=connection, target_metadata=[*metadata, FLOOR.metadata], render_as_batch=True
        )
        with context.begin_transaction():
            context.run_migrations()

    async def main() -> None:
        database = Database(url)
        async with database.engine.begin() as connection:
            await connection.run_sync(run)
        await database.close()

    asyncio.run(main())
