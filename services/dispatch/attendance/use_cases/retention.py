"""How long attendance and hours are kept."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.attendance.tables import attendance, hours_claim, scan, service_hours
from shared.kernel.clock import CHINA, Clock
from shared.privacy.retention import BATCH, Prune, by_business_time, older_than


def old_hours(years: int, clock: Clock) -> list[Prune]:
    """Deletes hours, claims, attendance and scans after so many years."""
    kept = timedelta(days=366 * years)
    moments = service_hours.c.ends_at, hours_claim.c.ends_at, scan.c.received_at
    prunes = [_old_attendance(kept), *(older_than(moment, kept) for moment in moments)]
    return [by_business_time(prune, clock) for prune in prunes]


def _old_attendance(kept: timedelta) -> Prune:
    async def prune(session: AsyncSession, now: datetime) -> int:
        last = (now - kept).astimezone(CHINA).date()
        query = select(attendance.c.id).where(attendance.c.on < last).order_by(attendance.c.on)
        old = list(await session.scalars(query.limit(BATCH)))
        if old:
            await session.execute(delete(attendance).where(attendance.c.id.in_(old)))
        return len(old)

    return prune
