"""Publishes a service's event log, in order and without omissions."""

import asyncio
from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import (
    ARRAY,
    Integer,
    SmallInteger,
    and_,
    any_,
    bindparam,
    column,
    func,
    or_,
    select,
    text,
    true,
    update,
)

from shared.db.engine import Database
from shared.db.types import TransactionsEndedBelow
from shared.eventlog.envelope import Envelope
from shared.eventlog.reader import IN_ENVELOPE, to_envelopes
from shared.eventlog.tables import event_log
from shared.messaging.backoff import backoff_seconds
from shared.messaging.broker import Broker, BrokerUnavailable
from shared.messaging.core import drive
from shared.messaging.core import relay as core
from shared.messaging.core.relay import ShardState, Window
from shared.messaging.relay_wakeup import RelayWakeup
from shared.messaging.shards import ShardLease
from shared.messaging.tables import relay_cursor
from shared.telemetry import metrics
from shared.telemetry.logs import logger

POLL_SECONDS = 1.0
HELD_BACK_SECONDS, MOST_HELD_BACK_SECONDS = 0.005, 0.05
"""How soon to look again when an event is committed, but an earlier transaction (of anyone on the
database server) is still open: its end notifies nobody. Each attempt in vain makes the next one
later."""

_BEGUN = and_(
    event_log.c.txid >= relay_cursor.c.window_from,
    event_log.c.txid < relay_cursor.c.window_to,
    event_log.c.id > relay_cursor.c.sent_id,
)
"""What a cursor's window still has to send."""

# Each is made once: a round's statements would cost more to put together than to run.
_FRESH = and_(
    event_log.c.txid >= relay_cursor.c.window_to, event_log.c.txid < TransactionsEndedBelow()
)
_OF_SHARD = event_log.c.shard == relay_cursor.c.shard
_STATE = (
    relay_cursor,
    select(event_log.c.id).where(_OF_SHARD, _BEGUN).exists().label("unfinished"),
    TransactionsEndedBelow().label("watermark"),
    select(event_log.c.id)
    .where(_OF_SHARD, event_log.c.txid >= TransactionsEndedBelow())
    .exists()
    .label("held_back"),
)
_READ_STATE = select(
    *_STATE,
    select(func.min(event_log.c.id)).where(_OF_SHARD, _FRESH).scalar_subquery().label("first"),
).where(relay_cursor.c.shard.in_(bindparam("shards", expanding=True)))

PREFETCH_PER_SHARD = 8
"""How many new events of a shard are read together with its state. Mostly there are no more, and
one statement does."""

# + 0: else PostgreSQL walks the whole log by id to find none.
_FIRST_FEW = (
    select(*IN_ENVELOPE)
    .where(_OF_SHARD, _FRESH)
    .order_by(event_log.c.id + 0)
    .limit(PREFETCH_PER_SHARD)
    .lateral("first")
)
_READ_STATE_ON_POSTGRES = (
    select(*_STATE, *_FIRST_FEW.c)
    .select_from(relay_cursor.outerjoin(_FIRST_FEW, true()))
    .where(relay_cursor.c.shard == any_(bindparam("shards", type_=ARRAY(SmallInteger))))
    .order_by(relay_cursor.c.shard, _FIRST_FEW.c.id)
)

_READ_ONE = (
    select(*IN_ENVELOPE)
    .where(
        event_log.c.shard == bindparam("of"),
        event_log.c.id > bindparam("sent"),
        event_log.c.txid >= bindparam("from"),
        event_log.c.txid < bindparam("to"),
    )
    .order_by(event_log.c.id)
    .limit(bindparam("most"))
)
_ADVANCE = (
    update(relay_cursor)
    .where(
        relay_cursor.c.shard == bindparam("of"),
        or_(
            and_(
                relay_cursor.c.window_to == bindparam("to"),
                relay_cursor.c.sent_id < bindparam("sent"),
            ),
            relay_cursor.c.window_to == bindparam("from"),
        ),
    )
    .values(
        window_from=bindparam("from"),
        window_to=bindparam("to"),
        sent_id=bindparam("sent"),
        sent_count=bindparam("count"),
    )
)

