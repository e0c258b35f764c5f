"""What others announce: the menu and the townships are copied, order lines follow the plan.

An order that is unknown here, withdrawn or closed is left as it is, and what is late changes nothing:
the domain decides that, so none of these raises over an event that is odd.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import delete, func, insert, select

from services.requests.domain.line import Booking
from services.requests.domain.menu import Campaign, Dish, Edition, Township
from services.requests.domain.order import Order
from services.requests.store.tables import open_edition, order_line, service_order
from shared.contracts.catalog import CampaignChanged, EditionPublished, EditionWithdrawalRequested, TownshipChanged
from shared.contracts.dispatch import (
    AssignmentEvent,
    BoothReported,
    LineUnserved,
    StopCancelled,
    StopChanged,
    StopCompleted,
    TeamAssigned,
)
from shared.contracts.requests import EditionClosed, EditionWithdrawalRefused
from shared.db.unit_of_work import Transaction, UnitOfWork


async def note_edition(uow: UnitOfWork, event: EditionPublished) -> None:
    async with uow.transaction() as tx:
        if await tx.find(Edition, event.edition_id) is not None:
            return
        tx.add(
            Edition(
                id=event.edition_id,
                title=event.title,
                effective_on=event.effective_on,
                retires_on=event.retires_on,
                items=[
                    Dish(
                        item_code=item.item_code,
                        name=item.name,
                        name_en=item.name_en,
                        category_code=item.category_code,
                        volunteers_needed=item.volunteers_needed,
                    )
                    for item in event.items
                ],
            )
        )
        await tx.session.flush()
        await tx.session.execute(insert(open_edition).values(id=event.edition_id))


async def close_edition(uow: UnitOfWork, event: EditionWithdrawalRequested) -> None:
    """Closes an edition that no order was handed in from, or says how many were. Locking its row of ``open_edition``
    makes orders that are being handed in wait, and then fail or be counted."""
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, event.edition_id)
        await tx.session.flush()
        row = await tx.session.scalar(
            select(open_edition.c.id).where(open_edition.c.id == edition.id).with_for_update()
        )
        orders = await _count_orders(tx, edition.id) if row is not None else 0
        if orders:
            tx.record(edition, EditionWithdrawalRefused(edition_id=edition.id, orders=orders))
            return
        edition.state = "withdrawn"
        await tx.session.execute(delete(open_edition).where(open_edition.c.id == edition.id))
        tx.record(edition, EditionClosed(edition_id=edition.id))


async def _count_orders(tx: Transaction, edition_id: str) -> int:
    handed_in = select(func.count()).where(service_order.c.open_edition_id == edition_id)
    return int(await tx.session.scalar(handed_in) or 0)


async def note_campaign(uow: UnitOfWork, event: CampaignChanged) -> None:
    """Keeps the newest state of a campaign; orders that name it were checked when they were handed in."""
    async with uow.transaction() as tx:
        known = await tx.session.get(Campaign, event.campaign_id)
        if known is None or known.revision < event.revision:
            await tx.session.merge(
                Campaign(
                    id=event.campaign_id,
                    name=event.name,
                    name_en=event.name_en,
                    starts_on=event.starts_on,
                    ends_on=event.ends_on,
                    state=event.state,
                    revision=event.revision,
                )
            )


async def note_township(uow: UnitOfWork, event: TownshipChanged) -> None:
    async with uow.transaction() as tx:
        await tx.session.merge(Township(code=event.code, name=event.name, name_en=event.name_en))


async def schedule_line(uow: UnitOfWork, event: TeamAssigned) -> None:
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


async def release_line(uow: UnitOfWork, event: AssignmentEvent) -> None:
    async with _order(uow, event.order_id) as order:
        if order is not None:
            order.release_line(event.line_id, event.assignment_id)


async def leave_line_unserved(uow: UnitOfWork, event: LineUnserved) -> None:
    async with _order(uow, event.order_id) as order:
        if order is not None:
            order.leave_line_unserved(event.line_id, event.plan_id, event.revision, event.reason_code)


async def report_booth(uow: UnitOfWork, event: BoothReported) -> None:
    async with _order(uow, event.order_id) as order:
        if order is not None:
            order.report_booth(event.line_id, event.assignment_id, event.served)


async def move_stop(uow: UnitOfWork, event: StopChanged) -> None:
    async with uow.transaction() as tx:
        for order in await _orders_at(tx, event.stop_id):
            order.move_stop(event.stop_id, event.on, event.part)


async def cancel_stop(uow: UnitOfWork, event: StopCancelled) -> None:
    async with uow.transaction() as tx:
        for order in await _orders_at(tx, event.stop_id):
            order.cancel_stop(event.stop_id)


async def complete_stop(uow: UnitOfWork, event: StopCompleted) -> None:
    async with uow.transaction() as tx:
        for order in await _orders_at(tx, event.stop_id):
            order.complete_stop(event.stop_id)


@asynccontextmanager
async def _order(uow: UnitOfWork, order_id: str) -> AsyncIterator[Order | None]:
    async with uow.transaction() as tx:
        await tx.take_turn()
        yield await tx.find(Order, order_id)


async def _orders_at(tx: Transaction, stop_id: str) -> list[Order]:
    """The orders with lines at a stop, locked, always in the same order, so that two never wait for
    each other. No line can join them meanwhile: whatever adds one stands in the same stream."""
    await tx.take_turn()
    ids = await tx.session.scalars(
        select(order_line.c.order_id).where(order_line.c.stop_id == stop_id).distinct().order_by(order_line.c.order_id)
    )
    return [await tx.get(Order, order_id) for order_id in ids]
