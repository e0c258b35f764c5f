"""A leased job as small as can be, in the store of the see-through service."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import Column, Integer, MetaData, String, Table
from sqlalchemy.orm import registry

from shared.db.engine import Database
from shared.eventlog.outbox import Outbox
from shared.jobs.queue import lease_columns
from shared.kernel.leased import Leased
from shared.unit_of_work import UnitOfWork
from tests.support.clock import PlayedClock
from tests.support.rolls import Rolls


@dataclass(eq=False, kw_only=True)
class Errand(Leased):
    kind: ClassVar[str] = "errand"
    LEASE: ClassVar[timedelta] = timedelta(seconds=30)
    MOST_ATTEMPTS: ClassVar[int] = 3


metadata = MetaData()
errand = Table(
    "errand",
    metadata,
    Column("id", String(36), primary_key=True),
    *lease_columns("errand"),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
registry(metadata=metadata).map_imperatively(Errand, errand, version_id_col=errand.c.version)


class Office:
    """The errands of a service, by a clock that the test moves."""

    def __init__(self, rolls: Rolls) -> None:
        self.clock = PlayedClock()
        self.database: Database = rolls.database
        self.uow = UnitOfWork(rolls.database, Outbox("notify"), self.clock, rolls.wakeup.notify)

    async def open(self) -> "Office":
        async with self.database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        return self

    async def put(self, *names: str, due_at: datetime | None = None) -> None:
        async with self.uow.transaction() as tx:
            for name in names:
                tx.add(Errand(id=name, due_at=due_at or tx.now))

    async def look(self, name: str) -> Errand:
        async with self.database.reading() as session:
            found = await session.get(Errand, name)
        assert found is not None
        return found

    async def cancel(self, name: str) -> None:
        async with self.uow.transaction() as tx:
            (await tx.get(Errand, name)).cancel()
