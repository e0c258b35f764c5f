"""Events straight into a service's log, as a transaction leaves them there."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.bulk_insert import insert_rows
from shared.eventlog.outbox import Outbox, Recorded
from shared.eventlog.tables import event_log
from shared.kernel.clock import utc_now


async def append(session: AsyncSession, outbox: Outbox, recorded: Sequence[Recorded]) -> None:
    connection = await session.connection()
    await connection.run_sync(
        insert_rows, {event_log: [outbox.row(entry, utc_now()) for entry in recorded]}
    )
