"""Reads who works on tasks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, case, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from shared.kernel.access import Actor
from shared.tasks.kinds import Chosen, SharedKinds
from shared.tasks.tables import task_holding
from shared.tasks.task import Holder, Task, Tasks
from shared.unit_of_work import UnitOfWork

HeldBy = Literal["me", "nobody"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which shared tasks are listed: all, those that ``actor`` works on (``me``), or those of ``nobody``."""

    actor: Actor
    today: date
    held_by: HeldBy | None = None

    @property
    def is_all(self) -> bool:
        return self.held_by is None

    def of(self, code: str) -> Chosen:
        """Returns the condition on tasks of one code. The holdings of a code are few, whatever waits."""
        holder = _holder_on(self.today)
        held = select(task_holding.c.object_id).where(task_holding.c.code == code)
        mine, somebodys = (
            held.where(holder == self.actor.subject),
            held.where(holder.is_not(None)),
        )

        def chosen(object_id: ColumnElement[str]) -> ColumnElement[bool]:
            if self.held_by == "me":
                return object_id.in_(mine)
            return object_id.not_in(somebodys) if self.held_by == "nobody" else true()

        return chosen

    async def among(self, session: AsyncSession, code: str, ids: Collection[str]) -> set[str]:
        """Returns those of these objects that :meth:`of` chooses, where no query lists them."""
        if self.is_all:
            return set(ids)
        query = select(task_holding.c.object_id, _holder_on(self.today).label("holder")).where(
            task_holding.c.code == code, task_holding.c.object_id.in_(ids)
        )
        holders = {row.object_id: row.holder for row in await session.execute(query)}
        wanted = self.actor.subject if self.held_by == "me" else None
        return {object_id for object_id in ids if holders.get(object_id) == wanted}


def choice_of(uow: UnitOfWork, held_by: HeldBy | None) -> Choice:
    """Returns the choice of whoever asks, on the present day."""
    return Choice(uow.actor, uow.today(), held_by)


async def with_holders(
    session: AsyncSession, kinds: SharedKinds, choice: Choice, tasks: Tasks
) -> Tasks:
    """Returns the same tasks; those that coordinators share say who works on them."""
    keys = {holding_id(task.code, task.about) for task in tasks.items if task.code in kinds}
    query = select(task_holding).where(task_holding.c.id.in_(keys))
    holders = {}
    for row in await session.execute(query) if keys else ():
        is_over = row.until_on is not None and row.until_on < choice.today
        subject = row.returns_to if is_over else row.holder
        if subject is not None:
            holders[row.id] = Holder(
                subject=subject,
                is_mine=subject == choice.actor.subject,
                since=row.since,
                given_by=None if is_over else row.given_by,
                until_on=None if is_over else row.until_on,
                returns_to=None if is_over else row.returns_to,
            )
    return replace(tasks, items=_told(tasks.items, kinds, holders))


def holding_id(code: str, about: str) -> str:
    """Returns the id of the holding of a task."""
    return f"{code}/{about}"


def _told(items: Sequence[Task], kinds: SharedKinds, holders: dict[str, Holder]) -> list[Task]:
    return [
        replace(task, is_shared=True, holder=holders.get(holding_id(task.code, task.about)))
        if task.code in kinds
        else task
        for task in items
    ]


def _holder_on(today: date) -> ColumnElement[str | None]:
    """Returns who has the task on a day; see :meth:`shared.tasks.holding.Holding.settle`."""
    is_over = task_holding.c.until_on < today
    return case((is_over, task_holding.c.returns_to), else_=task_holding.c.holder)
