"""Pages of lists whose order no single index gives, by key as in :mod:`shared.db.paging`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a list in the order of ``keys``, which one index gives. The last key is unique.

    Lists whose order no index has as a whole, such as one by state as people go through states,
    are read as several. ``condition`` says which rows are in it; None: all of them.
    """

    name: str
    condition: ColumnElement[bool] | None
    keys: tuple[ColumnElement[Any], ...]


@dataclass(frozen=True, slots=True)
class Position:
    """Where in a list a row stands: in which stretch, and the values of that one's keys."""

    stretch: str
    values: tuple[Any, ...]


async def page_of_stretches(
    session: AsyncSession,
    query: Select[Any],
    stretches: Sequence[Stretch],
    *,
    descending: bool,
    after: Position | None,
    limit: int,
) -> tuple[list[Any], Position | None]:
    """Returns up to ``limit`` scalars behind ``after``, stretch by stretch.

    ``descending`` is about the keys in each stretch. The second value is the position to continue
    from, or None at the end.
    """
    found: list[tuple[Stretch, Any]] = []
    begun = after is None
    for stretch in stretches:
        of_stretch = query if stretch.condition is None else query.where(stretch.condition)
        if not begun and after is not None:
            if stretch.name != after.stretch:
                continue
            begun = True
            behind = tuple_(*stretch.keys)
            last = tuple_(
                *(literal(v, key.type) for v, key in zip(after.values, stretch.keys, strict=True))
            )
            of_stretch = of_stretch.where(behind < last if descending else behind > last)
        order = [key.desc() if descending else key.asc() for key in stretch.keys]
        rows = await session.scalars(of_stretch.order_by(*order).limit(limit + 1 - len(found)))
        found += [(stretch, row) for row in rows]
        if len(found) > limit:
            its, last_row = found[limit - 1]
            values = tuple(getattr(last_row, key.key or "") for key in its.keys)
            return [row for _, row in found[:limit]], Position(its.name, values)
    return [row for _, row in found], None
