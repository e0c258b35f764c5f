"""A service's store: PostgreSQL when it is deployed, a SQLite file when it is embedded or tested."""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Executable, Row, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.util import await_only

IDLE_MILLISECONDS = 30_000
"""The longest that a transaction may do nothing: one idle writer would hold the relays' watermark
back for the whole cluster."""

RANDOM_PAGE_COST = 1.1
"""PostgreSQL's default is for disks that turn: it would rather read a whole table than a tenth of
it by an index."""

_SETTINGS = {
    "idle_in_transaction_session_timeout": IDLE_MILLISECONDS,
    "timezone": "UTC",
    "random_page_cost": RANDOM_PAGE_COST,
}


def _set(*, for_transaction: bool) -> str:
    each = (
        f"set_config('{name}', '{value}', {str(for_transaction).lower()})"
        for name, value in _SETTINGS.items()
    )
    return f"SELECT {', '.join(each)}"


STARTUP_OPTIONS = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
SET_SESSION = _set(for_transaction=False)
SET_TRANSACTION = _set(for_transaction=True)

POOLER = "pooler"
"""The parameter of a PostgreSQL address that says what stands between: ``?pooler=transaction``."""


class Pooling(StrEnum):
    """What a connection to PostgreSQL leads to."""

    NONE = "none"
    """The server itself: settings go along when a connection is made."""
    SESSION = "session"
    """A pooler that gives each of our connections a server's for as long as it stands. It refuses
    startup parameters, so settings are made once the connection stands."""
    TRANSACTION = "transaction"
    """A pooler that gives one for a transaction only. Nothing may outlive that: no setting, no
    prepared statement, no lock of a session, no LISTEN."""


class NeedsSession(Exception):
    """The store is behind a pooler in transaction mode, which can't do what was requested."""


WARM_SQLITE_CONNECTIONS = 5
"""One writes at a time, and reading is short, so few are in use. Each that stays costs a thread and a page cache."""

PATIENCE_MILLISECONDS = 500
"""How long emptying SQLite's log waits for readers of an older state."""

FORGETS = "diancai_forgets"
"""In a connection's ``info``: its transaction deleted what must not stay anywhere."""

TRUSTED_SECONDS = 1.0
"""A connection that was in use so recently is handed out without asking the server whether it still
stands."""


