"""Who was at a session: by the code that is shown there, or by the list."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select

from services.catalog.courses.domain.course import ENROLLING, Course, Session
from services.catalog.courses.queries.courses import enrolments_of
from services.catalog.courses.tables import course_attendance
from services.catalog.policy import POLICY
from services.catalog.volunteers.queries import require_reach, volunteers_among
from shared.identity import rotating_code
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.unit_of_work import Transaction, UnitOfWork

PURPOSE = "course session code"
STEPS_BESIDE = 1
OLDEST = timedelta(minutes=10)
"""So long after a code was scanned a phone may still say so: whoever is not signed in has to sign in first."""


async def session_secret(uow: UnitOfWork, course_id: str, session_id: str) -> dict[str, object]:
    """The secret of the codes that are shown at a session. :raises NotFound: there is no such course or session."""
    uow.permit(POLICY, "keep_courses")
    async with uow.reading() as session:
        found = await session.get(Course, course_id)
    _session(found, course_id, session_id)
    secret = rotating_code.secret_of(uow.vault, session_id, PURPOSE)
    return {"secret": secret, "step_seconds": rotating_code.STEP_SECONDS, "now": uow.now()}


async def check_in(
    uow: UnitOfWork, course_id: str, session_id: str, code: str, at: datetime | None
) -> None:
    """A trainee says that the code at the session is this one; ``at`` is when it was scanned. Said again, nothing
    happens.

    :raises NotFound: there is no such session, or the trainee has no place in the course.
    :raises Conflict: it is not the session's day. :raises InvalidInput: the code was another then, or is too old.
    """
    grant = uow.permit(POLICY, "check_in_to_session")
    async with uow.transaction() as tx:
        found = await tx.session.get(Course, course_id)
        session = _session(found, course_id, session_id)
        no = next(iter(grant.persons), "")
        enrolled = {
            row.volunteer_no for row in await enrolments_of(tx.session, course_id, "enrolled")
        }
        if no not in enrolled:
            raise NotFound("session", session_id)
        if session.on != tx.today or found is None or found.state not in ENROLLING:
            raise Conflict("session_not_today", field="session_id", day=session.on, today=tx.today)
        moment = (at or tx.now).astimezone(UTC)
        if not tx.now - OLDEST <= moment <= tx.now + timedelta(minutes=1):
            raise InvalidInput("code_too_old", field="at")
        secret = rotating_code.secret_of(uow.vault, session_id, PURPOSE)
        if not rotating_code.fits(secret, code, moment, steps_beside=STEPS_BESIDE):
            raise InvalidInput("session_code_wrong", field="code")
        await _note(tx, course_id, session_id, [no], "code")


async def note_attendance(
    uow: UnitOfWork,
    course_id: str,
    session_id: str,
    *,
    present: Sequence[str],
    absent: Sequence[str],
) -> None:
    """The corps, or a leader for the own team, says who was there and who was not.

    :raises NotFound: there is no such session, or somebody is out of the actor's reach.
    :raises Conflict: the session's day is still to come, the course was called off, or somebody has no place.
    :raises InvalidInput: somebody is named in both lists.
    """
    grant = uow.permit(POLICY, "note_course_attendance")
    if both := sorted(set(present) & set(absent)):
        raise InvalidInput("present_and_absent", field="absent", numbers=", ".join(both))
    async with uow.transaction() as tx:
        found = await tx.session.get(Course, course_id)
        session = _session(found, course_id, session_id)
        people = await volunteers_among(tx.session, {*present, *absent})
        for no in (*present, *absent):
            require_reach(grant, people.get(no), no)
        if found is not None and found.state == "cancelled":
            raise Conflict("course_cancelled", field="session_id")
        if session.on > tx.today:
            raise Conflict("session_not_today", field="session_id", day=session.on, today=tx.today)
        enrolled = {
            row.volunteer_no for row in await enrolments_of(tx.session, course_id, "enrolled")
        }
        if gone := sorted({*present, *absent} - enrolled):
            raise Conflict("not_enrolled", field="present", numbers=", ".join(gone))
        await _note(tx, course_id, session_id, present, "list")
        columns = course_attendance.c
        for no in dict.fromkeys(absent):
            await tx.session.execute(
                delete(course_attendance).where(
                    columns.session_id == session_id, columns.volunteer_no == no
                )
            )
        tx.note(
            Course.kind,
            course_id,
            session=session_id,
            present=", ".join(present),
            absent=", ".join(absent),
        )


async def _note(
    tx: Transaction, course_id: str, session_id: str, numbers: Sequence[str], by: str
) -> None:
    columns = course_attendance.c
    query = select(columns.volunteer_no).where(columns.session_id == session_id)
    known = set(await tx.session.scalars(query))
    rows = [
        {
            "session_id": session_id,
            "volunteer_no": no,
            "course_id": course_id,
            "by": by,
            "at": tx.business_now,
        }
        for no in dict.fromkeys(numbers)
        if no not in known
    ]
    if rows:
        await tx.session.execute(insert(course_attendance), rows)


def _session(found: Course | None, course_id: str, session_id: str) -> Session:
    if found is None or found.state == "draft":
        raise NotFound(Course.kind, course_id, states=Course.STEPS)
    session = found.session(session_id)
    if session is None:
        raise NotFound("session", session_id)
    return session
