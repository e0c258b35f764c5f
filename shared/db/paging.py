"""Pages of lists by key, not by offset: the thousandth page costs what the first does."""

from typing import Any

from sqlalchemy import Select, asc
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
