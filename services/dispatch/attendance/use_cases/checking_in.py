"""A phone says that somebody came or went; it is kept as it was said, whatever comes of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from services.dispatch.attendance.domain.attendance import Attendance, Mark
from services.dispatch.attendance.domain.scan import Outcome, Scan, fault_of
from services.dispatch.attendance.queries.presence import key_of, people_of
from services.dispatch.attendance.tables import scan as scans
from services.dispatch.attendance.use_cases.codes import fits, open_roster
from services.dispatch.attendance.use_cases.hours import follow_attendance
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import Assignment, Stop
from shared.kernel.errors import Conflict, NotFound
from shared.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a scan; ``fault`` is why it was not taken."""

    nonce: str
    outcome: Outcome
    fault: str | None
    at: datetime
    assignment_id: str | None = None


async def record_scan(uow: UnitOfWork, scan: Scan) -> Answered:
    """Takes what a phone says, at once or when it is connected again. Sent again, it is answered as before.

    :raises NotFound: there is no such stop; or it is neither the own number nor a booth of the own team; or whoever has
        only the list says it of a stop that is another team's.
    :raises Conflict: the nonce is that of something else.
    """
    grant = uow.permit(POLICY, "check_in")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, scan.stop_id)
        sealed = open_roster(uow.vault, scan.roster, stop.id)
        entry = await _booth(
            tx, stop, scan.volunteer_no, sealed.booth_of(scan.volunteer_no) if sealed else None
        )
        teams = [entry.team_code] if entry else [each.team_code for each in stop.assignments]
        is_own = scan.volunteer_no in grant.persons
        # By the list says only who has one: a leader, or the corps.
        if not (grant.covers(teams=teams) or (is_own and scan.by == "code")):
            raise NotFound(Stop.kind, stop.id, states=Stop.STEPS)
        known = await _answered(tx, scan)
        if known is not None:
            return known
        # In whole seconds, as sealed: what lies between two looks at one clock is not the phone's.
        seconds_ahead = round((tx.business_now - tx.now).total_seconds())
        ahead = sealed.business_ahead if sealed else timedelta(seconds=seconds_ahead)
        at = (scan.at + ahead).astimezone(UTC)
        fault = fault_of(
            scan,
            at=at,
            now=tx.business_now,
            real_now=tx.now,
            on=stop.on,
            is_open=stop.state in ("planned", "under_way", "completed"),
            booth=entry.id if entry else None,
            code_fits=fits(uow.vault, stop.id, scan.code, scan.at),
        )
        outcome: Outcome = "refused"
        if fault is None and entry is not None:
            kept = await attendance_of(tx, stop, entry, scan.volunteer_no)
            is_new = kept.mark(Mark(at, scan.way, scan.by), inside_fence=scan.inside_fence)
            outcome = "accepted" if is_new else "repeated"
            await follow_attendance(tx, stop, entry, kept)
        answered = Answered(scan.nonce, outcome, fault, at, entry.id if entry else None)
        await _keep(tx, scan, answered)
        return answered


async def mark_absent(uow: UnitOfWork, stop_id: str, volunteer_no: str, *, absent: bool) -> None:
    """The leader says that somebody has not come; or takes it back.

    :raises NotFound: there is no such stop, or the volunteer stands at no booth of the own team.
    :raises IllegalTransition: the volunteer has come.
    """
    grant = uow.permit(POLICY, "run_check_in")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        entry = await _booth(tx, stop, volunteer_no, None)
        if entry is None or not grant.covers(teams=[entry.team_code]):
            raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
        if stop.on > tx.today or stop.state not in ("planned", "under_way", "completed"):
            raise Conflict("attendance_not_yet", field="stop_id", day=stop.on, today=tx.today)
        kept = await attendance_of(tx, stop, entry, volunteer_no)
        if absent:
            kept.miss()
        elif kept.state == "absent":
            kept.expect()


async def attendance_of(
    tx: Transaction, stop: Stop, entry: Assignment, volunteer_no: str
) -> Attendance:
    """A volunteer's attendance at a booth, a new one where there is none."""
    key = key_of(entry.id, volunteer_no)
    kept = await tx.find(Attendance, key)
    if kept is None:
        kept = Attendance(
            id=key,
            assignment_id=entry.id,
            stop_id=stop.id,
            team_code=entry.team_code,
            volunteer_no=volunteer_no,
            on=stop.on,
            part=stop.part,
        )
        tx.add(kept)
    return kept


async def _booth(
    tx: Transaction, stop: Stop, volunteer_no: str, sealed: str | None
) -> Assignment | None:
    """Where the volunteer stands by the roster of now, else by the one that the phone had."""
    held = {entry.id: entry for entry in stop.assignments if entry.is_live or entry.is_done}
    for assignment_id, named in (await people_of(tx.session, stop)).items():
        if volunteer_no in named and assignment_id in held:
            return held[assignment_id]
    return held.get(sealed) if sealed else None


async def _answered(tx: Transaction, scan: Scan) -> Answered | None:
    """What was answered when the same was sent before.

    :raises Conflict: it is of somebody else, or says something else.
    """
    row = (await tx.session.execute(select(scans).where(scans.c.nonce == scan.nonce))).one_or_none()
    if row is None:
        return None
    same = (row.stop_id, row.volunteer_no, row.way, row.by, row.device_at)
    if same != (scan.stop_id, scan.volunteer_no, scan.way, scan.by, scan.device_at):
        raise Conflict("nonce_reused", field="nonce")
    return Answered(row.nonce, row.outcome, row.fault, row.at, row.assignment_id)


async def _keep(tx: Transaction, scan: Scan, answered: Answered) -> None:
    await tx.session.execute(
        insert(scans).values(
            nonce=scan.nonce,
            stop_id=scan.stop_id,
            volunteer_no=scan.volunteer_no,
            assignment_id=answered.assignment_id,
            way=scan.way,
            by=scan.by,
            device_at=scan.device_at,
            device_ahead_seconds=round(scan.device_ahead.total_seconds()),
            at=answered.at,
            received_at=tx.business_now,
            inside_fence=scan.inside_fence,
            outcome=answered.outcome,
            fault=answered.fault,
        )
    )
