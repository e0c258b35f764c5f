"""Taking a task, handing it to a colleague, and giving it back. One function a use case; each owns its transaction."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import date
from typing import Literal

from sqlalchemy.dialects import postgresql, sqlite

from shared.contracts.base import TaskHolderChange
from shared.db.bulk_insert import FIRST_VERSION
from shared.db.engine import dialect_of
from shared.kernel.access import Policy
from shared.kernel.errors import Forbidden, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.tasks.coordinators import lock_coordinators
from shared.tasks.holding import HolderChange, Holding
from shared.tasks.kinds import SharedKinds
from shared.tasks.queries import holding_id
from shared.tasks.tables import task_holding
from shared.unit_of_work import Transaction, UnitOfWork


async def take_task(
    uow: UnitOfWork,
    policy: Policy,
    kinds: SharedKinds,
    changed: type[TaskHolderChange],
    *,
    code: str,
    about: str,
    instead_of: str | None,
) -> Holding:
    """Takes a task that nobody works on, or that ``instead_of`` does, as the actor knows.

    Of two who take it at once the second is refused. Whoever had it is told by ``changed``, the service's event.

    :raises InvalidInput: tasks of this code are not shared. :raises NotFound: it does not wait any more.
    :raises TaskHeld: a colleague has it, other than ``instead_of``.
    """
    uow.permit(policy, "take_task")
    async with _changing(uow, kinds, code, about) as (tx, holding):
        before = holding.holder
        holding.take(uow.actor.subject, tx.now, instead_of=instead_of)
        _tell(uow, tx, changed, "taken_over", holding, about, before)
    return holding


async def hand_task_over(
    uow: UnitOfWork,
    policy: Policy,
    kinds: SharedKinds,
    changed: type[TaskHolderChange],
    *,
    code: str,
    about: str,
    colleague: str,
    until_on: date | None,
) -> Holding:
    """Hands a task to a colleague, for good or up to and including ``until_on``.

    :raises InvalidInput: the colleague is the actor or no open coordinator, the day has passed, or see
        :func:`take_task`. :raises NotFound: it does not wait any more.
    :raises Conflict: see :meth:`Holding.hand_over`.
    """
    uow.permit(policy, "hand_task_over")
    if colleague == uow.actor.subject:
        raise InvalidInput("colleague_is_self", field="colleague")
    if until_on is not None and until_on < uow.today():
        raise InvalidInput(
            "delegated_until_past", field="until_on", until_on=until_on, today=uow.today()
        )
    async with _changing(uow, kinds, code, about, colleague=colleague) as (tx, holding):
        before = holding.holder, holding.until_on
        holding.hand_over(uow.actor.subject, colleague, tx.now, until_on=until_on)
        if (holding.holder, holding.until_on) != before:
            _tell(uow, tx, changed, "handed_over", holding, about, colleague)
    return holding


async def give_task_back(
    uow: UnitOfWork,
    policy: Policy,
    kinds: SharedKinds,
    changed: type[TaskHolderChange],
    *,
    code: str,
    about: str,
) -> Holding:
    """Gives a task back: to whoever delegated it, else to nobody.

    :raises InvalidInput: :raises NotFound: see :func:`take_task`. :raises TaskHeld: a colleague has it.
    """
    uow.permit(policy, "give_task_back")
    async with _changing(uow, kinds, code, about) as (tx, holding):
        is_held = holding.holder is not None
        holding.give_back(uow.actor.subject, tx.now)
        if is_held:
            _tell(uow, tx, changed, "given_back", holding, about, holding.holder)
    return holding


@asynccontextmanager
async def _changing(
    uow: UnitOfWork, kinds: SharedKinds, code: str, about: str, *, colleague: str | None = None
) -> AsyncIterator[tuple[Transaction, Holding]]:
    """Locks who is concerned, then the task's holding, in the order of :func:`keep_coordinator`."""
    async with uow.transaction() as tx:
        await _require_open(uow, tx, colleague)
        holding = await _holding_of(uow, tx, kinds, code, about)
        holding.settle(uow.today())
        yield tx, holding


def _tell(
    uow: UnitOfWork,
    tx: Transaction,
    changed: type[TaskHolderChange],
    step: Literal["handed_over", "taken_over", "given_back"],
    holding: Holding,
    about: str,
    told: str | None,
) -> None:
    """Publishes the change for the colleague whom it concerns, if there is one."""
    if told is None or told == uow.actor.subject:
        return
    event = changed(
        code=holding.code,
        about=about,
        step=step,
        told_id=told,
        by_id=uow.actor.subject,
        until_on=holding.until_on if step == "handed_over" else None,
    )
    tx.record(HolderChange(id=new_id()), event)


async def _require_open(uow: UnitOfWork, tx: Transaction, colleague: str | None) -> None:
    """Checks that the actor's account is not known to be closed, and that the colleague's is known to be open."""
    is_open = await lock_coordinators(tx, {uow.actor.subject, colleague or uow.actor.subject})
    if not is_open.get(uow.actor.subject, True):
        raise Forbidden(uow.permitted[-1])
    if colleague is not None and not is_open.get(colleague, False):
        raise InvalidInput("no_such_colleague", field="colleague")


async def _holding_of(
    uow: UnitOfWork, tx: Transaction, kinds: SharedKinds, code: str, about: str
) -> Holding:
    if code not in kinds:
        raise InvalidInput("task_not_shared", field="code")
    kind, _, object_id = about.partition(":")
    found: Collection[str] = ()
    if kind == kinds[code].about:
        found = await kinds[code].waiting(tx.session, uow.today(), {object_id})
    if object_id not in found:
        raise NotFound("task", about)
    make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
    key = holding_id(code, about)
    row = {"id": key, "code": code, "object_id": object_id, "since": tx.now}
    row |= {"event_seq": 0, "version": FIRST_VERSION}
    # Of two who take it at once, the second waits here for the first, and then reads what that one stored.
    await tx.session.execute(make(task_holding).values(**row).on_conflict_do_nothing())
    return await tx.get(Holding, key)
