"""What happens to a published plan as it was meant to: teams accept, stops start and end, or are called off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import select

from services.dispatch.application import announce
from services.dispatch.application.bookings import free, free_if_idle, set_lines
from services.dispatch.application.policy import POLICY
from services.dispatch.application.queries import require_stop
from services.dispatch.application.rules import keep_off
from services.dispatch.application.runs import queue_repairs
from services.dispatch.domain.stop import LIVE, Assignment, Reason, Report, Stop
from services.dispatch.store.tables import assignment as assignment_table
from services.dispatch.store.tables import item, plan
from shared.contracts.dispatch import (
    AssignmentAccepted,
    BoothReported,
    StopCancelled,
    StopCompleted,
    StopStarted,
    TeamReleased,
)
from shared.kernel.access import Grant
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.unit_of_work import Transaction, UnitOfWork

HALF_DAY_MINUTES = 240
MOST_LEAFLETS = 10
"""For each resident that could be served; more is likelier a slip of the finger."""


async def accept_assignment(uow: UnitOfWork, assignment_id: str, confirmed: Confirmations = ()) -> Stop:
    grant = uow.permit(POLICY, "accept_assignment")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, await stop_of(tx, assignment_id))
        require_own(grant, stop, assignment_id)
        doubts = Doubts(confirmed)
        require_ahead(grant, stop, uow.today(), doubts)
        accepted = stop.accept(assignment_id)
        doubts.settle()
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


async def start_stop(
    uow: UnitOfWork, stop_id: str, *, off_day_reason: str | None = None, confirmed: Confirmations = ()
) -> Stop:
    """The teams are there.

    :raises Conflict: the actor's team has taken no booth here (``not_expected``), or it is not the stop's day.
    :raises InvalidInput: a coordinator enters it on another day, and does not say why.
    """
    grant = uow.permit(POLICY, "start_stop")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        require_stop(grant, stop)
        if not grant.everything and not stop.expects(grant.teams):
            raise Conflict("not_expected", field="stop_id")
        _require_day(grant, stop, uow.today(), off_day_reason)
        stop.start()
        Doubts(confirmed).settle()
        announce.of_stop(tx, StopStarted, stop)
        return stop


async def report_booths(
    uow: UnitOfWork,
    stop_id: str,
    reports: Mapping[str, Report],
    *,
    off_day_reason: str | None = None,
    confirmed: Confirmations = (),
) -> Stop:
    """Takes what booths did, by assignment id; with the last one the stop is over.

    :raises NotFound: an assignment is another team's. :raises InvalidInput: one is not expected at this stop; or a
        coordinator enters it on another day, and does not say why.
    :raises Conflict: it is not the stop's day, or a figure is doubtful.
    """
    grant = uow.permit(POLICY, "report_booths")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        require_stop(grant, stop)
        for assignment_id in reports:
            require_own(grant, stop, assignment_id)
        _require_day(grant, stop, uow.today(), off_day_reason)
        done = stop.report(reports)
        doubts = Doubts(confirmed)
        await _doubt_figures(tx, doubts, done)
        doubts.settle()
        await set_lines(tx, done, "served")
        for assignment in done:
            figures = asdict(reports[assignment.id])
            announce.of_assignment(tx, BoothReported, stop, assignment, **figures)
        if stop.state == "completed":
            _announce_completed(tx, stop)
        return stop


def require_ahead(grant: Grant, stop: Stop, today: date, doubts: Doubts) -> None:
    """After its day nobody promises anything for a stop; a coordinator who enters what was said then is asked.

    :raises Conflict: it is over.
    """
    if stop.on >= today:
        return
    if not grant.everything:
        raise Conflict("stop_is_over", field="stop_id", day=stop.on, today=today)
    doubts.add("stop_is_over", "stop_id", day=stop.on, today=today)


def _require_day(grant: Grant, stop: Stop, today: date, off_day_reason: str | None) -> None:
    """What is done at a stop is entered on its day. A coordinator may enter it on another, and says why."""
    if stop.on == today:
        return
    if not grant.everything:
        raise Conflict("not_its_day", field="stop_id", day=stop.on, today=today)
    if off_day_reason is None:
        raise InvalidInput("off_day_reason_needed", field="off_day_reason", day=stop.on, today=today)
    stop.off_day_reason = off_day_reason


async def _doubt_figures(tx: Transaction, doubts: Doubts, done: Sequence[Assignment]) -> None:
    """More were served than the volunteers had time for, even at twice their pace; or figures don't go together."""
    codes = {assignment.item_code for assignment in done}
    rows = await tx.session.execute(select(item.c.code, item.c.minutes_per_resident).where(item.c.code.in_(codes)))
    minutes = {row.code: row.minutes_per_resident for row in rows}
    for number, assignment in enumerate(done):
        each = minutes.get(assignment.item_code) or 1
        most = 2 * assignment.volunteers * HALF_DAY_MINUTES // each
        served = assignment.served or 0
        if (assignment.follow_ups or 0) > served:
            doubts.add("more_follow_ups_than_served", f"booths[{number}].follow_ups", served=served)
        if (assignment.leaflets or 0) > MOST_LEAFLETS * max(served, most):
            doubts.add("leaflets_unlikely", f"booths[{number}].leaflets", most=MOST_LEAFLETS * max(served, most))
        if served > most:
            facts = {"served": assignment.served, "volunteers": assignment.volunteers, "most": most}
            doubts.add("figures_unlikely", f"booths[{number}].served", **facts)


def _announce_completed(tx: Transaction, stop: Stop) -> None:
    booths = [assignment for assignment in stop.assignments if assignment.state == "done"]
    totals = {name: sum(getattr(booth, name) or 0 for booth in booths) for name in ("served", "leaflets", "follow_ups")}
    announce.of_stop(tx, StopCompleted, stop, booths=len(booths), **totals)


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
    campaign_id = str(await tx.session.scalar(select(plan.c.campaign_id).where(plan.c.id == stop.plan_id)))
    released = stop.cancel(reason)
    await set_lines(tx, released, "open")
    await keep_off(tx, campaign_id, [entry.line_id for entry in released], stop.on)
    await _announce_cancelled(tx, stop, released, reason.code)
    queue_repairs(tx, [campaign_id])


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
