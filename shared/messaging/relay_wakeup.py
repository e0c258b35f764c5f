"""Wakes the relay after a commit, so that it rarely has to poll.

Inside one process this is a plain event. Between processes it is PostgreSQL's NOTIFY, sent after
the commit: inside the transaction it would take a lock of the whole server at every commit. A lost
notification costs one poll interval.
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


class RelayWakeup:
    """``notify`` is called after a commit; the relay calls ``wait``.

    ``forwarding`` and ``listening`` connect the two across processes where the store is PostgreSQL.
    On SQLite, which one process uses alone, they do nothing.
    """

    def __init__(self, database: Database, *, debounce_seconds: float = 0.0) -> None:
        """``debounce_seconds``: how long a notification to other processes is delayed, to be sent
        once for all commits of that time. Those that come while one is being sent are combined
        anyway.
        """
        self._database = database
        self._debounce_seconds = debounce_seconds
        self._local = asyncio.Event()
        self._outgoing = asyncio.Event()
        self._next = asyncio.Event()

    def notify(self) -> None:
        """Wakes the relay of this process at once, and those of other processes soon."""
        self._wake()
        self._outgoing.set()

    def _wake(self) -> None:
        self._local.set()
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Returns at the next notification, or after ``seconds``. A notification is seen by one
        waiter only.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._local.wait(), seconds)
        self._local.clear()

    async def wait_next(self, seconds: float) -> None:
        """Returns at the first notification after the call, or after ``seconds``. Any number may
        wait.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._next.wait(), seconds)

    @asynccontextmanager
    async def forwarding(self) -> AsyncIterator[None]:
        """Sends this process's notifications to the relays of other processes for the length of the
        block.
        """
        async with _background(self._forward() if self._database.dialect == "postgresql" else None):
            yield

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Receives the notifications of other processes for the length of the block."""
        async with _background(self._listen() if self._database.dialect == "postgresql" else None):
            yield

    async def _forward(self) -> None:
        while True:
            await self._outgoing.wait()
            if (
                self._debounce_seconds
            ):  # even 0 would let everything go first that waits for the processor
                await asyncio.sleep(
                    self._debounce_seconds
                )  # one NOTIFY for all that was committed meanwhile
            self._outgoing.clear()
            try:
                await self._database.run_alone(_NOTIFY)
            except Exception as error:
                log.warning(
                    "wake-up not sent, the relay's poll will find the events", error=repr(error)
                )

    async def _listen(self) -> None:
        while True:
            try:
                async with self._database.engine.connect() as connection:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    await connection.execute(text(f"LISTEN {CHANNEL}"))
                    raw: Any = (await connection.get_raw_connection()).driver_connection
                    async for _ in raw.notifies():
                        self._wake()
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
