"""Orders that are made for recurring orders, and withdrawn with them."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import exists, select

from services.requests.orders.domain.line import Line
from services.requests.orders.domain.order import Draft, Order, WithdrawalReason
from services.requests.orders.queries.orders import alike_under_way
from services.requests.orders.tables import order_line, service_order
from services.requests.orders.use_cases.numbers import take_number
from services.requests.orders.use_cases.orders import (
    acceptance_of,
    hand_in,
    new_order,
    pass_on_digest,
)
from shared.contracts.requests import OrderCancelled
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

UNPLANNED = ("submitted", "accepted")


async def add_recurring_order(
    uow: UnitOfWork,
    tx: Transaction,
    draft: Draft,
    lines: list[Line],
    *,
    series_id: str,
    on: date,
    by_hand: bool,
    is_accepted: bool,
) -> tuple[Order, bool]:
    """Adds the order for what a recurring order was due for on a day, and returns it and whether another like it is
    under way. It is accepted already if it is to be and there is no other; else the corps looks at it first."""
    number = await take_number(tx.session, uow.today().year)
    order = new_order(uow, new_id(), number, draft, lines, None)
    order.belong_to(series_id, on, by_hand=by_hand)
    like_another = bool(await alike_under_way(tx.session, [order.digest()]))
    ordered = hand_in(order, uow, tx.business_now, like_another=like_another)
    tx.add(order)
    if is_accepted and not like_another:
        order.accept()
        order.note_state(tx.business_now, by=None)
        tx.record(order, acceptance_of(order))
    else:
        tx.record(order, ordered)
    return order, like_another


async def unplanned_orders(tx: Transaction, order_ids: Collection[str]) -> list[Order]:
    """Returns those of these orders, locked, that no plan has decided over and nobody changed by hand: the others are
    what teams and townships count on."""
    planned = exists().where(
        order_line.c.order_id == service_order.c.id, order_line.c.state != "waiting"
    )
    query = select(service_order.c.id).where(
        service_order.c.id.in_(order_ids),
        service_order.c.state.in_(UNPLANNED),
        service_order.c.changed_by_hand.is_(False),
        ~planned,
    )
    found = await tx.find_all(Order, list(await tx.session.scalars(query)))
    return [
        order
        for order in found.values()
        if order.state in UNPLANNED and all(line.state == "waiting" for line in order.lines)
    ]


async def cancel_recurring_order(
    tx: Transaction, order: Order, reason_code: WithdrawalReason, reason: str | None
) -> None:
    """Withdraws an order because its recurring order ends or changes, not by hand."""
    digest = order.content_digest
    order.cancel(reason_code, reason)
    order.note_state(tx.business_now, by=None)
    await pass_on_digest(tx, order, digest)
    tx.record(
        order,
        OrderCancelled(
            order_id=order.id, township_code=order.township_code, reason_code=reason_code
        ),
    )
