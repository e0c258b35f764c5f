"""Wakes the relay after a commit, so that it need not ask often.

In one process a plain event does. Across processes PostgreSQL's NOTIFY does, after the commit: inside
the transaction it would take a lock of the whole server at every commit. A ring that gets lost costs
one poll interval, nothing else.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import text

from shared.db.engine import Database
from shared.kernel.tasks import end
from shared.telemetry.logs import logger

CHANNEL = "diancai_outbox"
_NOTIFY = text(f"NOTIFY {CHANNEL}")

log = logger(__name__)


class Doorbell:
    """``ring`` after a commit; ``wait`` in the relay. ``carrying`` and ``listening`` connect the two
    across processes when the store is PostgreSQL, and do nothing when it is SQLite."""

    def __init__(self, database: Database, *, debounce_seconds: float = 0.0) -> None:
        """``debounce_seconds``: how long a ring to other processes waits, to be carried with those that
        follow it; those that come while one is on its way go together anyway."""
        self._database = database
        self._debounce_seconds = debounce_seconds
        self._local = asyncio.Event()
        self._outgoing = asyncio.Event()
        self._next = asyncio.Event()

    def ring(self) -> None:
        self._rung()
        self._outgoing.set()

    def _rung(self) -> None:
        self._local.set()
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Until someone rings, at most ``seconds``."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._local.wait(), seconds)
        self._local.clear()

    async def next_ring(self, seconds: float) -> None:
        """Until someone rings after this was called, at most ``seconds``; for others than the relay, any number."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._next.wait(), seconds)

    @asynccontextmanager
    async def carrying(self) -> AsyncIterator[None]:
        """For the length of the block, this process's rings reach the relays of other processes."""
        async with _background(self._carry() if self._database.dialect == "postgresql" else None):
            yield

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """For the length of the block, the rings of other processes are heard here."""
        async with _background(self._listen() if self._database.dialect == "postgresql" else None):
            yield

    async def _carry(self) -> None:
        while True:
            await self._outgoing.wait()
            if self._debounce_seconds:  # even 0 would let everything go first that waits for the processor
                await asyncio.sleep(self._debounce_seconds)  # one NOTIFY for all that was committed meanwhile
            self._outgoing.clear()
            try:
                await self._database.run_alone(_NOTIFY)
            except Exception as error:
                log.warning("ring not carried, the relay's poll will find it", error=repr(error))

    async def _listen(self) -> None:
        while True:
            try:
                async with self._database.engine.connect() as connection:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    await connection.execute(text(f"LISTEN {CHANNEL}"))
                    raw: Any = (await connection.get_raw_connection()).driver_connection
                    async for _ in raw.notifies():
                        self._rung()
            except Exception as error:
                log.warning("not listening, polling instead", error=repr(error))
            await asyncio.sleep(1)


@asynccontextmanager
async def _background(work: Any) -> AsyncIterator[None]:
    if work is None:
        yield
        return
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await end(task)
