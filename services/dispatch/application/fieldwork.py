"""What happens to a published plan as it was meant to: teams accept, stops start and end, or are called off."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from services.dispatch.application import announce
from services.dispatch.application.bookings import free, free_if_idle, set_lines
from services.dispatch.application.policy import POLICY
from services.dispatch.application.queries import require_stop
from services.dispatch.application.rules import keep_off
from services.dispatch.application.runs import queue_repairs
from services.dispatch.domain.stop import LIVE, Assignment, Reason, Report, Stop
from services.dispatch.store.tables import assignment as assignment_table
from services.dispatch.store.tables import plan
from shared.contracts.dispatch import (
    AssignmentAccepted,
    BoothReported,
    StopCancelled,
    StopCompleted,
    StopStarted,
    TeamReleased,
)
from shared.db.unit_of_work import Transaction, UnitOfWork
from shared.kernel.access import Grant
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import NotFound


async def accept_assignment(uow: UnitOfWork, assignment_id: str) -> Stop:
    grant = uow.permit(POLICY, "accept_assignment")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, await stop_of(tx, assignment_id))
        require_own(grant, stop, assignment_id)
        accepted = stop.accept(assignment_id)
        announce.of_assignment(tx, AssignmentAccepted, stop, accepted)
        return stop


async def cancel_stop(uow: UnitOfWork, stop_id: str, reason: Reason, confirmed: Confirmations = ()) -> Stop:
    """Calls a stop off; a planning run looks for places for its lines, on other days."""
    uow.permit(POLICY, "cancel_stop")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        await call_off(tx, stop, reason)
        Doubts(confirmed).settle()
        return stop


async def start_stop(uow: UnitOfWork, stop_id: str) -> Stop:
    grant = uow.permit(POLICY, "start_stop")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        require_stop(grant, stop)
        stop.start()
        announce.of_stop(tx, StopStarted, stop)
        return stop


async def complete_stop(uow: UnitOfWork, stop_id: str, reports: Mapping[str, Report]) -> Stop:
    """Ends a stop; ``reports`` by assignment id. :raises InvalidInput: they don't match the booths."""
    grant = uow.permit(POLICY, "complete_stop")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        require_stop(grant, stop)
        done = stop.complete(reports)
        await set_lines(tx, done, "served")
        for assignment in done:
            report = reports[assignment.id]
            announce.of_assignment(
                tx,
                BoothReported,
                stop,
                assignment,
                served=report.served,
                leaflets=report.leaflets,
                follow_ups=report.follow_ups,
            )
        announce.of_stop(
            tx,
            StopCompleted,
            stop,
            booths=len(done),
            served=sum(report.served for report in reports.values()),
            leaflets=sum(report.leaflets for report in reports.values()),
            follow_ups=sum(report.follow_ups for report in reports.values()),
        )
        return stop


async def release_order(tx: Transaction, order_id: str, reason_code: str) -> None:
    """Releases what is booked for an order at stops that have not begun; a stop that is left without
    any booth is cancelled."""
    stop_ids = await tx.session.scalars(
        select(assignment_table.c.stop_id)
        .where(assignment_table.c.order_id == order_id, assignment_table.c.state.in_(LIVE))
        .distinct()
        .order_by(assignment_table.c.stop_id)
    )
    for stop_id in stop_ids.all():
        stop = await tx.get(Stop, stop_id)
        if stop.state != "planned":
            continue
        released = [assignment for assignment in stop.live if assignment.order_id == order_id]
        for assignment in released:
            assignment.release(reason_code)
        if stop.live:
            for assignment in released:
                announce.of_assignment(tx, TeamReleased, stop, assignment, reason_code=reason_code)
                await free_if_idle(tx, stop, assignment.team_code)
        else:
            stop.cancel(Reason(reason_code))
            await _announce_cancelled(tx, stop, released, reason_code)


async def call_off(tx: Transaction, stop: Stop, reason: Reason) -> None:
    """What it was for is still wanted, but not on that day."""
    campaign = str(await tx.session.scalar(select(plan.c.campaign).where(plan.c.id == stop.plan_id)))
    released = stop.cancel(reason)
    await set_lines(tx, released, "open")
    await keep_off(tx, campaign, [entry.line_id for entry in released], stop.on)
    await _announce_cancelled(tx, stop, released, reason.code)
    queue_repairs(tx, [campaign])


async def _announce_cancelled(tx: Transaction, stop: Stop, released: Iterable[Assignment], reason_code: str) -> None:
    await free(tx, [stop])
    for assignment in released:
        announce.of_assignment(tx, TeamReleased, stop, assignment, reason_code=reason_code)
    announce.of_stop(tx, StopCancelled, stop, reason_code=reason_code)


def require_own(grant: Grant, stop: Stop, assignment_id: str) -> None:
    """:raises NotFound: the assignment is another team's."""
    teams = [entry.team_code for entry in stop.assignments if entry.id == assignment_id]
    grant.require("assignment", assignment_id, teams=teams)


async def stop_of(tx: Transaction, assignment_id: str) -> str:
    query = select(assignment_table.c.stop_id).where(assignment_table.c.id == assignment_id)
    stop_id = await tx.session.scalar(query)
    if stop_id is None:
        raise NotFound(Assignment.kind, assignment_id, states=Assignment.STEPS)
    return str(stop_id)
