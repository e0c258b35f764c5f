"""Messages are not kept for ever."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.inbox.tables import acknowledgement, delivery, message, recipient
from shared.privacy.retention import BATCH, Prune


def old_messages(age: timedelta) -> Prune:
    """Deletes messages older than ``age`` with their deliveries and acknowledgements. What a recipient got stays
    counted, but what nobody can read any more is no longer unread."""

    async def prune(session: AsyncSession, now: datetime) -> int:
        old = select(message.c.id, message.c.recipient_id, message.c.read_at).where(
            message.c.created_at < now - age
        )
        rows = (
            await session.execute(old.order_by(message.c.position).limit(BATCH).with_for_update())
        ).all()
        if not rows:
            return 0
        ids = [row.id for row in rows]
        await session.execute(delete(delivery).where(delivery.c.message_id.in_(ids)))
        await session.execute(delete(acknowledgement).where(acknowledgement.c.id.in_(ids)))
        await session.execute(delete(message).where(message.c.id.in_(ids)))
        unread = Counter(row.recipient_id for row in rows if row.read_at is None)
        for recipient_id, count in sorted(unread.items()):
            await session.execute(
                update(recipient)
                .where(recipient.c.id == recipient_id)
                .values(unread=recipient.c.unread - count, version=recipient.c.version + 1)
            )
        return len(rows)

    return prune