class Database:
    """An engine with sessions for writing and for reading.

    ``url`` is ``postgresql://user:password@host/name`` or ``sqlite:///path``. The driver is chosen
    here, so that operators write plain addresses. Parameters in the address
    (``?connect_timeout=30``) take precedence over the defaults here. ``?pooler=transaction`` or
    ``?pooler=session`` declares a pooler such as PgBouncer (see :class:`Pooling`). Connections are
    made on first use.
    """

    def __init__(self, url: str, *, pool_size: int = 10, ca_file: Path | None = None) -> None:
        """``ca_file``: authorities (PEM), one of which must have signed PostgreSQL's certificate.

        :raises ValueError: no such kind of store, or of pooler, or a file's name with a ``?`` in
        it.
        """
        parsed = make_url(url)
        self.pooling = Pooling.NONE
        tls = {"sslmode": "verify-full", "sslrootcert": str(ca_file)} if ca_file else {}
        self.dialect = parsed.get_backend_name()
        if self.dialect == "postgresql":
            self.pooling = _pooling_of(parsed)
            parsed = parsed.difference_update_query([POOLER])
            ours: dict[str, Any] = {"connect_timeout": 5} | _PER_CONNECTION[self.pooling]
            options: dict[str, Any] = {
                "connect_args": {name: ours[name] for name in ours.keys() - parsed.query} | tls,
                "pool_size": pool_size,
                "max_overflow": 10,
                "pool_recycle": 1800,
                "pool_use_lifo": True,  # few connections stay warm, in place of all going idle by turns
                "hide_parameters": True,
            }
            url_with_driver = parsed.set(drivername="postgresql+psycopg")
            self.engine = create_async_engine(url_with_driver, **options)
            # Each statement has a snapshot of its own anyway; so readers need no BEGIN and no
            # ROLLBACK.
            self._reading = create_async_engine(
                url_with_driver,
                isolation_level="AUTOCOMMIT",
                skip_autocommit_rollback=True,
                **options,
            )
            for engine in (self.engine, self._reading):
                # Many rows in one INSERT; psycopg's executemany sends a statement for each.
                engine.sync_engine.dialect.use_insertmanyvalues_wo_returning = True
                event.listen(engine.sync_engine, "checkin", _note_use)
                event.listen(engine.sync_engine, "checkout", _ping_idle)
                if self.pooling is Pooling.SESSION:
                    event.listen(engine.sync_engine, "connect", _set_session)
            if self.pooling is Pooling.TRANSACTION:
                event.listen(self.engine.sync_engine, "begin", _set_transaction)
        elif self.dialect == "sqlite":
            if parsed.query:
                raise ValueError(
                    "database_url: sqlite:/// takes nothing after '?'; in a file's name write it as %3F"
                )
            self.engine = create_async_engine(
                parsed.set(drivername="sqlite+aiosqlite"),
                connect_args={"timeout": 30},
                pool_size=WARM_SQLITE_CONNECTIONS,
                max_overflow=pool_size + 10 - WARM_SQLITE_CONNECTIONS,
                pool_use_lifo=True,
                hide_parameters=True,
            )
            self._reading = self.engine.execution_options(diancai_reads_only=True)
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
            event.listen(self.engine.sync_engine, "checkin", _forget)
            if parsed.database and parsed.database != ":memory:":
                event.listen(
                    self.engine.sync_engine, "do_connect", _making_private(Path(parsed.database))
                )
        else:
            raise ValueError(
                f"database_url: {self.dialect!r} is not supported; use postgresql:// or sqlite:///"
            )
        self._scanning = self.engine.execution_options(diancai_reads_only=True)
        self.info: dict[str, Any] = {}
        """What every session has in its ``info``: what settings say, for queries far from them."""

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Opens a session whose transaction commits at the end of the block, or rolls back on any
        error.
        """
        async with (
            AsyncSession(
                self.engine,
                sync_session_class=_WritingSession,
                expire_on_commit=False,
                info=self.info,
            ) as session,
            session.begin(),
        ):
            try:
                yield session
            finally:
                session.info.clear()  # it holds what holds the session, which else the garbage collector had to find

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Opens a session for queries.

        It takes no write lock and commits nothing. Each query sees what was committed before it.
        """
        async with AsyncSession(self._reading, expire_on_commit=False, info=self.info) as session:
            yield session

    @asynccontextmanager
    async def scanning(self) -> AsyncIterator[AsyncSession]:
        """Opens a session in one transaction, to read row by row what does not fit in memory."""
        async with AsyncSession(self._scanning, expire_on_commit=False, info=self.info) as session:
            yield session

    async def run_alone(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        """Runs one statement as a transaction of its own, on PostgreSQL in one round trip instead
        of three.

        Returns the rows that the statement returns. A query takes no write lock on SQLite either.
        """
        connect = (
            self._reading.connect
            if self.dialect == "postgresql" or statement.is_select
            else self.engine.begin
        )
        async with connect() as connection:
            result = await connection.execute(statement, parameters)
            return result.all() if result.returns_rows else ()

    def need_session(self, what: str) -> None:
        """Checks that connections keep a session, which ``what`` needs.

        :raises NeedsSession: the store is behind a pooler that keeps none.
        """
        if self.pooling is Pooling.TRANSACTION:
            raise NeedsSession(
                f"{what} needs a connection of its own, and a pooler in transaction mode gives none: let its address"
                f" of the database name the server itself, or a pooler in session mode (?{POOLER}=session)"
            )

    async def ping(self) -> None:
        """Runs a query; raises the driver's exception when the store can't be reached."""
        async with self.reading() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.engine.dispose()
        await self._reading.dispose()


def sqlite_url(file: Path) -> str:
    """Returns the address of a SQLite file, whatever characters its path contains."""
    return URL.create("sqlite", database=str(file)).render_as_string()


_PER_CONNECTION: Mapping[Pooling, dict[str, Any]] = {
    Pooling.NONE: {"options": STARTUP_OPTIONS},
    Pooling.SESSION: {},
    Pooling.TRANSACTION: {"prepare_threshold": None},  # psycopg: never prepare
}


def _pooling_of(url: URL) -> Pooling:
    said = url.query.get(POOLER, Pooling.NONE)
    try:
        return Pooling(said if isinstance(said, str) else "")
    except ValueError as error:
        raise ValueError(
            f"database_url: {POOLER}={said} is none of: {', '.join(Pooling)}"
        ) from error


BEHIND = "behind"
"""In a writing session's ``info``: what is to be done, with its connection, whenever its changes
have been sent."""


class _WritingSession(Session):
    """Flushes before every statement; SQLAlchemy itself does so only before queries of mapped
    classes.
    """

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        super().flush(objects)
        if behind := self.info.get(BEHIND):
            behind(self.connection())


@event.listens_for(_WritingSession, "do_orm_execute")
def _flush_before(state: ORMExecuteState) -> None:
    if not state.is_orm_statement:
        state.session.flush()


def dialect_of(session: AsyncSession) -> str:
    return session.get_bind().dialect.name


def store_is_away(error: BaseException) -> bool:
    """Returns whether the error is about reaching the store, not about the statement."""
    if isinstance(error, DBAPIError):
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
            return False  # a wrong statement, which SQLite's driver gives the same class as a lock or a full disk
        return error.connection_invalidated or type(error).__name__ in {
            "OperationalError",
            "InterfaceError",
        }
    return isinstance(error, (PoolTimeoutError, ConnectionError, TimeoutError, OSError))


def is_duplicate_key(error: IntegrityError) -> bool:
    """Returns whether a unique constraint refused a row (SQLSTATE 23505), and not some other rule."""
    return getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE constraint" in str(
        error.orig
    )


