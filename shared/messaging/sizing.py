"""Into how many queues a service's events come in: kept in its store, so that it can be changed while all runs."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from shared.db.engine import Database, dialect_of
from shared.eventlog.position import Hear
from shared.messaging.broker import Broker, Handler, Inlet
from shared.messaging.tables import inlet_size
from shared.telemetry.logs import logger
from shared.unit_of_work import UnitOfWork

LOOK_SECONDS = 2.0
"""How soon every process of the service notices."""

ROW = 1

log = logger(__name__)


class Sizing:
    """``inlet`` is as the store said last; before anybody resized it, as the settings say."""

    def __init__(self, inlet: Inlet, database: Database, *, look_seconds: float = LOOK_SECONDS) -> None:
        self.inlet = inlet
        self.changed = asyncio.Event()
        """Somebody resized it: what consumes ``inlet`` must begin anew."""
        self.consuming = asyncio.Event()
        """What was asked for by ``consume`` has begun."""
        self._settings = inlet
        self._database = database
        self._look_seconds = look_seconds

    async def look(self) -> Inlet:
        """Reads what is wanted now."""
        async with self._database.reading() as session:
            row = (await session.execute(select(inlet_size))).one_or_none()
        if row is None:
            return self.inlet
        found = replace(self._settings, partitions=row.partitions, is_settled=row.is_settled)
        before, self.inlet = self.inlet, found
        if before.partitions != found.partitions or (before.is_settled and not found.is_settled):
            self.changed.set()
        return found

    async def follow(self, stop: asyncio.Event, expect: Callable[[Inlet], None]) -> None:
        """Until ``stop``: looks now and then, and tells ``expect``."""
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._look_seconds)
            try:
                expect(await self.look())
            except Exception as error:
                log.warning("size of the inlet not read, trying again", error=repr(error))

    async def consume(self, broker: Broker, handler: Handler, hear: Hear, stop: asyncio.Event) -> None:
        """Until ``stop``: consumes the inlet in the size that it has, in another as soon as it is resized."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self.changed.clear()
                try:
                    async with broker.consuming(self.inlet, handler, hear, self):
                        self.consuming.set()
                        resized = asyncio.create_task(self.changed.wait())
                        await asyncio.wait({stopped, resized}, return_when=asyncio.FIRST_COMPLETED)
                        resized.cancel()
                except Exception as error:
                    # Whatever it was: who stops consuming leaves a service deaf until its restart.
                    log.warning("not consuming, trying again", error=repr(error))
                    await asyncio.wait({stopped}, timeout=1)
        finally:
            stopped.cancel()

    async def resize(self, partitions: int, unit: UnitOfWork) -> Inlet:
        """From now on the events come in by so many queues. Also with the number that is, to tidy up once more."""
        async with unit.transaction() as tx:
            insert = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
            wanted = {"partitions": partitions, "is_settled": False}
            await tx.session.execute(
                insert(inlet_size)
                .values(id=ROW, **wanted)
                .on_conflict_do_update(index_elements=[inlet_size.c.id], set_=wanted)
            )
            tx.note("inlet", self.inlet.service, before=str(self.inlet.partitions), partitions=str(partitions))
        log.info("inlet resized", service=self.inlet.service, partitions=partitions)
        return replace(self._settings, partitions=partitions, is_settled=False)

    async def settle(self, inlet: Inlet) -> None:
        """Nothing is left on the broker of other sizes than this one's."""
        async with self._database.writing() as session:
            await session.execute(
                update(inlet_size).where(inlet_size.c.partitions == inlet.partitions).values(is_settled=True)
            )
        log.info("inlet settled", service=inlet.service, partitions=inlet.partitions)
