"""Order lines follow the plan of dispatch, and an edition that has orders stays.

An order that is unknown here, withdrawn or closed is left as it is, and what is late changes nothing:
the domain decides that, so none of these raises over an event that is odd.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import update

from services.requests.database import metadata
from services.requests.menu.use_cases import close_edition
from services.requests.orders.domain.line import Booking
from services.requests.orders.domain.order import Order
from services.requests.orders.queries.orders import count_handed_in
from services.requests.orders.tables import order_line
from services.requests.orders.use_cases.counting import count_again, drop_counts, recount_service
from services.requests.orders.use_cases.stops import orders_at
from shared.contracts.catalog import EditionWithdrawalRequested, TeamMerged, TownshipRecoded
from shared.contracts.dispatch import (
    AssignmentDeclined,
    AssignmentEvent,
    BoothReported,
    LineUnserved,
    OrderReplanned,
    StopCancelled,
    StopChanged,
    StopCompleted,
    TeamAssigned,
    TeamReleased,
)
from shared.db.successors import current_code, note_successor, replace_code
from shared.unit_of_work import UnitOfWork


async def on_edition_withdrawal_requested(
    uow: UnitOfWork, event: EditionWithdrawalRequested
) -> None:
    await close_edition(uow, event.edition_id, count_handed_in)


async def on_township_recoded(uow: UnitOfWork, event: TownshipRecoded) -> None:
    """Whatever this service keeps of the township is under its new code from now on: closed orders and old counts too,
    so that nobody loses sight of any. Takes the service's lock first, as whoever counts does."""
    async with uow.transaction() as tx:
        await tx.lock_service()
        new_code = await note_successor(tx.session, "township", event.code, event.new_code)
        counted = await drop_counts(tx, event.code)
        await replace_code(tx.session, metadata, "township_code", event.code, new_code)
        await count_again(tx, new_code, counted)


async def on_team_merged(uow: UnitOfWork, event: TeamMerged) -> None:
    """Lines, ratings and what is done about them are the other team's, earlier ones too, so that figures count both as
    one. Whoever rates holds the line, so that no rating is missed."""
    async with uow.transaction() as tx:
        await tx.lock_service()
        into = await note_successor(tx.session, "team", event.code, event.into_code)
        lines = update(order_line).where(order_line.c.team_code == event.code)
        await tx.session.execute(lines.values(team_code=into))
        await replace_code(tx.session, metadata, "team_code", event.code, into)


async def on_team_assigned(uow: UnitOfWork, event: TeamAssigned) -> None:
    async with uow.transaction() as tx:
        await tx.lock_service()
        order = await tx.find(Order, event.order_id)
        if order is None:
            return
        booking = Booking(
            plan_id=event.plan_id,
            revision=event.revision,
            stop_id=event.stop_id,
            assignment_id=event.assignment_id,
            team_code=await current_code(tx.session, "team", event.team_code),
            on=event.on,
            part=event.part,
        )
        order.schedule_line(event.line_id, booking)
        order.note_state(tx.business_now, by=None)


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


async def on_order_replanned(uow: UnitOfWork, event: OrderReplanned) -> None:
    async with _order(uow, event.order_id) as order:
        if order is not None:
            order.note_replanned(event.amendment)


async def on_booth_reported(uow: UnitOfWork, event: BoothReported) -> None:
    async with uow.transaction() as tx:
        await tx.lock_service()
        order = await tx.find(Order, event.order_id)
        if order is not None:
            order.report_booth(event.line_id, event.assignment_id, event.served)
            await recount_service(tx, order)


async def on_stop_changed(uow: UnitOfWork, event: StopChanged) -> None:
    async with uow.transaction() as tx:
        for order in await orders_at(tx, event.stop_id):
            order.move_stop(event.stop_id, event.on, event.part)


async def on_stop_cancelled(uow: UnitOfWork, event: StopCancelled) -> None:
    async with uow.transaction() as tx:
        for order in await orders_at(tx, event.stop_id):
            order.cancel_stop(event.stop_id)
            order.note_state(tx.business_now, by=None)


async def on_stop_completed(uow: UnitOfWork, event: StopCompleted) -> None:
    async with uow.transaction() as tx:
        for order in await orders_at(tx, event.stop_id):
            order.complete_stop(event.stop_id)
            order.note_state(tx.business_now, by=None)
            await recount_service(tx, order)


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
            order.note_state(tx.business_now, by=None)
