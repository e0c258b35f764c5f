"""What a booth's leader does on a telephone: opens the queue, calls, and ends it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time

from sqlalchemy import select

from services.dispatch.directory.queries import minutes_per_resident
from services.dispatch.planning.problem.problem import DayPart
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import Measured, Stop
from services.dispatch.stops.queries.lookups import stop_of_assignment
from services.dispatch.stops.use_cases.acting import require_own
from services.dispatch.stops.use_cases.announcements import announce_assignment, announce_queue
from services.dispatch.tickets.domain.measures import measure
from services.dispatch.tickets.domain.queue import Act, BoothQueue, SheetRow, Ticket
from services.dispatch.tickets.queries import (
    all_tickets,
    count_turned_away,
    is_full,
    lease_on,
    live_tickets,
    next_letter,
    pace_at,
    prior_minutes,
    require_booth,
)
from services.dispatch.tickets.tables import ticket
from services.dispatch.tickets.use_cases.residents import new_mark, new_ticket
from services.dispatch.tickets.use_cases.staffing import size_booths
from shared.contracts.dispatch import QueueOpened
from shared.identity.vouchers import new_seed, public_key_of
from shared.kernel.access import Grant
from shared.kernel.clock import CHINA
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

ENDS: dict[DayPart, time] = {"morning": time(11, 30), "afternoon": time(17)}
"""When a booth packs up, where its leader says nothing else."""

SheetTimes = tuple[time, time | None, time | None]
"""When a ticket was drawn, called and served, by the time of day in China."""


async def open_queue(
    uow: UnitOfWork, assignment_id: str, *, places: int, until: time | None
) -> None:
    """Residents may draw tickets, until all that were drawn can be served by the end. Asked again, the queue goes on
    with these ``places`` until this time, also if it was closed.

    :raises Conflict: it is not the stop's day, or the stop is not under way.
    :raises InvalidInput: it is later than ``until``.
    """
    grant = uow.permit(POLICY, "run_booth_queue")
    local = uow.business_now().astimezone(CHINA)
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, await stop_of_assignment(tx.session, assignment_id))
        require_own(grant, stop, assignment_id)
        _require_day(stop, uow.today())
        end = datetime.combine(stop.on, until or ENDS[stop.part], CHINA)
        if end <= local:
            raise InvalidInput(
                "queue_ends_in_the_past",
                field="until",
                until=f"{end:%H:%M}",
                now=f"{local:%H:%M}",
            )
        ends_at = tx.now + (end - local)
        queue = await tx.find(BoothQueue, assignment_id)
        if queue is not None:
            queue.open_again(places, ends_at)
            return
        booth, seed = stop.open_queue(assignment_id), new_seed()
        tx.add(
            BoothQueue(
                assignment_id=assignment_id,
                stop_id=stop.id,
                township_code=stop.township_code,
                item_code=booth.item_code,
                letter=await next_letter(tx.session, stop.id),
                places=places,
                prior_minutes=await _prior(tx, booth.item_code),
                opened_at=tx.now,
                ends_at=ends_at,
                voucher_seed=seed,
            )
        )
        announce_assignment(tx, QueueOpened, stop, booth, voucher_key=public_key_of(seed))


def _require_day(stop: Stop, today: date) -> None:
    if stop.on != today:
        raise Conflict("not_its_day", field="assignment_id", day=stop.on, today=today)


async def close_queue(uow: UnitOfWork, assignment_id: str) -> None:
    """No more tickets are drawn; those that were are called."""
    grant = uow.permit(POLICY, "run_booth_queue")
    async with uow.transaction() as tx:
        (await locked_queue(tx, grant, assignment_id)).close()


async def draw_for_resident(
    uow: UnitOfWork, assignment_id: str, *, priority: bool, confirmed: Confirmations = ()
) -> tuple[BoothQueue, Ticket]:
    """Draws a ticket for who has no telephone. A leader who is sure may draw one more than can surely be served."""
    grant = uow.permit(POLICY, "run_booth_queue")
    async with uow.transaction() as tx:
        queue = await locked_queue(tx, grant, assignment_id)
        live = await live_tickets(tx.session, assignment_id)
        drawn = new_ticket(tx, queue, came_by="steward", priority=priority)
        doubts = Doubts(confirmed)
        if is_full(queue, live, await pace_at(tx.session, queue), tx.now):
            doubts.add("queue_is_full", "assignment_id", waiting=len(live))
        doubts.settle()
        return queue, drawn


async def call_next(
    uow: UnitOfWork,
    assignment_id: str,
    *,
    place: int,
    finished: str | None,
    lease_id: str | None = None,
) -> Ticket | None:
    """See :meth:`BoothQueue.call_next`.

    :raises Conflict: another telephone holds the queue's lease.
    """
    grant = uow.permit(POLICY, "run_booth_queue")
    async with uow.transaction() as tx:
        queue = await locked_queue(tx, grant, assignment_id)
        await _require_lease(tx, assignment_id, lease_id)
        return queue.call_next(
            place, finished, await live_tickets(tx.session, assignment_id), tx.now
        )


async def act_on_ticket(
    uow: UnitOfWork, ticket_id: str, act: Act, lease_id: str | None = None
) -> str:
    """Calls a ticket again, says that its resident is there, or is not, or is called again after the others, or came
    back after missing the call. Returns the booth's assignment id.

    :raises NotFound: the ticket is of another team's booth.
    :raises Conflict: its state does not allow that, it was called less than five minutes ago, or another telephone
        holds the queue's lease.
    """
    grant = uow.permit(POLICY, "run_booth_queue")
    async with uow.transaction() as tx:
        query = select(ticket.c.assignment_id).where(ticket.c.id == ticket_id)
        assignment_id = await tx.session.scalar(query)
        if assignment_id is None:
            raise NotFound(Ticket.kind, ticket_id, states=Ticket.STEPS)
        queue = await locked_queue(tx, grant, assignment_id)
        await _require_lease(tx, str(assignment_id), lease_id)
        queue.require("call", queue.state)
        found = (await tx.session.scalars(select(Ticket).where(ticket.c.id == ticket_id))).one()
        live = await live_tickets(tx.session, assignment_id)
        steps: dict[Act, Callable[[], None]] = {
            "again": lambda: found.call_again(tx.now),
            "begin": lambda: found.begin(tx.now),
            "miss": lambda: found.miss(tx.now),
            "park": lambda: queue.park(found),
            "return": lambda: queue.bring_back(found, live),
        }
        steps[act]()
        return str(assignment_id)


async def enter_sheet(uow: UnitOfWork, assignment_id: str, rows: Sequence[SheetTimes]) -> None:
    """Keys a queue that was kept on paper, in one go: its tickets, and what they measured. A coordinator may key it
    after the stop's day.

    :raises Conflict: the booth gives tickets itself, or did; or it is not the stop's day.
    :raises InvalidInput: the times of a line are in the wrong order; the error says of which.
    """
    grant = uow.permit(POLICY, "run_booth_queue")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, await stop_of_assignment(tx.session, assignment_id))
        require_own(grant, stop, assignment_id)
        if not grant.everything:
            _require_day(stop, uow.today())
        if await tx.find(BoothQueue, assignment_id) is not None:
            raise Conflict("queue_is_there", field="assignment_id")
        booth = stop.open_queue(assignment_id)
        begins = min(datetime.combine(stop.on, drawn, CHINA) for drawn, _, _ in rows)
        ends = datetime.combine(stop.on, ENDS[stop.part], CHINA)
        queue = BoothQueue(
            assignment_id=assignment_id,
            stop_id=stop.id,
            township_code=stop.township_code,
            item_code=booth.item_code,
            letter=await next_letter(tx.session, stop.id),
            places=booth.volunteers,
            prior_minutes=await _prior(tx, booth.item_code),
            opened_at=begins,
            ends_at=ends,
        )
        tx.add(queue)
        await tx.session.flush()

        def moment(at: time | None) -> datetime | None:
            return None if at is None else datetime.combine(stop.on, at, CHINA)

        for number, (drawn, called, served) in enumerate(rows, 1):
            row = SheetRow(datetime.combine(stop.on, drawn, CHINA), moment(called), moment(served))
            tx.session.add(queue.key_in(number, new_id(), new_mark(), row))
        await tx.session.flush()
        queue.end(await live_tickets(tx.session, assignment_id), ends)
        queue.ended_at = tx.now
        await say_what_was_measured(tx, stop, queue)
        await tx.session.flush()
        await size_booths(tx, queue.item_code)


async def _prior(tx: Transaction, item_code: str) -> float:
    menu = await minutes_per_resident(tx.session, [item_code])
    return await prior_minutes(tx.session, item_code, menu.get(item_code))


async def end_queue(
    uow: UnitOfWork,
    assignment_id: str,
    confirmed: Confirmations = (),
    lease_id: str | None = None,
) -> None:
    """The booth packs up. What its tickets measured is said of it; the report asks for it no more.

    :raises Conflict: residents still wait, and the leader did not confirm that they are not served; or another
        telephone holds the queue's lease.
    """
    grant = uow.permit(POLICY, "run_booth_queue")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, await stop_of_assignment(tx.session, assignment_id))
        queue = await locked_queue(tx, grant, assignment_id)
        await _require_lease(tx, assignment_id, lease_id)
        live = await live_tickets(tx.session, assignment_id)
        doubts = Doubts(confirmed)
        waiting = [each for each in live if each.state != "serving"]
        if waiting:
            doubts.add("residents_wait", "assignment_id", waiting=len(waiting))
        queue.end(live, tx.now)
        doubts.settle()
        await say_what_was_measured(tx, stop, queue)
        await tx.session.flush()
        await size_booths(tx, queue.item_code)


async def say_what_was_measured(tx: Transaction, stop: Stop, queue: BoothQueue) -> None:
    await tx.session.flush()
    measured = measure(
        await all_tickets(tx.session, queue.assignment_id),
        await count_turned_away(tx.session, queue.assignment_id),
    )
    queue.arrived, queue.served = measured.arrived, measured.served
    queue.longest, queue.mean_wait_minutes = measured.longest, measured.mean_wait_minutes
    queue.minutes_per_resident = measured.minutes_per_resident
    queue.arrivals_per_hour = measured.arrivals_per_hour
    booth = stop.assignment(queue.assignment_id)
    wait = round(measured.mean_wait_minutes or 0)
    booth.measure(Measured(measured.arrived, measured.served, measured.longest, wait))
    announce_queue(tx, stop, booth, measured.served)


def clock_time(at: datetime) -> str:
    """The time of day in China, as people at the booth say it."""
    return f"{at.astimezone(CHINA):%H:%M}"


async def _require_lease(tx: Transaction, assignment_id: str, lease_id: str | None) -> None:
    """:raises Conflict: another telephone alone calls at this booth, and may be doing so without a connection."""
    held = await lease_on(tx.session, assignment_id)
    if held is not None and held.id != lease_id:
        raise Conflict("queue_is_leased", field="lease", since=clock_time(held.held_at))


async def locked_queue(tx: Transaction, grant: Grant, assignment_id: str) -> BoothQueue:
    """The queue, locked. :raises NotFound: it is another team's, or was not opened."""
    booth = await require_booth(tx.session, assignment_id)
    grant.require("assignment", assignment_id, teams=[booth.team_code])
    queue = await tx.find(BoothQueue, assignment_id)
    if queue is None:
        raise Conflict("queue_not_open", field="assignment_id")
    return queue