# On PostgreSQL one statement does for all windows.
_READ_ON_POSTGRES = text("""
    SELECT span.page,
        found.id, found.type, found.aggregate_id, found.aggregate_seq, found.occurred_at, found.headers, found.body
    FROM unnest(
        CAST(:shards AS smallint[]), CAST(:froms AS text[])::xid8[], CAST(:tos AS text[])::xid8[],
        CAST(:sents AS bigint[])
    ) WITH ORDINALITY AS span (shard, from_txid, to_txid, sent_id, page)
    CROSS JOIN LATERAL (
        SELECT * FROM event_log
        WHERE event_log.shard = span.shard AND event_log.id > span.sent_id
            AND event_log.txid >= span.from_txid AND event_log.txid < span.to_txid
        ORDER BY event_log.id LIMIT :most
    ) AS found
    ORDER BY span.page, found.id
""").columns(column("page", Integer), *IN_ENVELOPE)
_ADVANCE_ON_POSTGRES = text("""
    UPDATE relay_cursor SET
        window_from = span.from_txid, window_to = span.to_txid, sent_id = span.sent_id, sent_count = span.sent_count
    FROM unnest(
        CAST(:shards AS smallint[]), CAST(:froms AS text[])::xid8[], CAST(:tos AS text[])::xid8[],
        CAST(:sents AS bigint[]), CAST(:counts AS bigint[])
    ) AS span (shard, from_txid, to_txid, sent_id, sent_count)
    WHERE relay_cursor.shard = span.shard AND (
        relay_cursor.window_to = span.to_txid AND relay_cursor.sent_id < span.sent_id
        OR relay_cursor.window_to = span.from_txid
    )
""")

log = logger(__name__)


