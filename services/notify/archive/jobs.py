"""The archive is not kept for ever."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.archive.tables import archived_event
from shared.privacy.retention import BATCH, Prune


def old_events(age: timedelta) -> Prune:
    """Deletes what was archived longer ago than ``age``. It looks at the beginning only, where the oldest lie, so that
    no index by time is needed."""

    async def prune(session: AsyncSession, now: datetime) -> int:
        table = archived_event
        first = select(table.c.position, table.c.archived_at).order_by(table.c.position)
        rows = (await session.execute(first.limit(BATCH))).all()
        old = [row.position for row in rows if row.archived_at < now - age]
        if old:
            await session.execute(delete(table).where(table.c.position.in_(old)))
        return len(old)

    return prune
