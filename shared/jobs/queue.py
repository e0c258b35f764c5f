"""The queue is the table of a :class:`Leased` aggregate: put in by the transaction that wants the work, taken by lease.

A row is work and record at once, so what became of it is read where it was asked for.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from sqlalchemy import Column, Index, Integer, String, inspect, select, text

from shared.db.types import UtcDateTime
from shared.kernel.leased import Leased
from shared.unit_of_work import Transaction, UnitOfWork

J = TypeVar("J", bound=Leased)

GiveUp = Callable[[Transaction, J], Awaitable[None]]
"""What follows, in the same transaction, from a job that nobody brings to an end."""

_UNENDED = text("due_at IS NOT NULL")


def lease_columns(table: str) -> list[Column[object] | Index]:
    """The columns that the table of a leased aggregate has beside its own, and the index by which jobs are taken; it
    holds only what is not over, so it stays as small as the queue."""
    return [
        Column("state", String(20), nullable=False),
        Column("due_at", UtcDateTime, nullable=True),
        Column("holder", String(36), nullable=True),
        Column("attempts", Integer, nullable=False),
        Column("error", String(80), nullable=True),
        Index(f"ix_{table}_due", "due_at", postgresql_where=_UNENDED, sqlite_where=_UNENDED),
    ]


async def take_due(
    uow: UnitOfWork, kind: type[J], holder: str, *, limit: int = 1, give_up: GiveUp[J] | None = None
) -> list[J]:
    """Takes up to ``limit`` jobs for ``holder``, those that have been due longest first: queued ones, and those whose
    holder has been silent for the length of the lease. Workers pass over what another is taking at that moment."""
    due_at = inspect(kind).local_table.c.due_at
    taken = []
    async with uow.transaction() as tx:
        due = (
            select(kind)
            .where(due_at <= tx.now)
            .order_by(due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        for job in (await tx.session.scalars(due)).all():
            if job.take(holder, tx.now):
                taken.append(job)
            elif give_up is not None:
                await give_up(tx, job)
    return taken


async def still_held(tx: Transaction, job: J) -> J | None:
    """The job as the store has it, locked; None when it is no longer its holder's: it was cancelled or deleted, or its
    lease ended and another took it. What a holder writes must begin here."""
    found = await tx.find(type(job), job.id)
    return found if found is not None and found.is_held_by(job.holder) else None


async def renew(uow: UnitOfWork, jobs: Iterable[J]) -> list[J]:
    """Renews the leases of ``jobs``; returns those that are still their holders'."""
    held = []
    async with uow.transaction() as tx:
        for job in sorted(jobs, key=lambda job: job.id):
            if (found := await still_held(tx, job)) is not None:
                found.renew(tx.now)
                held.append(job)
    return held
