"""A booth's steward makes a telephone the only one that calls, so that it can go on without a connection."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from services.dispatch.policy import POLICY
from services.dispatch.tickets.domain.lease import (
    Entry,
    Outcome,
    QueueLease,
    give_back,
    replay,
    reserve,
)
from services.dispatch.tickets.queries import all_tickets, last_given, lease_on
from services.dispatch.tickets.tables import ticket
from services.dispatch.tickets.use_cases.residents import new_mark
from services.dispatch.tickets.use_cases.stewards import clock_time, locked_queue
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class Told:
    """A telephone's lease, the next number that it may give out, and what became of what it told."""

    lease: QueueLease
    next_number: int | None
    outcomes: Sequence[tuple[Entry, Outcome]] = ()


async def take_lease(
    uow: UnitOfWork, assignment_id: str, mine: str | None, confirmed: Confirmations = ()
) -> Told:
    """Makes a telephone the only one that calls. One that has the lease already, ``mine``, keeps it while it has
    numbers to give; a lease of another telephone is taken over once the steward confirms that.

    :raises Conflict: the queue is not open, or has ended.
    """
    grant = uow.permit(POLICY, "run_booth_queue")
    async with uow.transaction() as tx:
        queue = await locked_queue(tx, grant, assignment_id)
        doubts, held = Doubts(confirmed), await lease_on(tx.session, assignment_id)
        if held is not None:
            number = held.after(await last_given(tx.session, held))
            if held.id == mine and number is not None:
                held.seen_at = tx.now
                return Told(held, number)
            if held.id != mine:
                doubts.add("calls_elsewhere", "assignment_id", since=clock_time(held.held_at))
            doubts.settle()
            held.end(tx.now)  # with its numbers: it may have given out some that it has not told of
        lease = reserve(queue, new_id(), tx.now)
        tx.session.add(lease)
        return Told(lease, lease.first_number)


async def give_lease_back(uow: UnitOfWork, assignment_id: str, lease_id: str) -> None:
    """Others call again. Sent again, it changes nothing.

    :raises NotFound: there is no such lease.
    """
    grant = uow.permit(POLICY, "run_booth_queue")
    async with uow.transaction() as tx:
        queue = await locked_queue(tx, grant, assignment_id)
        lease = await _lease(tx, assignment_id, lease_id)
        give_back(queue, lease, await all_tickets(tx.session, assignment_id), tx.now)


async def tell(
    uow: UnitOfWork, assignment_id: str, lease_id: str, entries: Sequence[Entry]
) -> Told:
    """What a telephone did without a connection, see :func:`services.dispatch.tickets.domain.lease.replay`; with no
    entries, that it is connected.

    :raises NotFound: there is no such lease.
    """
    grant = uow.permit(POLICY, "run_booth_queue")
    async with uow.transaction() as tx:
        queue = await locked_queue(tx, grant, assignment_id)
        lease = await _lease(tx, assignment_id, lease_id)
        if not entries:
            lease.seen_at = tx.now
            return Told(lease, lease.after(await last_given(tx.session, lease)))
        tickets = {each.id: each for each in await all_tickets(tx.session, assignment_id)}
        said = await _without_foreign(tx, entries, tickets)
        outcomes, drawn = replay(queue, lease, said, tickets, tx.now)
        for each in drawn:
            each.token = new_mark()
            tx.session.add(each)
        await tx.session.flush()
        return Told(lease, lease.after(await last_given(tx.session, lease)), outcomes)


async def _without_foreign(
    tx: Transaction, entries: Sequence[Entry], known: Collection[str]
) -> Sequence[Entry]:
    """The entries; those that draw a ticket under the id of another booth's draw none."""
    made = {each.ticket_id for each in entries if each.do == "draw"} - set(known)
    query = select(ticket.c.id).where(ticket.c.id.in_(made))
    foreign = set(await tx.session.scalars(query)) if made else set()
    return [replace(each, number=None) if each.ticket_id in foreign else each for each in entries]


async def _lease(tx: Transaction, assignment_id: str, lease_id: str) -> QueueLease:
    found = await tx.session.get(QueueLease, lease_id)
    if found is None or found.assignment_id != assignment_id:
        raise NotFound("queue_lease", lease_id)
    return found
