"""Copies which accounts are open coordinators', as catalog announces it."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.catalog import CoordinatorChanged
from shared.db.engine import dialect_of
from shared.tasks.holding import Holding
from shared.tasks.tables import coordinator, task_holding
from shared.unit_of_work import Transaction, UnitOfWork


async def keep_coordinator(uow: UnitOfWork, event: CoordinatorChanged) -> None:
    """Notes whether the account may be given tasks. What a closed one had returns, or is nobody's.

    The row is written first: whoever hands the account a task at this moment locks it as well, so the task is either
    freed here or refused there.
    """
    async with uow.transaction() as tx:
        make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
        row = make(coordinator).values(subject=event.subject, active=event.active)
        await tx.session.execute(
            row.on_conflict_do_update(
                index_elements=[coordinator.c.subject], set_={"active": row.excluded.active}
            )
        )
        if not event.active:
            await _free(tx, uow, event.subject)


async def open_coordinators(session: AsyncSession, subjects: Collection[str]) -> set[str]:
    """Returns those of these accounts that were announced as open."""
    query = select(coordinator.c.subject).where(
        coordinator.c.subject.in_(subjects), coordinator.c.active
    )
    return set(await session.scalars(query))


async def lock_coordinators(tx: Transaction, subjects: Collection[str]) -> dict[str, bool]:
    """Returns which of these accounts are open, by subject; those that were never announced are left out.

    Their rows are locked until the transaction ends, in the order of the subjects.
    """
    query = (
        select(coordinator.c.subject, coordinator.c.active)
        .where(coordinator.c.subject.in_(subjects))
        .order_by(coordinator.c.subject)
        .with_for_update()
    )
    return {row.subject: row.active for row in await tx.session.execute(query)}


async def _free(tx: Transaction, uow: UnitOfWork, subject: str) -> None:
    concerned = select(task_holding.c.id).where(
        or_(task_holding.c.holder == subject, task_holding.c.returns_to == subject)
    )
    keys = (await tx.session.scalars(concerned)).all()
    for holding in (await tx.find_all(Holding, keys)).values():
        holding.settle(uow.today())
        holding.leave(subject, tx.now)
