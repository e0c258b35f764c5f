"""A published stop goes as planned: its teams accept, it starts, and its booths report until it is over."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.dispatch.demand.use_cases import serve_lines
from services.dispatch.directory.queries import minutes_per_resident
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.figures import doubts_about
from services.dispatch.stops.domain.reporting import report_until
from services.dispatch.stops.domain.stop import Assignment, Report, Stop
from services.dispatch.stops.queries.lookups import stop_of_assignment, stops_to_report
from services.dispatch.stops.queries.views import require_stop
from services.dispatch.stops.use_cases.announcements import (
    announce_assignment,
    announce_queue,
    announce_stop,
)
from services.dispatch.stops.use_cases.coverage import note_served
from shared.contracts.dispatch import (
    AssignmentAccepted,
    BoothReported,
    ReportOverdue,
    ReportReminded,
    StopCompleted,
    StopStarted,
)
from shared.kernel.access import Grant
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork


async def accept_assignment(
    uow: UnitOfWork, assignment_id: str, confirmed: Confirmations = ()
) -> Stop:
    grant = uow.permit(POLICY, "accept_assignment")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, await stop_of_assignment(tx.session, assignment_id))
        require_own(grant, stop, assignment_id)
        doubts = Doubts(confirmed)
        require_ahead(grant, stop, uow.today(), doubts)
        accepted = stop.accept(assignment_id)
        doubts.settle()
        announce_assignment(tx, AssignmentAccepted, stop, accepted)
        return stop


async def start_stop(
    uow: UnitOfWork,
    stop_id: str,
    *,
    off_day_reason: str | None = None,
    confirmed: Confirmations = (),
) -> Stop:
    """Starts a stop: the teams are there.

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
        doubts = Doubts(confirmed)
        if stop.other_days:
            doubts.add("another_day_is_asked", "stop_id")
        doubts.settle()
        announce_stop(tx, StopStarted, stop)
        return stop


async def report_booths(
    uow: UnitOfWork,
    stop_id: str,
    reports: Mapping[str, Report],
    *,
    off_day_reason: str | None = None,
    confirmed: Confirmations = (),
) -> Stop:
    """Takes what booths did, by assignment id, until the term ends. With the last report the stop is over.

    :raises NotFound: an assignment is another team's. :raises InvalidInput: one is not expected at this stop, a figure
        can't be, or a coordinator enters it before the stop's day or after the term, and does not say why.
    :raises Conflict: it is before the stop's day or after the term, or a figure is doubtful.
    """
    grant = uow.permit(POLICY, "report_booths")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        require_stop(grant, stop)
        for assignment_id in reports:
            require_own(grant, stop, assignment_id)
        _require_term(grant, stop, uow.today(), off_day_reason)
        done = stop.report(reports)
        doubts = Doubts(confirmed)
        odd = await doubt_figures(tx, doubts, done)
        doubts.settle()
        for assignment in done:
            assignment.doubt(odd[assignment.id], by_corps=grant.everything)
        await serve_lines(tx, stop, [assignment.line_id for assignment in done])
        await note_served(tx, stop, done)
        for assignment in done:
            report = reports[assignment.id]
            figures = {name: getattr(report, name) for name in ("served", "leaflets", "follow_ups")}
            announce_assignment(tx, BoothReported, stop, assignment, **figures)
            if report.queue is not None and assignment.queue_state is None:
                announce_queue(tx, stop, assignment, report.served)
        if stop.state == "completed":
            announce_completed(tx, stop)
        return stop


def require_ahead(grant: Grant, stop: Stop, today: date, doubts: Doubts) -> None:
    """Nobody accepts or declines after the stop's day. A coordinator, who may enter it late, is asked to confirm.

    :raises Conflict: it is over.
    """
    if stop.on >= today:
        return
    if not grant.everything:
        raise Conflict("stop_is_over", field="stop_id", day=stop.on, today=today)
    doubts.add("stop_is_over", "stop_id", day=stop.on, today=today)


def _require_day(grant: Grant, stop: Stop, today: date, off_day_reason: str | None) -> None:
    """What is done at a stop is entered on its day. A coordinator may enter it on another day and gives a reason."""
    if stop.on == today:
        return
    if not grant.everything:
        raise Conflict("not_its_day", field="stop_id", day=stop.on, today=today)
    if off_day_reason is None:
        raise InvalidInput(
            "off_day_reason_needed", field="off_day_reason", day=stop.on, today=today
        )
    stop.off_day_reason = off_day_reason


def _require_term(grant: Grant, stop: Stop, today: date, off_day_reason: str | None) -> None:
    """What booths did is entered from the stop's day on until the term for that ends; by a coordinator who gives a
    reason, also at other times."""
    until = report_until(stop.on)
    if stop.on <= today <= until:
        return
    if today > until and not grant.everything:
        raise Conflict("report_too_late", field="stop_id", until=until, today=today)
    _require_day(grant, stop, today, off_day_reason)


async def see_to_reports(uow: UnitOfWork) -> None:
    """Reminds teams whose report is missing before the term ends, and says once of each that it is late. It may run
    any number of times on a day."""
    async with uow.transaction() as tx:
        keys = await stops_to_report(tx.session, tx.today)
        found = await tx.find_all(Stop, keys)
        for key in sorted(found):
            stop = found[key]
            if stop.state != "under_way":
                continue  # its last report came while its row was waited for
            for entry, silence in stop.unreported(tx.today):
                event = ReportOverdue if silence.kind == "overdue" else ReportReminded
                announce_assignment(tx, event, stop, entry, until_on=silence.until)


async def doubt_figures(
    tx: Transaction, doubts: Doubts, done: Sequence[Assignment], at: str = "booths[{number}]."
) -> dict[str, list[str]]:
    """Adds what is doubtful about the figures of these booths, and returns its codes by assignment id.

    :raises InvalidInput: figures can't be.

    ``at`` is where in the request the figures of the booth with this number stand."""
    minutes = await minutes_per_resident(tx.session, {assignment.item_code for assignment in done})
    codes = {}
    for number, booth in enumerate(done):
        found = doubts_about(booth, minutes.get(booth.item_code) or 1, at.format(number=number))
        for doubt in found:
            doubts.add(doubt.code, doubt.where, **doubt.facts)
        codes[booth.id] = [doubt.code for doubt in found]
    return codes


async def accept_figures(uow: UnitOfWork, assignment_id: str, seen: Report) -> Stop:
    """The corps has looked at figures that are odd: they are right.

    :raises NotFound: there is no such booth.
    :raises Conflict: nothing about its figures is doubtful, or they are others than were ``seen``.
    """
    uow.permit(POLICY, "accept_figures")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, await stop_of_assignment(tx.session, assignment_id))
        stop.assignment(assignment_id).accept_figures(seen)
        return stop


def announce_completed(tx: Transaction, stop: Stop) -> None:
    booths = [assignment for assignment in stop.assignments if assignment.state == "done"]
    totals = {
        name: sum(getattr(booth, name) or 0 for booth in booths)
        for name in ("served", "leaflets", "follow_ups")
    }
    announce_stop(tx, StopCompleted, stop, booths=len(booths), **totals)


def require_own(grant: Grant, stop: Stop, assignment_id: str) -> None:
    """:raises NotFound: the assignment is another team's."""
    teams = [entry.team_code for entry in stop.assignments if entry.id == assignment_id]
    grant.require("assignment", assignment_id, teams=teams)
