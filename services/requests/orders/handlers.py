"""Order lines follow the plan of dispatch, and an edition that has orders stays.

An order that is unknown here, withdrawn or closed is left as it is, and what is late changes nothing:
the domain decides that, so none of these raises over an event that is odd.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select

from services.requests.menu.use_cases import close_edition
from services.requests.orders.domain.line import Booking
from services.requests.orders.domain.order import Order
from services.requests.orders.queries.orders import count_handed_in
from services.requests.orders.tables import order_line
from shared.contracts.catalog import EditionWithdrawalRequested
from shared.contracts.dispatch import (
    AssignmentDeclined,
    AssignmentEvent,
    BoothReported,
    LineUnserved,
    StopCancelled,
    StopChanged,
    StopCompleted,
    TeamAssigned,
    TeamReleased,
)
from shared.unit_of_work import Transaction, UnitOfWork


async def on_edition_withdrawal_requested(
    uow: UnitOfWork, event: EditionWithdrawalRequested
) -> None:
    await close_edition(uow, event.edition_id, count_handed_in)


async def on_team_assigned(uow: UnitOfWork, event: TeamAssigned) -> None:
    booking = Booking(
        plan_id=event.plan_id,
        revision=event.revision,
        stop_id=event.stop_id,
        assignment_id=event.assignment_id,
        team_code=event.team_code,
        on=event.on,
        part=event.part,
    )
    async with _order(uow, event.order_id) as order:
        if order is not None:
            order.schedule_line(event.line_id, booking)


async def on_assignment_declined(uow: UnitOfWork, event: AssignmentDeclined) -> None:
    await _release_line(uow, event)


async def on_team_released(uow: UnitOfWork, event: TeamReleased) -> None:
    await _release_line(uow, event)


async def on_line_unserved(uow: UnitOfWork, event: LineUnserved) -> None:
    async with _order(uow, event.order_id) as order:
        if order is not None:
            order.leave_line_unserved(
                event.line_id, event.plan_id, event.revision, event.reason_code
            )


async def on_booth_reported(uow: UnitOfWork, event: BoothReported) -> None:
    async with _order(uow, event.order_id) as order:
        if order is not None:
            order.report_booth(event.line_id, event.assignment_id, event.served)


async def on_stop_changed(uow: UnitOfWork, event: StopChanged) -> None:
    async with uow.transaction() as tx:
        for order in await _orders_at(tx, event.stop_id):
            order.move_stop(event.stop_id, event.on, event.part)


async def on_stop_cancelled(uow: UnitOfWork, event: StopCancelled) -> None:
    async with uow.transaction() as tx:
        for order in await _orders_at(tx, event.stop_id):
            order.cancel_stop(event.stop_id)
            order.note_state(tx.now, by=None)


async def on_stop_completed(uow: UnitOfWork, event: StopCompleted) -> None:
    async with uow.transaction() as tx:
        for order in await _orders_at(tx, event.stop_id):
            order.complete_stop(event.stop_id)
            order.note_state(tx.now, by=None)


async def _release_line(uow: UnitOfWork, event: AssignmentEvent) -> None:
    async with _order(uow, event.order_id) as order:
        if order is not None:
            order.release_line(event.line_id, event.assignment_id)


@asynccontextmanager
async def _order(uow: UnitOfWork, order_id: str) -> AsyncIterator[Order | None]:
    async with uow.transaction() as tx:
        await tx.lock_service()
        order = await tx.find(Order, order_id)
        yield order
        if order is not None:
            order.note_state(tx.now, by=None)


async def _orders_at(tx: Transaction, stop_id: str) -> list[Order]:
    """The orders with lines at a stop, locked, always in the same order, so that two never wait for
    each other. No line can join them meanwhile: whatever adds one stands in the same stream."""
    await tx.lock_service()
    ids = await tx.session.scalars(
        select(order_line.c.order_id)
        .where(order_line.c.stop_id == stop_id)
        .distinct()
        .order_by(order_line.c.order_id)
    )
    return [await tx.get(Order, order_id) for order_id in ids]
