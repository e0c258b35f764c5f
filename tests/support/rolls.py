"""A service small enough to see through: it hears of teams, and keeps a roll of what it heard.

It stands for ``notify``: it hears catalog's ``TeamChanged``, in which ``members`` is the number of the
event in its stream, marks that number on the team's roll, and publishes one ``MessageDelivered``
for it. So what was applied, how often and in which order can be read off the roll.

The other way round, :func:`change` plays catalog: it publishes a roll's next ``TeamChanged``, so that
two of these services, one store each, make a whole chain.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ClassVar, cast

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, func, select
from sqlalchemy.orm import registry

from shared.contracts.catalog import TeamChanged
from shared.contracts.notify import MessageDelivered
from shared.db.engine import Database
from shared.db.idempotency import create_idempotency_table_v1
from shared.db.types import Json
from shared.eventlog.envelope import Envelope
from shared.eventlog.outbox import Outbox
from shared.eventlog.reader import read_log
from shared.eventlog.tables import event_log
from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import utc_now
from shared.messaging.consumer import Consumer
from shared.messaging.core.inbox import Key
from shared.messaging.partitioning import REFRESH_SECONDS
from shared.messaging.relay_wakeup import RelayWakeup
from shared.messaging.schema import create_messaging_tables_v1
from shared.messaging.tables import parked, relay_cursor
from shared.unit_of_work import Transaction, UnitOfWork

SERVICE = "notify"
CODES = ("health", "law", "women", "youth", "culture", "sports")


@dataclass(eq=False, kw_only=True)
class Roll(Aggregate):
    kind: ClassVar[str] = "roll"

    code: str
    marks: list[int] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.code

    def mark(self, number: int) -> None:
        self.marks = [*self.marks, number]


metadata = MetaData()
roll = Table(
    "roll",
    metadata,
    Column("code", String(60), primary_key=True),
    Column("marks", Json, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
registry(metadata=metadata).map_imperatively(Roll, roll, version_id_col=roll.c.version)


async def mark(uow: UnitOfWork, code: str, number: int) -> None:
    """The one use case: marks ``number`` on the roll ``code``, and says so."""
    async with uow.transaction() as tx:
        found = await tx.find(Roll, code)
        if found is None:
            tx.add(found := Roll(code=code))
        found.mark(number)
        tx.record(found, delivered(code, number))


async def change(uow: UnitOfWork, code: str) -> None:
    """Publishes the next event about the team ``code``; for a store of the publisher catalog."""
    async with uow.transaction() as tx:
        await change_in(tx, code)


async def change_all(publisher: "Rolls", times: int) -> None:
    for _ in range(times):
        await asyncio.gather(*(change(publisher.uow, code) for code in CODES))


async def all_sent(publisher: "Rolls") -> bool:
    async with publisher.database.reading() as session:
        sent = await session.scalar(select(func.sum(relay_cursor.c.sent_count)))
        logged = await session.scalar(select(func.count()).select_from(event_log))
    return bool(sent == logged)


async def change_in(tx: Transaction, code: str) -> None:
    found = await tx.find(Roll, code)
    if found is None:
        tx.add(found := Roll(code=code))
    found.mark(found.event_seq + 1)
    tx.record(found, team_changed(code, found.event_seq + 1))


async def _spoil(uow: UnitOfWork, code: str) -> None:
    """Leaves a row behind that no store takes."""
    async with uow.transaction() as tx:
        (await tx.get(Roll, code)).marks = [cast(int, object())]


def delivered(code: str, number: int) -> MessageDelivered:
    return MessageDelivered(
        message_id=f"{code}-{number}", recipient_id=code, channel="inbox", about=f"team:{code}"
    )


def team_changed(code: str, number: int) -> TeamChanged:
    return TeamChanged(
        code=code,
        name="医疗卫生志愿服务队",
        name_en="Health",
        agency_code="health-bureau",
        agency_name="卫生局",
        members=number,
    )


def envelope_of(code: str, number: int) -> Envelope:
    """The ``number``-th event about the team ``code``, as catalog would send it."""
    return Envelope(
        publisher="catalog",
        type=TeamChanged.type,
        aggregate_id=f"team:{code}",
        aggregate_seq=number,
        occurred_at=utc_now(),
        body=team_changed(code, number).model_dump_json().encode(),
        traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
        correlation_id="a" * 32,
        causation_id="test",
    )


@dataclass
class Rolls:
    """The service: its store, its use case, its consumer. ``trouble`` makes it fail on the events
    (code, number) that it names, until they are taken out; of those in ``passing`` the first time only; on those in
    ``spoilt`` only when what they left behind is sent to the store."""

    database: Database
    wakeup: RelayWakeup
    uow: UnitOfWork
    trouble: dict[tuple[str, int], Exception] = field(default_factory=dict)
    passing: set[tuple[str, int]] = field(default_factory=set)
    spoilt: set[tuple[str, int]] = field(default_factory=set)
    consumer: Consumer = field(init=False)

    def __post_init__(self) -> None:
        self.consumer = self.new_consumer()

    def new_consumer(self, *, look_seconds: float = REFRESH_SECONDS) -> Consumer:
        """One more consumer of this service, as another replica would have."""
        return Consumer(
            SERVICE,
            self.uow,
            Outbox(SERVICE),
            utc_now,
            {TeamChanged: self._on_team_changed},
            retry_seconds=0.001,
            refresh_seconds=look_seconds,
        )

    async def marks(self, code: str) -> list[int]:
        async with self.database.reading() as session:
            found = await session.get(Roll, code)
        return found.marks if found else []

    async def said(self, code: str) -> list[str]:
        """The messages that the roll ``code`` published, oldest first."""
        async with self.database.reading() as session:
            log = await read_log(
                session, SERVICE, after=0, limit=10_000, aggregate_id=f"roll:{code}"
            )
        return [
            event.message_id
            for entry in log
            if isinstance(event := entry.event(), MessageDelivered)
        ]

    async def parked(self, code: str) -> dict[int, str | None]:
        """The parked events about ``code``, with their errors."""
        async with self.database.reading() as session:
            rows = await session.execute(
                select(parked)
                .where(parked.c.aggregate_id == f"team:{code}")
                .order_by(parked.c.aggregate_seq)
            )
            return {row.aggregate_seq: row.error for row in rows}

    async def count_parked(self) -> int:
        async with self.database.reading() as session:
            return (await session.execute(select(func.count()).select_from(parked))).scalar_one()

    async def _on_team_changed(self, uow: UnitOfWork, event: TeamChanged) -> None:
        # The effect comes before the failure, so that a test sees whether it is taken back.
        await mark(uow, event.code, event.members)
        what = (event.code, event.members)
        if what in self.spoilt:
            await _spoil(uow, event.code)
        if what in self.passing:
            self.passing.remove(what)
            raise RuntimeError("a fault that passes")
        if what in self.trouble:
            raise self.trouble[what]


def key(code: str) -> Key:
    return "catalog", f"team:{code}"


@asynccontextmanager
async def rolls_at(
    url: str, *, empty: bool = True, publisher: str = SERVICE
) -> AsyncIterator[Rolls]:
    """The service on the store at ``url``; makes its tables first when that is ``empty``."""
    database = Database(url)
    if empty:
        async with database.engine.begin() as connection:
            await connection.run_sync(_make_tables)
    wakeup = RelayWakeup(database)
    try:
        yield Rolls(
            database, wakeup, UnitOfWork(database, Outbox(publisher), utc_now, wakeup.notify)
        )
    finally:
        await database.close()


def _make_tables(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        create_messaging_tables_v1()
        create_idempotency_table_v1()
    metadata.create_all(connection)


def up_to(number: int) -> list[int]:
    return list(range(1, number + 1))


def numbers_by_stream(envelopes: Iterable[Envelope]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for envelope in envelopes:
        found.setdefault(envelope.aggregate_id, []).append(envelope.aggregate_seq)
    return found
