"""Deletes holdings of tasks that are done."""

from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.kernel.clock import Clock, business_day
from shared.tasks.kinds import SharedKinds
from shared.tasks.tables import task_holding

KEPT = timedelta(days=30)
"""Since the last change: an order that comes back within that time is with whoever had it before."""

BATCH = 200


class EndedTasks:
    """Deletes one batch of holdings that have not changed for :data:`KEPT` and whose task waits no more.

    It is a ``Prune`` of :mod:`shared.privacy.retention`.
    """

    def __init__(self, kinds: SharedKinds, clock: Clock) -> None:
        self._kinds, self._clock = kinds, clock

    async def __call__(self, session: AsyncSession, now: datetime) -> int:
        """Returns how many rows were deleted; 0 when there is no more."""
        after = ""
        while True:
            rows = (
                await session.execute(
                    select(task_holding.c.id, task_holding.c.code, task_holding.c.object_id)
                    .where(task_holding.c.id > after, task_holding.c.since < now - KEPT)
                    .order_by(task_holding.c.id)  # by code, that is
                    .limit(BATCH)
                )
            ).all()
            if not rows:
                return 0
            after = rows[-1].id
            ended = []
            for code, group in groupby(rows, lambda row: str(row.code)):
                keys = {row.object_id: row.id for row in group}
                waiting = await self._waiting(session, code, set(keys))
                ended += [key for object_id, key in keys.items() if object_id not in waiting]
            if ended:
                await session.execute(delete(task_holding).where(task_holding.c.id.in_(ended)))
                return len(ended)

    async def _waiting(self, session: AsyncSession, code: str, ids: set[str]) -> set[str]:
        if code not in self._kinds:  # of another release
            return ids
        return await self._kinds[code].waiting(session, business_day(self._clock), ids)
