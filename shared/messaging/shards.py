"""Leases shards to relays. One relay at a time publishes a shard, or order would be lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.engine import Database, store_is_away
from shared.eventlog.envelope import SHARDS
from shared.kernel.tasks import end
from shared.telemetry.logs import logger

_SHARD_LOCKS = (
    0x0D1A_0001  # the first key of this house's advisory locks; any number, but a fixed one
)
_MEMBER_LOCKS = 0x0D1A_0002
REVIEW_SECONDS = 2.0

log = logger(__name__)


class ShardLease:
    """The shards that this relay has leased.

    On PostgreSQL they are advisory locks of one connection: when the process or the connection dies
    they are free at once. Relays share the shards evenly, each taking no more than its part of
    those alive. A SQLite store is used by one process, which has all shards.
    """

    def __init__(self, database: Database, *, review_seconds: float = REVIEW_SECONDS) -> None:
        self._database = database
        self._review_seconds = review_seconds
        self.held: frozenset[int] = (
            frozenset() if database.dialect == "postgresql" else frozenset(range(SHARDS))
        )

    @asynccontextmanager
    async def holding(self) -> AsyncIterator[None]:
        """Keeps the lease for the length of the block.

        :raises NeedsSession: the store is behind a pooler that would give one lock to two relays.
        """
        self._database.need_session("the relay")
        if self._database.dialect != "postgresql":
            yield
            return
        keeper = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            await end(keeper)
            self.held = frozenset()

    async def _keep(self) -> None:
        while True:
            try:
                async with self._database.engine.connect() as connection:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    await connection.execute(
                        text(f"SELECT pg_advisory_lock_shared({_MEMBER_LOCKS}, 0)")
                    )
                    try:
                        while True:
                            await self._review(connection)
                            await asyncio.sleep(self._review_seconds)
                    finally:
                        self.held = frozenset()
                        await connection.invalidate()  # closing it gives every lock back
            except Exception as error:
                if not store_is_away(error):
                    log.exception("shard lease lost")
            await asyncio.sleep(0.5)

    async def _review(self, connection: AsyncConnection) -> None:
        members = (
            await connection.execute(
                text(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                    " AND classid = :members AND objid = 0"
                ),
                {"members": _MEMBER_LOCKS},
            )
        ).scalar_one()
        quota = -(-SHARDS // max(1, members))
        for shard in sorted(self.held)[quota:]:
            self.held -= {shard}
            await connection.execute(text(f"SELECT pg_advisory_unlock({_SHARD_LOCKS}, {shard})"))
        for shard in range(SHARDS):
            if len(self.held) >= quota:
                break
            if shard not in self.held and await self._try(connection, shard):
                self.held |= {shard}

    async def _try(self, connection: AsyncConnection, shard: int) -> bool:
        query = text(f"SELECT pg_try_advisory_lock({_SHARD_LOCKS}, {shard})")
        return bool((await connection.execute(query)).scalar_one())