class Relay:
    """Publishes the events below the watermark of the shards that this process has leased."""

    def __init__(
        self,
        publisher: str,
        database: Database,
        broker: Broker,
        wakeup: RelayWakeup,
        lease: ShardLease,
        *,
        poll_seconds: float = POLL_SECONDS,
        linger_seconds: float = 0.0,
    ) -> None:
        """``linger_seconds``: how long events wait for more, to be sent in one round."""
        self.publisher = publisher
        self._database = database
        self._broker = broker
        self._wakeup = wakeup
        self._lease = lease
        self._poll_seconds = poll_seconds
        self._linger_seconds = linger_seconds
        self._held_back = (
            0  # how many rounds one after another left events behind an open transaction
        )
        self._goes_on = False
        self._prefetched: dict[tuple[int, int], list[Envelope]] = {}
        """New events that came with the last state, up to ``PREFETCH_PER_SHARD`` a shard, by shard
        and watermark."""

    async def run(self, stop: asyncio.Event) -> None:
        """Publishes and waits for the next commit, again and again until ``stop``."""
        failures = 0
        while not stop.is_set():
            try:
                await self.publish_due()
                failures = 0
                if not self._goes_on:  # every commit from now on notifies
                    await self._wait_for_commit(stop)
            except Exception as error:
                failures += 1
                level = log.info if isinstance(error, BrokerUnavailable) else log.warning
                level(
                    "events wait for the broker or the store", error=repr(error), failures=failures
                )
                await self._wait_or_stop(stop, backoff_seconds(failures))

    async def _wait_for_commit(self, stop: asyncio.Event) -> None:
        again = min(HELD_BACK_SECONDS * self._held_back, MOST_HELD_BACK_SECONDS)
        await self._wakeup.wait(again if self._held_back else self._poll_seconds)
        if self._linger_seconds:  # a process that ends waits for no more events
            await self._wait_or_stop(stop, self._linger_seconds)
        else:
            await asyncio.sleep(0)

    async def publish_due(self) -> int:
        """Runs one round, and returns how many events the broker accepted.

        :raises BrokerUnavailable: the broker accepts nothing now; the log keeps everything.
        """
        done = await drive(core.publish_due(), self._do)
        self._goes_on = done.goes_on
        before = 0 if done.sent else self._held_back
        self._held_back = before + 1 if done.held_back else 0
        if done.sent < done.due:
            metrics.PUBLISH_FAILURES.labels(self.publisher).inc()
            raise BrokerUnavailable("not every event was confirmed")
        return done.sent

    async def _do(self, step: core.Step) -> object:
        match step:
            case core.ReadState():
                return await self._read_state()
            case core.Read(windows, limit):
                return await self._read(windows, limit)
            case core.Publish(wave):  # no transaction is open here: the broker may take its time
                outcome = await self._broker.publish(wave)
                metrics.EVENTS_PUBLISHED.labels(self.publisher).inc(sum(outcome))
                return outcome
            case core.Advance(moves):
                await self._advance(moves)
        return None

    async def _read_state(self) -> list[ShardState]:
        on_postgres = self._database.dialect == "postgresql"
        query = _READ_STATE_ON_POSTGRES if on_postgres else _READ_STATE
        rows = await self._database.run_alone(query, {"shards": sorted(self._lease.held)})
        self._prefetched = {}
        states: list[ShardState] = []
        for shard, of_shard in groupby(rows, lambda row: row.shard):
            row, *rest = of_shard
            first = row.id if on_postgres else row.first
            if on_postgres and first is not None:
                self._prefetched[shard, row.watermark] = to_envelopes(self.publisher, [row, *rest])
            states.append(
                ShardState(
                    shard,
                    row.window_from,
                    row.window_to,
                    row.sent_id,
                    row.sent_count,
                    row.unfinished,
                    first,
                    row.watermark,
                    row.held_back,
                )
            )
        return states

    async def _read(self, windows: Sequence[Window], limit: int) -> list[list[Envelope]]:
        prefetched = [
            self._prefetched.get((window.shard, window.to_txid), []) for window in windows
        ]
        if all(0 < len(page) < PREFETCH_PER_SHARD for page in prefetched):
            return prefetched
        pages: list[list[Envelope]] = [[] for _ in windows]
        async with self._database.reading() as session:
            if self._database.dialect == "postgresql":
                rows = (
                    await session.execute(_READ_ON_POSTGRES, _columns(windows) | {"most": limit})
                ).all()
                for row, envelope in zip(rows, to_envelopes(self.publisher, rows), strict=True):
                    pages[row.page - 1].append(envelope)
            else:
                for number, window in enumerate(windows):
                    found = await session.execute(_READ_ONE, _parameters(window) | {"most": limit})
                    pages[number] = to_envelopes(self.publisher, found)
        return pages

    async def _advance(self, moves: Sequence[Window]) -> None:
        if self._database.dialect == "postgresql":
            await self._database.run_alone(_ADVANCE_ON_POSTGRES, _columns(moves))
            return
        async with self._database.writing() as session:
            await session.execute(_ADVANCE, [_parameters(window) for window in moves])

    async def _wait_or_stop(self, stop: asyncio.Event, seconds: float) -> None:
        waiting = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({waiting}, timeout=seconds)
        finally:
            waiting.cancel()


def _parameters(window: Window) -> dict[str, int]:
    return {
        "of": window.shard,
        "from": window.from_txid,
        "to": window.to_txid,
        "sent": window.sent_id,
        "count": window.sent_count,
    }


def _columns(windows: Sequence[Window]) -> dict[str, object]:
    """Returns parameters for ``unnest``. Drivers know no xid8, so its numbers are passed as text."""
    return {
        "shards": [window.shard for window in windows],
        "froms": [str(window.from_txid) for window in windows],
        "tos": [str(window.to_txid) for window in windows],
        "sents": [window.sent_id for window in windows],
        "counts": [window.sent_count for window in windows],
    }


async def outbox_depth(database: Database) -> int:
    """Returns how many events wait to be published."""
    # Counted apart, shard by shard: so PostgreSQL sees how little there is to read. As one
    # condition, or as a join, it expects a third of the log, and reads it or compiles the query
    # first.
    of_shard = select(func.count()).where(event_log.c.shard == relay_cursor.c.shard)
    new = of_shard.where(event_log.c.txid >= relay_cursor.c.window_to).scalar_subquery()
    query = select(func.sum(of_shard.where(_BEGUN).scalar_subquery() + new)).select_from(
        relay_cursor
    )
    async with database.reading() as session:
        return int((await session.execute(query)).scalar_one() or 0)
