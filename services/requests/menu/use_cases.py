"""What happens to the menu. One function a use case; each owns its transaction."""

from collections.abc import Awaitable, Callable
from typing import cast

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.menu.domain import Dish, Edition
from services.requests.menu.tables import open_edition
from shared.contracts.catalog import EditionPublished
from shared.contracts.requests import EditionClosed, EditionWithdrawalRefused
from shared.unit_of_work import UnitOfWork


async def keep_edition(uow: UnitOfWork, event: EditionPublished) -> None:
    """Copies what an edition offers, once; from now on orders may be handed in from it."""
    async with uow.transaction() as tx:
        if await tx.find(Edition, event.edition_id) is not None:
            return
        tx.add(
            Edition(
                id=event.edition_id,
                title=event.title,
                effective_on=event.effective_on,
                retires_on=event.retires_on,
                items=[cast(Dish, item.model_dump(mode="json")) for item in event.items],
            )
        )
        await tx.session.flush()
        await tx.session.execute(insert(open_edition).values(id=event.edition_id))


async def close_edition(
    uow: UnitOfWork, edition_id: str, count_orders: Callable[[AsyncSession, str], Awaitable[int]]
) -> None:
    """Closes an edition that no order was handed in from, or says how many were. Locking its row of ``open_edition``
    makes orders that are being handed in wait, and then fail or be counted."""
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, edition_id)
        await tx.session.flush()
        row = await tx.session.scalar(
            select(open_edition.c.id).where(open_edition.c.id == edition.id).with_for_update()
        )
        orders = await count_orders(tx.session, edition.id) if row is not None else 0
        if orders:
            tx.record(edition, EditionWithdrawalRefused(edition_id=edition.id, orders=orders))
            return
        edition.state = "withdrawn"
        await tx.session.execute(delete(open_edition).where(open_edition.c.id == edition.id))
        tx.record(edition, EditionClosed(edition_id=edition.id))
