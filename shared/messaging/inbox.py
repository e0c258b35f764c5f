"""Exactly-once effects, in order: what of a batch is new, what is a duplicate, what must wait.

The inbox keeps one number per foreign aggregate: its last event whose effects are stored here. An
event with a lower or equal number is a duplicate; the next one is applied; one beyond the next waits
in ``parked`` until those before it have come. So duplicated, delayed and shuffled deliveries all end
in the same state, and an event that fails holds back its own aggregate only.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import dialect_of
from shared.kernel.errors import Conflict, NotFound
from shared.messaging.envelope import Envelope
from shared.messaging.tables import inbox, parked

Key = tuple[str, str]
"""(publisher, aggregate id)"""

Apply = Callable[[Envelope], Awaitable[None]]

_CHUNK = 200
"""Keys per statement; SQLite takes at most 999 parameters in old builds."""


class WaitingFailed(Exception):
    """``envelope`` had waited in ``parked``, was due, and failed with ``fault``. The event that made it
    due is not to blame."""

    def __init__(self, envelope: Envelope, fault: Exception) -> None:
        super().__init__(f"{envelope.id}: {fault!r}")
        self.envelope = envelope
        self.fault = fault


class Inbox:
    """The inbox of one service for the length of one transaction."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now
        self._last_seq: dict[Key, int] = {}
        self._changed: set[Key] = set()
        self._parked: dict[Key, dict[int, bool]] = {}  # sequence number -> whether it failed

    async def admit(self, batch: Sequence[Envelope], apply: Apply) -> dict[str, int]:
        """Applies what is due of ``batch`` and of what waited for it; gives the number of events by
        fate: applied, duplicate, parked. What ``apply`` raises passes through, and the transaction
        must then be rolled back.

        :raises WaitingFailed: instead, when the event that failed is not of this batch.
        """
        fates = {"applied": 0, "duplicate": 0, "parked": 0}
        keys = {_key(envelope): None for envelope in batch}
        await self._open(list(keys))
        for envelope in batch:
            key, seq = _key(envelope), envelope.aggregate_seq
            if seq <= self._last_seq[key]:
                fates["duplicate"] += 1
            elif seq > self._last_seq[key] + 1 or seq in self._parked[key]:
                fates["parked"] += await self._park(envelope, error=None)
            else:
                await self._apply(envelope, apply)
                fates["applied"] += 1
                fates["applied"] += await self._apply_waiting(key, apply)
        await self._close()
        return fates

    async def park_failed(self, envelope: Envelope, error: str) -> None:
        """Sets a failed event aside, or notes how it failed if it was; what comes after it in its
        stream will wait behind it."""
        await self._open([_key(envelope)])
        if envelope.aggregate_seq > self._last_seq[_key(envelope)]:
            await self._park(envelope, error=error)

    async def redrive(self, key: Key, apply: Apply) -> bool:
        """Tries the next parked event of an aggregate, though it failed before; False: it is not here.

        :raises WaitingFailed: it failed again.
        """
        await self._open([key])
        due = self._last_seq[key] + 1
        if due not in self._parked[key]:
            return False
        await self._apply_parked(key, due, apply)
        await self._close()
        return True

    async def discard(self, key: Key, seq: int) -> str:
        """Lets a failed event go without its effects; gives its type. What waits behind it is due then.

        :raises NotFound: it is not parked here. :raises Conflict: it has not failed, or is not the next.
        """
        await self._open([key])
        row = await get_parked(self._session, key, seq)
        if seq != self._last_seq[key] + 1 or row.error is None:
            raise Conflict("parked_event.not_next", field="aggregate_seq", next=self._last_seq[key] + 1)
        await self._session.execute(delete(parked).where(_place(key, seq)))
        self._last_seq[key] = seq
        self._changed.add(key)
        await self._close()
        return str(row.type)

    async def _open(self, keys: list[Key]) -> None:
        """Reads the positions and locks them, so that a second consumer of the same queue (one that
        has not yet noticed that it lost its connection) waits here, and then finds duplicates."""
        keys = sorted(keys)
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            await self._session.execute(
                self._insert(inbox).on_conflict_do_nothing(),
                [{"publisher": publisher, "aggregate_id": aggregate, "last_seq": 0} for publisher, aggregate in chunk],
            )
            where = tuple_(inbox.c.publisher, inbox.c.aggregate_id).in_(chunk)
            rows = await self._session.execute(
                select(inbox).where(where).order_by(inbox.c.publisher, inbox.c.aggregate_id).with_for_update()
            )
            self._last_seq |= {(row.publisher, row.aggregate_id): row.last_seq for row in rows}
            self._parked |= {key: {} for key in chunk}
            waiting = await self._session.execute(
                select(
                    parked.c.publisher, parked.c.aggregate_id, parked.c.aggregate_seq, parked.c.error.is_not(None)
                ).where(tuple_(parked.c.publisher, parked.c.aggregate_id).in_(chunk))
            )
            for publisher, aggregate, seq, failed in waiting:
                self._parked[publisher, aggregate][seq] = bool(failed)

    async def _close(self) -> None:
        if self._changed:
            await self._session.execute(
                update(inbox)
                .where(inbox.c.publisher == bindparam("of"), inbox.c.aggregate_id == bindparam("which"))
                .values(last_seq=bindparam("seq")),
                [{"of": key[0], "which": key[1], "seq": self._last_seq[key]} for key in sorted(self._changed)],
            )
        self._changed.clear()

    async def _apply(self, envelope: Envelope, apply: Apply) -> None:
        await apply(envelope)
        self._last_seq[_key(envelope)] = envelope.aggregate_seq
        self._changed.add(_key(envelope))

    async def _apply_waiting(self, key: Key, apply: Apply) -> int:
        applied = 0
        while self._parked[key].get(due := self._last_seq[key] + 1) is False:  # there, and not failed
            await self._apply_parked(key, due, apply)
            applied += 1
        return applied

    async def _apply_parked(self, key: Key, seq: int, apply: Apply) -> None:
        where = _place(key, seq)
        row = (await self._session.execute(select(parked).where(where))).one()
        envelope = Envelope.from_headers(row.headers, bytes(row.body))
        try:
            await self._apply(envelope, apply)
        except Exception as error:
            raise WaitingFailed(envelope, error) from error
        await self._session.execute(delete(parked).where(where))
        del self._parked[key][seq]

    async def _park(self, envelope: Envelope, *, error: str | None) -> int:
        """1 when it is newly parked, 0 when it was already."""
        known = self._parked[_key(envelope)]
        if envelope.aggregate_seq in known:
            if error is not None:
                where = _place(_key(envelope), envelope.aggregate_seq)
                await self._session.execute(update(parked).where(where).values(error=error))
            return 0
        known[envelope.aggregate_seq] = error is not None
        await self._session.execute(
            insert(parked).values(
                publisher=envelope.publisher,
                aggregate_id=envelope.aggregate_id,
                aggregate_seq=envelope.aggregate_seq,
                type=envelope.type,
                headers=envelope.headers(),
                body=envelope.body,
                parked_at=self._now,
                error=error,
            )
        )
        return 1

    def _insert(self, table: object) -> "postgresql.Insert | sqlite.Insert":
        make = postgresql.insert if dialect_of(self._session) == "postgresql" else sqlite.insert
        return make(table)  # type: ignore[arg-type]


