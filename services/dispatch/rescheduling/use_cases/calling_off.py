"""Calls a stop off, or releases what was booked for an order."""

from collections.abc import Iterable

from services.dispatch.demand.use_cases import set_lines
from services.dispatch.plans.queries.plans import campaigns_of_plans
from services.dispatch.plans.use_cases.rules import ban_day
from services.dispatch.plans.use_cases.runs import queue_repairs
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import Assignment, StatedReason, Stop
from services.dispatch.stops.queries import stops_of_order
from services.dispatch.stops.use_cases.announcements import announce_assignment, announce_stop
from services.dispatch.stops.use_cases.bookings import free, free_if_idle
from shared.contracts.dispatch import StopCancelled, TeamReleased
from shared.kernel.doubts import Confirmations, Doubts
from shared.unit_of_work import Transaction, UnitOfWork


async def cancel_stop(uow: UnitOfWork, stop_id: str, reason: StatedReason, confirmed: Confirmations = ()) -> Stop:
    """Calls a stop off. A planning run looks for places for its lines on other days."""
    uow.permit(POLICY, "cancel_stop")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        await call_off(tx, stop, reason)
        Doubts(confirmed).settle()
        return stop


async def release_order(tx: Transaction, order_id: str, reason_code: str) -> None:
    """Releases what is booked for an order at stops that have not begun. A stop that has no booth left is cancelled."""
    for stop_id in await stops_of_order(tx.session, order_id):
        stop = await tx.get(Stop, stop_id)
        if stop.state != "planned":
            continue
        released = [assignment for assignment in stop.live if assignment.order_id == order_id]
        for assignment in released:
            assignment.release(reason_code)
        if stop.live:
            for assignment in released:
                announce_assignment(tx, TeamReleased, stop, assignment, reason_code=reason_code)
                await free_if_idle(tx, stop, assignment.team_code)
        else:
            stop.cancel(StatedReason(reason_code))
            await _announce_cancelled(tx, stop, released, reason_code)


async def call_off(tx: Transaction, stop: Stop, reason: StatedReason) -> None:
    """Cancels the stop and opens its lines again. No plan puts them back on that day."""
    (campaign_id,) = await campaigns_of_plans(tx.session, [stop.plan_id])
    released = stop.cancel(reason)
    line_ids = [entry.line_id for entry in released]
    await set_lines(tx, line_ids, "open")
    await ban_day(tx, campaign_id, line_ids, stop.on)
    await _announce_cancelled(tx, stop, released, reason.code)
    queue_repairs(tx, [campaign_id])


async def _announce_cancelled(tx: Transaction, stop: Stop, released: Iterable[Assignment], reason_code: str) -> None:
    await free(tx, [stop])
    for assignment in released:
        announce_assignment(tx, TeamReleased, stop, assignment, reason_code=reason_code)
    announce_stop(tx, StopCancelled, stop, reason_code=reason_code)
