"""Withdraws orders of a recurring order that nobody counts on yet."""

from datetime import date

from services.requests.orders.domain.order import Order, WithdrawalReason
from services.requests.orders.use_cases.recurring import cancel_recurring_order, unplanned_orders
from services.requests.recurrence.domain.series import Occurrence, Series
from services.requests.recurrence.queries import blocked_ids, made_from
from shared.unit_of_work import Transaction


async def withdraw_unplanned(
    tx: Transaction,
    series: Series,
    from_on: date,
    reason_code: WithdrawalReason,
    reason: str | None,
) -> date | None:
    """Withdraws the orders for days from ``from_on`` on that no plan holds and nobody changed by hand, and gives up
    what is blocked. Returns the last day of an order that stays, if any does."""
    await tx.flush()
    made = await made_from(tx.session, series.id, from_on)
    withdrawn = await unplanned_orders(tx, list(made))
    for order in withdrawn:
        await cancel_recurring_order(tx, order, reason_code, reason)
    await drop_blocked(tx, series, from_on)
    await tx.flush()
    gone = {order.id for order in withdrawn}
    stay = await tx.find_all(Order, [order_id for order_id in made if order_id not in gone])
    days = [made[order.id] for order in stay.values() if order.state != "cancelled"]
    return max(days, default=None)


async def drop_blocked(tx: Transaction, series: Series, from_on: date = date.min) -> None:
    """Gives up the days from ``from_on`` on for which no order could be made."""
    ids = await blocked_ids(tx.session, series.id)
    for blocked in (await tx.find_all(Occurrence, ids)).values():
        if blocked.day >= from_on:
            blocked.drop()
