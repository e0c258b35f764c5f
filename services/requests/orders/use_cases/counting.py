"""Counts what was served, so that nobody who asks has to read every line there ever was."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import (
    Date,
    Integer,
    case,
    delete,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.orders.domain.order import Order
from services.requests.orders.queries.kept import SCORES, is_noted_too_long, is_unnoted
from services.requests.orders.tables import (
    last_served,
    order_line,
    service_month,
    service_order,
)
from shared.privacy.retention import BATCH
from shared.unit_of_work import Transaction


async def recount_service(
    tx: Transaction, order: Order, *, was_township_code: str | None = None
) -> None:
    """Counts again what was served of the order's items, in its township, campaign and months; and in the township
    that it was written for until now, if that was another one.

    It counts all lines rather than adding this one, so that an event that comes twice, or a figure that is corrected,
    is counted once. Whoever calls it took the service's lock first: else two would count past each other.
    """
    items_by_month: dict[date, set[str]] = defaultdict(set)
    for line in order.lines:
        if line.state == "served" and line.on is not None:
            items_by_month[line.on.replace(day=1)].add(line.item_code)
    if not items_by_month:
        return
    await tx.session.flush()
    for month, item_codes in sorted(items_by_month.items()):
        for township_code in sorted(
            {order.township_code, was_township_code or order.township_code}
        ):
            await _recount(tx, order.campaign_id, township_code, month, sorted(item_codes))


Counted = Mapping[tuple[str, date], Sequence[str]]
"""Items by campaign and month."""


async def drop_counts(tx: Transaction, township_code: str) -> Counted:
    """Deletes what was counted of a township that has another code now, and returns of what that was."""
    counted = service_month.c
    of_township = counted.township_code == township_code
    items: dict[tuple[str, date], list[str]] = defaultdict(list)
    query = select(counted.campaign_id, counted.month, counted.item_code).where(of_township)
    for row in await tx.session.execute(query.order_by(*query.selected_columns)):
        items[row.campaign_id, row.month].append(row.item_code)
    await tx.session.execute(delete(service_month).where(of_township))
    await tx.session.execute(
        delete(last_served).where(last_served.c.township_code == township_code)
    )
    return items


async def count_again(tx: Transaction, township_code: str, counted: Counted) -> None:
    """Counts for a township what was counted for its former code, or for one that is part of it now."""
    for (campaign_id, month), item_codes in counted.items():
        await _recount(tx, campaign_id, township_code, month, item_codes)


async def _recount(
    tx: Transaction, campaign_id: str, township_code: str, month: date, item_codes: Sequence[str]
) -> None:
    counted = service_month.c
    await tx.session.execute(
        delete(service_month).where(
            counted.campaign_id == campaign_id,
            counted.township_code == township_code,
            counted.month == month,
            counted.item_code.in_(item_codes),
        )
    )
    line, of_order = order_line.c, service_order.c
    last_day = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    served = (
        select(
            of_order.campaign_id,
            of_order.township_code,
            line.item_code,
            literal(month, Date),
            func.count(),
            func.coalesce(func.sum(line.served), 0),
            func.max(line.on),
            *(func.sum(case((line.score == score, 1), else_=0).cast(Integer)) for score in SCORES),
        )
        .join_from(order_line, service_order, line.order_id == of_order.id)
        .where(
            line.item_code.in_(item_codes),
            line.on.between(month, last_day),
            line.state == "served",
            of_order.campaign_id == campaign_id,
            of_order.township_code == township_code,
        )
        .group_by(of_order.campaign_id, of_order.township_code, line.item_code)
    )
    await tx.session.execute(insert(service_month).from_select(list(counted.keys()), served))
    await _note_last(tx, township_code, item_codes)


async def _note_last(tx: Transaction, township_code: str, item_codes: Sequence[str]) -> None:
    last, month = last_served.c, service_month.c
    await tx.session.execute(
        delete(last_served).where(
            last.township_code == township_code, last.item_code.in_(item_codes)
        )
    )
    found = (
        select(month.township_code, month.item_code, func.max(month.last_on))
        .where(month.township_code == township_code, month.item_code.in_(item_codes))
        .group_by(month.township_code, month.item_code)
    )
    await tx.session.execute(insert(last_served).from_select(list(last.keys()), found))


async def note_open_lines(session: AsyncSession, _now: datetime) -> int:
    """Notes of some orders which of their lines are open, where that is not as it should be: the release before does
    not note it while both run. Returns of how many; see :data:`shared.privacy.retention.Prune`."""
    of_order = service_order.c
    joined = select(of_order.id).join_from(
        order_line, service_order, order_line.c.order_id == of_order.id
    )
    unnoted, too_long = joined.where(is_unnoted()), joined.where(is_noted_too_long())
    ids = set(await session.scalars(unnoted.limit(BATCH)))
    ids |= set(await session.scalars(too_long.limit(BATCH)))
    query = select(Order).where(of_order.id.in_(ids)).order_by(of_order.id).with_for_update()
    for order in await session.scalars(query):
        order.note_open_lines()
    return len(ids)
