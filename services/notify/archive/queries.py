"""Reads of the archive."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.archive.domain import Archived
from services.notify.archive.tables import archived_event
from shared.eventlog.reader import find_position, read_settled


async def read_archive(
    session: AsyncSession, *, after: int, limit: int, until: int | None = None
) -> list[Archived]:
    """Returns up to ``limit`` events behind ``after``, up to and including ``until``, once none before them can appear
    any more. Whoever goes on from the last position misses nothing.

    :raises Unsettled: a transaction has been open too long that may still add one before them.
    """
    table = archived_event
    page = select(table).where(table.c.position > after).order_by(table.c.position).limit(limit)
    if until is not None:
        page = page.where(table.c.position <= until)
    rows = await read_settled(session, page, table.c.position)
    return [
        Archived(**{column.key: getattr(row, column.key) for column in table.columns})
        for row in rows
    ]


async def events_at(session: AsyncSession, positions: Collection[int]) -> list[Archived]:
    """Returns those of these events that are kept, in the archive's order."""
    table = archived_event
    query = select(table).where(table.c.position.in_(positions)).order_by(table.c.position)
    rows = await session.execute(query)
    return [
        Archived(**{column.key: getattr(row, column.key) for column in table.columns})
        for row in rows
    ]


async def newest_position(session: AsyncSession) -> int:
    """Returns the position of the last event, 0 where there is none."""
    return await session.scalar(select(func.max(archived_event.c.position))) or 0


async def position_at(session: AsyncSession, since: datetime) -> int:
    """Returns the position behind which all events lie that came at ``since`` or later. What happened then came then
    or later, so that none of it is missing there.

    :raises Unsettled: as :func:`read_archive`.
    """
    return await find_position(
        session, since, position=archived_event.c.position, moment=archived_event.c.archived_at
    )
