"""How many queues a service's events arrive in. Kept in its store, so that it can be changed while
everything runs.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from shared.db.engine import Database, dialect_of
from shared.eventlog.position import PositionHandler
from shared.messaging.broker import Broker, ConsumerQueues, Handler
from shared.messaging.tables import consumer_partitions
from shared.telemetry.logs import logger
from shared.unit_of_work import UnitOfWork

REFRESH_SECONDS = 2.0
"""How often each process of the service reads the partition count."""

ROW = 1

log = logger(__name__)


class Partitioning:
    """``queues`` is what the store said last, or what the settings say while nobody has resized it."""

    def __init__(
        self,
        queues: ConsumerQueues,
        database: Database,
        *,
        refresh_seconds: float = REFRESH_SECONDS,
    ) -> None:
        self.queues = queues
        self.changed = asyncio.Event()
        """Set when the count was changed: whatever consumes ``queues`` must start again."""
        self.consuming = asyncio.Event()
        """Set when ``consume`` has started to consume."""
        self._settings = queues
        self._database = database
        self._refresh_seconds = refresh_seconds

    async def refresh(self) -> ConsumerQueues:
        """Reads the queues that are wanted now."""
        async with self._database.reading() as session:
            row = (await session.execute(select(consumer_partitions))).one_or_none()
        if row is None:
            return self.queues
        found = replace(self._settings, partitions=row.partitions, is_settled=row.is_settled)
        before, self.queues = self.queues, found
        if before.partitions != found.partitions or (before.is_settled and not found.is_settled):
            self.changed.set()
        return found

    async def follow(self, stop: asyncio.Event, expect: Callable[[ConsumerQueues], None]) -> None:
        """Refreshes now and then until ``stop``, and passes the result to ``expect``."""
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._refresh_seconds)
            try:
                expect(await self.refresh())
            except Exception as error:
                log.warning("partition count not read, trying again", error=repr(error))

    async def consume(
        self, broker: Broker, handler: Handler, on_positions: PositionHandler, stop: asyncio.Event
    ) -> None:
        """Consumes the queues until ``stop``, and starts again whenever they are resized."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self.changed.clear()
                try:
                    async with broker.consuming(self.queues, handler, on_positions, self):
                        self.consuming.set()
                        resized = asyncio.create_task(self.changed.wait())
                        await asyncio.wait({stopped, resized}, return_when=asyncio.FIRST_COMPLETED)
                        resized.cancel()
                except Exception as error:
                    # Whatever it was: if this loop ended, the service would receive nothing until
                    # its restart.
                    log.warning("not consuming, trying again", error=repr(error))
                    await asyncio.wait({stopped}, timeout=1)
        finally:
            stopped.cancel()

    async def resize(self, partitions: int, unit: UnitOfWork) -> ConsumerQueues:
        """Sets the number of queues. The present number is allowed too: it removes surplus queues
        once more.
        """
        async with unit.transaction() as tx:
            insert = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
            wanted = {"partitions": partitions, "is_settled": False}
            await tx.session.execute(
                insert(consumer_partitions)
                .values(id=ROW, **wanted)
                .on_conflict_do_update(index_elements=[consumer_partitions.c.id], set_=wanted)
            )
            before = str(self.queues.partitions)
            tx.note(
                "consumer_queues", self.queues.service, before=before, partitions=str(partitions)
            )
        log.info("queues resized", service=self.queues.service, partitions=partitions)
        return replace(self._settings, partitions=partitions, is_settled=False)

    async def mark_settled(self, queues: ConsumerQueues) -> None:
        """Records that no queues of another partition count are left on the broker."""
        partitions = consumer_partitions.c.partitions
        async with self._database.writing() as session:
            await session.execute(
                update(consumer_partitions)
                .where(partitions == queues.partitions)
                .values(is_settled=True)
            )
        log.info("queues settled", service=queues.service, partitions=queues.partitions)
