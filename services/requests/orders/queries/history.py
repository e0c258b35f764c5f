"""What townships had of an item and what they wait for, line by line: what regularisation weighs."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.orders.tables import order_line, service_order

WITH_A_DAY = ("served", "scheduled")
WITHOUT_A_DAY = ("waiting", "unserved")
TAKEN_ORDERS = ("accepted", "scheduled", "served", "rated")
"""The states of an order that the corps took and that is not over."""


class LineOfItem(NamedTuple):
    """A line of an order: ``on`` is its day, if it has one; ``since`` the day on which the order was handed in."""

    township_code: str
    item_code: str
    line_id: str
    order_id: str
    state: str
    on: date | None
    since: date | None
    expected_attendance: int
    served: int | None
    team_code: str | None
    stop_id: str | None
    score: int | None
    name: str
    name_en: str


class DayOfItem(NamedTuple):
    """What a township had or will have of an item on a day: so many ``residents`` were served, or are expected."""

    township_code: str
    item_code: str
    on: date
    residents: int


async def list_days(
    session: AsyncSession,
    item_codes: Collection[str],
    township_codes: Collection[str],
    *,
    first: date,
    last: date,
) -> Sequence[DayOfItem]:
    """Returns the days from ``first`` to ``last`` on which some townships had or will have some items, in no order."""
    line, order = order_line.c, service_order.c
    by = (order.township_code, line.item_code, line.on)
    residents = func.sum(func.coalesce(line.served, line.expected_attendance))
    query = (
        select(*by, residents)
        .join_from(order_line, service_order, line.order_id == order.id)
        .where(
            line.item_code.in_(item_codes),
            line.on.between(first, last),
            line.state.in_(WITH_A_DAY),
            order.township_code.in_(township_codes),
        )
        .group_by(*by)
    )
    return [DayOfItem(row[0], row[1], row[2], int(row[3])) for row in await session.execute(query)]


async def list_waiting_lines(
    session: AsyncSession,
    item_codes: Collection[str],
    township_codes: Collection[str],
    *,
    first: date,
) -> Sequence[LineOfItem]:
    """Returns the lines of some items that some townships ordered from ``first`` on and that have no day, in the order
    of their ids."""
    query = _lines(township_codes).where(
        order_line.c.item_code.in_(item_codes),
        order_line.c.state.in_(WITHOUT_A_DAY),
        service_order.c.state.in_(TAKEN_ORDERS),
        service_order.c.ordered_on >= first,
    )
    found = await session.execute(query.order_by(order_line.c.id))
    return [LineOfItem(*row) for row in found]


async def list_dated_lines(
    session: AsyncSession,
    item_code: str,
    township_codes: Collection[str],
    *,
    first: date,
    last: date,
) -> Sequence[LineOfItem]:
    """Returns the lines of an item that some townships had or will have from ``first`` to ``last``, in the order of
    their ids."""
    query = _lines(township_codes).where(
        order_line.c.item_code == item_code,
        order_line.c.on.between(first, last),
        order_line.c.state.in_(WITH_A_DAY),
    )
    found = await session.execute(query.order_by(order_line.c.id))
    return [LineOfItem(*row) for row in found]


async def last_team_of_item(session: AsyncSession, item_code: str) -> str | None:
    """Returns the team that served an item last, in whichever township; of those of that day the first by its code."""
    query = (
        select(order_line.c.team_code)
        .where(
            order_line.c.item_code == item_code,
            order_line.c.on.is_not(None),
            order_line.c.state == "served",
            order_line.c.team_code.is_not(None),
        )
        .order_by(order_line.c.on.desc(), order_line.c.team_code)
        .limit(1)
    )
    found: str | None = await session.scalar(query)
    return found


async def has_served(session: AsyncSession, item_code: str, team_code: str) -> bool:
    """Whether a team has ever served an item, or is to."""
    query = select(order_line.c.id).where(
        order_line.c.item_code == item_code,
        order_line.c.on.is_not(None),
        order_line.c.state.in_(WITH_A_DAY),
        order_line.c.team_code == team_code,
    )
    return await session.scalar(query.limit(1)) is not None


async def township_of(session: AsyncSession, order_id: str) -> str | None:
    """Returns the township that an order is of; None where it is not here."""
    query = select(service_order.c.township_code).where(service_order.c.id == order_id)
    found: str | None = await session.scalar(query)
    return found


def _lines(township_codes: Collection[str]) -> Select[Any]:
    line, order = order_line.c, service_order.c
    return (
        select(
            order.township_code,
            line.item_code,
            line.id,
            line.order_id,
            line.state,
            line.on,
            order.ordered_on,
            line.expected_attendance,
            line.served,
            line.team_code,
            line.stop_id,
            line.score,
            line.name,
            line.name_en,
        )
        .join_from(order_line, service_order, line.order_id == order.id)
        .where(order.township_code.in_(township_codes))
    )
