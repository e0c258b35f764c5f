"""Seals the audit log into a chain of hashes, and verifies it.

Writers don't wait for each other: rows are plain inserts. A seal covers the rows of all
transactions that ended between the watermark of the previous seal and its own. A row that commits
late is in the next seal, and none is skipped. Whoever can write to the store could forge the whole
chain. Its head is therefore logged, to be kept elsewhere.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit.record import canonical
from shared.audit.tables import audit_log, audit_seal
from shared.db.engine import Database, dialect_of, store_is_away
from shared.db.types import TransactionsEndedBelow
from shared.kernel.clock import Clock
from shared.telemetry.logs import logger

SEAL_SECONDS = 5.0
LATEST_SEAL = timedelta(minutes=5)
"""Rows that wait longer than this for their seal are worth a finding."""

GENESIS = "0" * 64
_SEALER_LOCK = 0x0D1A_0003

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``wrong`` is empty when the chain holds; ``head`` is its last hash."""

    seals: int
    rows: int
    unsealed: int
    head: str
    wrong: list[str]


async def seal(database: Database, clock: Clock) -> str | None:
    """Seals what has ended since the last seal. Returns its hash, or None if there is nothing or
    another process does it.
    """
    async with database.writing() as session:
        if dialect_of(session) == "postgresql":
            taken = await session.scalar(text(f"SELECT pg_try_advisory_xact_lock({_SEALER_LOCK})"))
            if not taken:
                return None
        last = (
            await session.execute(select(audit_seal).order_by(audit_seal.c.seq.desc()).limit(1))
        ).one_or_none()
        start = last.until if last else 0
        until = await _watermark(session)
        count, digest = await _digest(session, last.hash if last else GENESIS, start, until)
        if count == 0:
            return None
        await session.execute(
            insert(audit_seal).values(
                seq=last.seq + 1 if last else 1,
                until=until,
                rows=count,
                hash=digest,
                sealed_at=clock(),
            )
        )
    log.info("audit log sealed", rows=count, head=digest)
    return digest


async def keep_sealing(database: Database, clock: Clock, stop: asyncio.Event) -> None:
    """Seals again and again until ``stop`` is set, and once more before it ends."""
    while True:
        try:
            await seal(database, clock)
        except Exception as error:
            if not store_is_away(error):
                log.exception("audit log not sealed")
        if stop.is_set():
            return
        try:
            await asyncio.wait_for(stop.wait(), SEAL_SECONDS)
        except TimeoutError:
            continue


async def verify(database: Database, clock: Clock, *, expect: str | None = None) -> Verdict:
    """Recomputes every seal. ``expect`` is a head that was recorded elsewhere; it must be in the
    chain.
    """
    wrong: list[str] = []
    async with database.scanning() as session:
        seals = (await session.execute(select(audit_seal).order_by(audit_seal.c.seq))).all()
        head, start, rows = GENESIS, 0, 0
        for number, entry in enumerate(seals, 1):
            if entry.seq != number:
                wrong.append(f"seal {number} is missing")
                break
            count, digest = await _digest(session, head, start, entry.until)
            if (count, digest) != (entry.rows, entry.hash):
                said = (
                    f"has {count} rows instead of {entry.rows}"
                    if count != entry.rows
                    else "has a changed row"
                )
                wrong.append(f"seal {entry.seq} of {entry.sealed_at.isoformat()} {said}")
                break
            head, start, rows = entry.hash, entry.until, rows + count
        if expect is not None and not wrong and expect not in {entry.hash for entry in seals}:
            wrong.append(f"no seal has the hash {expect}")
        late = select(func.count(), func.min(audit_log.c.at)).where(_position(session) >= start)
        unsealed, oldest = (await session.execute(late)).one()
        if not wrong and unsealed and clock() - oldest > LATEST_SEAL:
            wrong.append(
                f"{unsealed} rows since {oldest.isoformat()} have no seal; does the relay run?"
            )
    return Verdict(seals=len(seals), rows=rows, unsealed=unsealed, head=head, wrong=wrong)


def _position(session: AsyncSession) -> ColumnElement[int]:
    """Returns what rises in the order in which transactions end; on SQLite, with one writer at a
    time, the id.
    """
    return audit_log.c.txid if dialect_of(session) == "postgresql" else audit_log.c.id


async def _watermark(session: AsyncSession) -> int:
    if dialect_of(session) == "postgresql":
        return int((await session.execute(select(TransactionsEndedBelow()))).scalar_one())
    return int((await session.scalar(select(func.coalesce(func.max(audit_log.c.id), 0)))) or 0) + 1


async def _digest(session: AsyncSession, before: str, start: int, until: int) -> tuple[int, str]:
    """Returns the number of rows from position ``start`` to below ``until``, and their hash."""
    position = _position(session)
    query = (
        select(audit_log)
        .where(position >= start, position < until)
        .order_by(position, audit_log.c.id)
    )
    digest, count = hashlib.sha256(before.encode()), 0
    async for row in await session.stream(query.execution_options(yield_per=500)):
        said = {
            "id": row.id,
            "at": row.at.isoformat(),
            "subject": row.subject,
            "roles": row.roles,
            "action": row.action,
            "address": row.address,
            "correlation_id": row.correlation_id,
            "changes": row.changes,
        }
        digest.update(canonical(said).encode())
        count += 1
    return count, digest.hexdigest()