def _key(envelope: Envelope) -> Key:
    return envelope.publisher, envelope.aggregate_id


def _place(key: Key, seq: int) -> ColumnElement[bool]:
    """Where an event lies in ``parked``."""
    return and_(parked.c.publisher == key[0], parked.c.aggregate_id == key[1], parked.c.aggregate_seq == seq)


async def get_parked(session: AsyncSession, key: Key, seq: int) -> Row[Any]:
    """:raises NotFound: it is not parked here."""
    row = (await session.execute(select(parked).where(_place(key, seq)))).one_or_none()
    if row is None:
        raise NotFound("parked_event", f"{key[0]}/{key[1]}#{seq}")
    return row


async def measure_parked(session: AsyncSession) -> tuple[int, int, datetime | None]:
    """How many events failed, how many wait behind these, and since when the oldest failed one does."""
    failed = parked.c.error.is_not(None)
    query = select(func.count(), func.count().filter(failed), func.min(parked.c.parked_at).filter(failed))
    total, faults, oldest = (await session.execute(query.select_from(parked))).one()
    return faults, total - faults, oldest


async def count_applied(session: AsyncSession) -> dict[str, int]:
    """How many events of each publisher have their effects in this store."""
    query = select(inbox.c.publisher, func.sum(inbox.c.last_seq).label("total")).group_by(inbox.c.publisher)
    return {row.publisher: row.total for row in await session.execute(query)}
