"""Pages of lists by key, not by offset: the thousandth page costs what the first does."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, asc, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement


async def page_of(
    session: AsyncSession,
    query: Select[Any],
    key: ColumnElement[Any],
    *,
    after: str | None,
    limit: int,
) -> tuple[list[Any], str | None]:
    """Returns up to ``limit`` scalars (or rows, for several columns) whose ``key`` is above
    ``after``, in its order.

    The second value is the key to continue from, or None at the end.
    """
    query = query.order_by(asc(key)).limit(limit + 1)
    if after is not None:
        query = query.where(key > after)
    found = list((await session.execute(query)).scalars())
    page = found[:limit]
    return page, str(getattr(page[-1], key.key or "")) if len(found) > limit else None


async def first_and_count(
    session: AsyncSession, query: Select[Any], *, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """Returns the first ``limit`` rows of a query, and how many rows it has in all."""
    rows = (await session.execute(query.limit(limit))).all()
    if len(rows) < limit:
        return rows, len(rows)
    counted = select(func.count()).select_from(query.order_by(None).subquery())
    return rows, int(await session.scalar(counted) or 0)
