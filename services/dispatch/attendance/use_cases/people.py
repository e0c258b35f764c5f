"""What becomes of attendance and hours when somebody's entry is merged with another, or erased."""

from sqlalchemy import CursorResult, delete, select, update

from services.dispatch.attendance.domain.attendance import Attendance
from services.dispatch.attendance.domain.hours import ServiceHours
from services.dispatch.attendance.queries.hours import OPEN
from services.dispatch.attendance.queries.presence import key_of
from services.dispatch.attendance.tables import attendance, hours_claim, scan, service_hours
from services.dispatch.attendance.use_cases.hours import put_hours, withdraw_merged
from services.dispatch.stops.domain.stop import Stop
from shared.db.vault import Vault
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction

WITHOUT_WORDS = "—"


async def move_hours(tx: Transaction, team_code: str, into: str) -> None:
    """The team is the same as another one, whose are its volunteers' hours."""
    for table in (attendance, service_hours, hours_claim):
        named = update(table).where(table.c.team_code == team_code)
        await tx.session.execute(named.values(team_code=into))


async def hand_over(tx: Transaction, no: str, into: str) -> None:
    """The hours of a merged entry are withdrawn there and stand under the person's other number, weighed anew. What is
    said of them is about that number; where something is said of its hours there already, that is one claim."""
    rows = await tx.session.execute(
        select(service_hours.c.stop_id, service_hours.c.id)
        .where(service_hours.c.volunteer_no == no, service_hours.c.state != "withdrawn")
        .order_by(service_hours.c.stop_id, service_hours.c.id)
    )
    for stop_id, hours_id in list(rows):
        stop = await tx.get(Stop, stop_id)
        was = await tx.get(ServiceHours, hours_id)
        entry = stop.assignment(was.assignment_id)
        withdraw_merged(tx, stop, entry, was)
        theirs = await tx.find(ServiceHours, key_of(entry.id, into))
        if theirs is None or theirs.state == "withdrawn":
            facts = was.starts_at, was.ends_at, was.minutes, was.evidence, was.reason
            await put_hours(tx, stop, entry, into, *facts)
    theirs_open = select(hours_claim.c.assignment_id).where(
        hours_claim.c.volunteer_no == into, hours_claim.c.state.in_(OPEN)
    )
    doubled = (
        hours_claim.c.volunteer_no == no,
        hours_claim.c.state.in_(OPEN),
        hours_claim.c.assignment_id.in_(theirs_open),
    )
    await tx.session.execute(delete(hours_claim).where(*doubled))
    of_one = update(hours_claim).where(hours_claim.c.volunteer_no == no)
    await tx.session.execute(of_one.values(volunteer_no=into))


async def forget_words(tx: Transaction, no: str) -> int:
    """What both sides and the corps said about somebody's hours, and whether the phone was near; the hours stay."""
    said = update(hours_claim).where(
        hours_claim.c.volunteer_no == no, hours_claim.c.words != WITHOUT_WORDS
    )
    done = await tx.session.execute(said.values(words=WITHOUT_WORDS, answer=None, decision=None))
    await tx.session.execute(
        update(service_hours).where(service_hours.c.volunteer_no == no).values(reason=None)
    )
    for table in (attendance, scan):
        near = update(table).where(table.c.volunteer_no == no)
        await tx.session.execute(near.values(inside_fence=None))
    return done.rowcount if isinstance(done, CursorResult) else 0


async def collect_hours(tx: Transaction, _vault: Vault, no: str) -> list[Record]:
    """What is held here about somebody's attendance and hours."""
    hours = await tx.session.execute(
        select(service_hours).where(service_hours.c.volunteer_no == no).order_by(service_hours.c.on)
    )
    claims = await tx.session.execute(
        select(hours_claim).where(hours_claim.c.volunteer_no == no).order_by(hours_claim.c.asked_at)
    )
    kept = await tx.session.scalars(
        select(Attendance).where(attendance.c.volunteer_no == no).order_by(attendance.c.on)
    )
    scans = await tx.session.execute(
        select(scan).where(scan.c.volunteer_no == no).order_by(scan.c.received_at)
    )
    return [
        *(
            {
                "kind": "service_hours",
                "on": row.on.isoformat(),
                "starts_at": row.starts_at.isoformat(),
                "ends_at": row.ends_at.isoformat(),
                "minutes": row.minutes,
                "evidence": row.evidence,
                "state": row.state,
                "reason": row.reason,
            }
            for row in hours
        ),
        *(
            {
                "kind": "hours_claim",
                "side": row.side,
                "words": row.words,
                "answer": row.answer,
                "decision": row.decision,
                "state": row.state,
            }
            for row in claims
        ),
        *(
            {
                "kind": each.kind,
                "on": each.on.isoformat(),
                "part": each.part,
                "marks": each.marks,
                "is_absent": each.is_absent,
                "inside_fence": each.inside_fence,
            }
            for each in kept
        ),
        *(
            {
                "kind": "check_in",
                "way": row.way,
                "device_at": row.device_at.isoformat(),
                "outcome": row.outcome,
                "inside_fence": row.inside_fence,
            }
            for row in scans
        ),
    ]