def is_duplicate_of(error: BaseException | None, column: str) -> bool:
    """Returns whether a unique constraint on ``column`` refused a row, by the name of the
    constraint.
    """
    return (
        isinstance(error, IntegrityError) and is_duplicate_key(error) and column in str(error.orig)
    )


def refers_to_nothing(error: IntegrityError) -> bool:
    """Returns whether a foreign key refused a row (SQLSTATE 23503): what it refers to does not
    exist.
    """
    return getattr(error.orig, "sqlstate", None) == "23503" or "FOREIGN KEY constraint" in str(
        error.orig
    )


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _ping_idle(connection: Any, record: Any, _proxy: Any) -> None:
    """Replaces SQLAlchemy's ``pool_pre_ping``, which pings at every checkout and costs as much as a
    statement.
    """
    if time.monotonic() - record.info.get("used_at", float("inf")) < TRUSTED_SECONDS:
        return
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
        connection.rollback()
    except connection.dbapi.Error as error:
        raise InvalidatePoolError from error


def _set_session(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(SET_SESSION)
    cursor.close()
    connection.commit()


def _set_transaction(connection: Connection) -> None:
    if connection.get_isolation_level() != "AUTOCOMMIT":
        connection.exec_driver_sql(SET_TRANSACTION)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = (
        None  # the driver's own BEGIN comes too late; _begin_sqlite says it
    )
    cursor = connection.cursor()
    # The patience comes first: turning to WAL takes a lock too, which another process may have.
    cursor.execute("PRAGMA busy_timeout=30000")
    _turn_to_wal(cursor)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _turn_to_wal(cursor: Any) -> None:
    """SQLite does not wait for this lock, whatever its patience, so we do: another connection may
    be turning the same new file to WAL, in this process too.
    """
    until = time.monotonic() + 30
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
        await_only(asyncio.sleep(0.01))


def _making_private(file: Path) -> Callable[..., None]:
    """Returns a hook that closes the files to others before the first connection creates or opens
    them.
    """
    is_done = False

    def make(*_arguments: Any) -> None:
        nonlocal is_done
        if not is_done:
            _make_private(file)
        is_done = True

    return make


def _make_private(file: Path) -> None:
    """Restricts SQLite's file, and the log and index beside it, which take its mode, to their
    owner.

    A folder that is created for it is restricted as well; an existing folder stays as it is.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    for each in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        # Another process may close the store at this moment, which deletes what is beside the file.
        with suppress(FileNotFoundError):
            if each.stat().st_uid == os.getuid():
                each.chmod(0o600)


async def forget(session: AsyncSession) -> None:
    """Removes what this transaction deletes or overwrites from SQLite's files once it is committed.

    The pages are overwritten anyway (``secure_delete``). This also empties the log beside the file,
    which contains the old pages. On PostgreSQL it does nothing: old rows stay until vacuum, and in
    the WAL, its archive and backups as long as these are kept (``docs/operations/deploy.md``).
    """
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        connection.info[FORGETS] = True


def _forget(connection: Any, record: Any) -> None:
    """Empties the log. Readers of an older state prevent that; the connection's next return tries
    again.
    """
    if not record.info.get(FORGETS):
        return
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MILLISECONDS}")
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (is_busy, *_) = cursor.fetchone()
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.close()
    record.info[FORGETS] = bool(is_busy)


def _begin_sqlite(connection: Connection) -> None:
    # A writer that first reads and then upgrades its lock may find that another one wrote in
    # between (SQLITE_BUSY, which no timeout cures); taking the lock at once makes writers queue
    # instead.
    reads_only = connection.get_execution_options().get("diancai_reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
