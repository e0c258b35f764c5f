"""Deletes in small batches what is older than its retention period.

The event log stays whole; it contains no personal data.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Date, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import Database, forget
from shared.db.idempotency import idempotency_key
from shared.identity.tables import revoked_access
from shared.kernel.clock import CHINA, Clock, business_now
from shared.privacy.tables import person_part
from shared.telemetry.logs import logger

BATCH = 200
"""Rows a transaction."""

PAUSE_SECONDS = 0.05
"""Between two batches, so that a long overdue round leaves others room."""

FIRST_SECONDS = 5.0
"""From the start to the first round: what a starting process does for its users comes first."""

INTERVAL_SECONDS = 3600.0
IDEMPOTENCY_KEPT = timedelta(days=30)

REVOCATIONS_KEPT = timedelta(days=1)
"""Longer than an access token lives: those that a row takes back have ended by themselves."""

Prune = Callable[[AsyncSession, datetime], Awaitable[int]]
"""Deletes one batch of what is too old at the given moment; gives how many rows, 0 when there is no
more."""

log = logger(__name__)


def older_than(moment: Column[Any], age: timedelta) -> Prune:
    """Deletes the rows whose ``moment``, or day in China, is longer ago than ``age``. Their table has one
    primary key column.
    """
    table = moment.table
    (key,) = table.primary_key.columns

    async def prune(session: AsyncSession, now: datetime) -> int:
        end: Any = now - age
        if isinstance(moment.type, Date):
            end = end.astimezone(CHINA).date()
        old = (
            await session.scalars(select(key).where(moment < end).order_by(moment).limit(BATCH))
        ).all()
        if old:
            await session.execute(delete(table).where(key.in_(old)))
            await forget(session)
        return len(old)

    return prune


def by_business_time(prune: Prune, clock: Clock) -> Prune:
    """Reckons by business time: of rows that say when, in business, something was done."""

    async def prune_then(session: AsyncSession, _now: datetime) -> int:
        return await prune(session, business_now(clock).astimezone(UTC))

    return prune_then


EXPIRED_PARTS = older_than(person_part.c.expires_at, timedelta(0))
OLD_REVOCATIONS = older_than(revoked_access.c.before, REVOCATIONS_KEPT)
OLD_IDEMPOTENCY_KEYS = older_than(idempotency_key.c.created_at, IDEMPOTENCY_KEPT)


async def prune_all(database: Database, prunes: Sequence[Prune], now: datetime) -> int:
    """Deletes all that is too old, batch by batch, and returns the number of rows."""
    done = 0
    for prune in prunes:
        while True:
            async with database.writing() as session:
                count = await prune(session, now)
            if not count:
                break
            done += count
            await asyncio.sleep(PAUSE_SECONDS)
    return done


def retention(
    database: Database, clock: Clock, prunes: Sequence[Prune]
) -> Callable[[asyncio.Event], Any]:
    """Returns the job, which runs soon after the start and then every hour."""

    async def run(stop: asyncio.Event) -> None:
        seconds = FIRST_SECONDS
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)
            if stop.is_set():
                return
            seconds = INTERVAL_SECONDS
            try:
                if count := await prune_all(database, prunes, clock()):
                    log.info("old rows deleted", rows=count)
            except Exception as error:  # the store is away; the next round comes
                log.warning("retention failed, trying again later", error=type(error).__name__)

    return run
