"""Whether what is kept of orders, so that the ledger and the figures answer at once, is what one counts anew."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    extract,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.orders.domain.order import IN_HAND
from services.requests.orders.tables import last_served, order_line, service_month, service_order

SCORES = range(1, 6)
OPEN = ("waiting", "scheduled", "unserved")
"""The states of a line that was not served yet."""


def is_unnoted() -> ColumnElement[bool]:
    """Of a line and its order: it is open, and does not say so, or not as its order does."""
    line, of_order = order_line.c, service_order.c
    return and_(
        line.state.in_(OPEN),
        of_order.state.in_(IN_HAND),
        or_(
            line.township_code.is_distinct_from(of_order.township_code),
            line.campaign_id.is_distinct_from(of_order.campaign_id),
            line.ordered_on.is_distinct_from(of_order.ordered_on),
        ),
    )


def is_noted_too_long() -> ColumnElement[bool]:
    """Of a line and its order: it says that it is open, and is not."""
    return and_(
        order_line.c.township_code.is_not(None),
        or_(order_line.c.state.not_in(OPEN), service_order.c.state.not_in(IN_HAND)),
    )


async def count_differences(session: AsyncSession) -> dict[str, int]:
    """Returns how much of each kind differs from what one counts anew: ``months`` in which a township had an item,
    ``last`` days on which it had one, and open ``lines``. Reads every line that was served; each kind is one
    statement, so that it sees one moment."""
    found = {"months": _months(), "last": _last_days()}
    counted = {kind: int(await session.scalar(query) or 0) for kind, query in found.items()}
    of_lines = select(func.count()).join_from(
        order_line, service_order, order_line.c.order_id == service_order.c.id
    )
    wrong = [
        await session.scalar(of_lines.where(each())) for each in (is_unnoted, is_noted_too_long)
    ]
    return {**counted, "lines": sum(each or 0 for each in wrong)}


def _months() -> Select[Any]:
    line, of_order, month = order_line.c, service_order.c, service_month.c
    key = (of_order.campaign_id, of_order.township_code, line.item_code)
    day = (extract("year", line.on).label("year"), extract("month", line.on).label("month"))
    anew = (
        select(
            *key,
            *day,
            func.count().label("services"),
            func.coalesce(func.sum(line.served), 0).label("residents"),
            func.max(line.on).label("last_on"),
            *(func.sum(case((line.score == score, 1), else_=0).cast(Integer)) for score in SCORES),
        )
        .join_from(order_line, service_order, line.order_id == of_order.id)
        .where(line.state == "served", line.on.is_not(None))
        .group_by(*key, *day)
    )
    kept = select(
        month.campaign_id,
        month.township_code,
        month.item_code,
        extract("year", month.month).label("year"),
        extract("month", month.month).label("month"),
        month.services,
        month.residents,
        month.last_on,
        *(month[f"rated_{score}"] for score in SCORES),
    )
    return _count_unlike(anew, kept, key=5)


def _last_days() -> Select[Any]:
    month, last = service_month.c, last_served.c
    key = (month.township_code, month.item_code)
    anew = select(*key, func.max(month.last_on).label("on")).group_by(*key)
    return _count_unlike(anew, select(last.township_code, last.item_code, last.on), key=2)


def _count_unlike(one: Select[Any], other: Select[Any], *, key: int) -> Select[Any]:
    """How many rows, by their first ``key`` columns, are in one of the two only."""
    sides = [one.except_(other).subquery(), other.except_(one).subquery()]
    keys = union(*(select(*list(side.c)[:key]) for side in sides)).subquery()
    return select(func.count()).select_from(keys)
