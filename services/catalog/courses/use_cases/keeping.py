"""Making courses, changing them, and taking them through their life."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import update

from services.catalog.courses.domain.course import (
    ENROLLING,
    CancelReason,
    Course,
    CourseStep,
    Session,
    TestRules,
    repeated,
)
from services.catalog.courses.domain.question import require_enough
from services.catalog.courses.queries.courses import (
    count_enrolled,
    enrolments_of,
    sessions_attended,
)
from services.catalog.courses.queries.sittings import bank_of, has_attempts
from services.catalog.courses.tables import test_attempt
from services.catalog.courses.use_cases.enrolling import fill_places
from services.catalog.policy import POLICY
from services.catalog.volunteers.use_cases.qualifications import called, known_names
from shared.contracts.catalog import CourseChanged, CourseSession
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def make_course(
    uow: UnitOfWork, said: Mapping[str, Any], *, confirmed: Confirmations = ()
) -> Course:
    """Enters a course as a draft.

    :raises InvalidInput: names the field that does not fit the others.
    :raises ConfirmationNeeded: a session, or the last day to enrol, is before today.
    """
    uow.permit(POLICY, "keep_courses")
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        made = Course(
            id=new_id(),
            **{name: said[name] for name in said if name not in ("sessions", "test")},
            sessions=_sessions(said["sessions"], ()),
            test=_stored(said["test"]),
        )
        made.require_sound()
        made.qualification = await _qualification(tx, made.qualification)
        _doubt_days(doubts, made, tx.today)
        doubts.settle()
        tx.add(made)
        return made


async def change_course(
    uow: UnitOfWork,
    course_id: str,
    said: Mapping[str, Any],
    *,
    confirmed: Confirmations = (),
) -> Course:
    """Replaces what a course says. Those who take part are told where its sessions change, and whoever waits moves up
    where there are more places.

    :raises NotFound: there is no such course. :raises IllegalTransition: it is over.
    :raises InvalidInput: names the field that does not fit the others.
    :raises Conflict: a session that somebody attended would go, places that are taken, or a test that has begun.
    :raises ConfirmationNeeded: a session, or the last day to enrol, would be before today, and was not.
    """
    uow.permit(POLICY, "keep_courses")
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        found = await tx.get(Course, course_id)
        found.require("edit", found.state)
        before, rules, enrol_until = found.held, found.rules, found.enrol_until
        sessions = _sessions(said["sessions"], [each.id for each in before])
        gone = {each.id for each in before} - {each["id"] for each in sessions}
        if gone & await sessions_attended(tx.session, course_id):
            raise Conflict("session_attended", field="sessions")
        taken = await count_enrolled(tx.session, course_id)
        if said["capacity"] < taken:
            raise Conflict("places_taken", field="capacity", taken=taken)
        for name, value in said.items():
            setattr(found, name, value)
        found.sessions, found.test = sessions, _stored(said["test"])
        found.require_sound()
        found.qualification = await _qualification(tx, found.qualification)
        _doubt_days(doubts, found, tx.today, known={each.on for each in before}, until=enrol_until)
        doubts.settle()
        if rules != found.rules:
            await _require_changeable(tx, found, rules)
            found.test_told = found.test_told and found.rules is not None
            if found.rules is not None:
                await _close_attempts_at(tx, found.id, found.rules.closes_at)
        if found.state != "draft":
            await _require_questions(tx, found)
            moved = before != found.held
            await announce(tx, found, "sessions_changed" if moved else "changed", tells=moved)
            await fill_places(tx, found)
        return found


async def open_course(uow: UnitOfWork, course_id: str, *, confirmed: Confirmations = ()) -> Course:
    """Volunteers may enrol from now on.

    :raises NotFound: :raises IllegalTransition: it is no draft. :raises Conflict: its test has too few questions.
    :raises ConfirmationNeeded: a session, or the last day to enrol, is before today.
    """
    uow.permit(POLICY, "keep_courses")
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        found = await tx.get(Course, course_id)
        found.open()
        await _require_questions(tx, found)
        _doubt_days(doubts, found, tx.today)
        doubts.settle()
        await announce(tx, found, "opened")
        return found


async def close_enrolment(uow: UnitOfWork, course_id: str) -> Course:
    """Ends enrolment; the course runs. :raises NotFound: :raises IllegalTransition: it is not open."""
    uow.permit(POLICY, "keep_courses")
    async with uow.transaction() as tx:
        found = await tx.get(Course, course_id)
        found.close()
        await announce(tx, found, "closed")
        return found


async def reopen_enrolment(uow: UnitOfWork, course_id: str) -> Course:
    """Volunteers may enrol again. :raises NotFound: :raises IllegalTransition: it does not run."""
    uow.permit(POLICY, "keep_courses")
    async with uow.transaction() as tx:
        found = await tx.get(Course, course_id)
        found.reopen()
        await announce(tx, found, "reopened")
        return found


async def end_course(uow: UnitOfWork, course_id: str) -> Course:
    """All is done; records of training stay. :raises NotFound: :raises IllegalTransition: it does not run.
    :raises Conflict: a session is still to come, or the test is still open."""
    uow.permit(POLICY, "keep_courses")
    async with uow.transaction() as tx:
        found = await tx.get(Course, course_id)
        rules = found.rules
        found.end(tx.today)
        if rules is not None and rules.closes_at > tx.business_now:
            raise Conflict("test_still_open", field="state", day=rules.closes_at)
        await announce(tx, found, "ended")
        return found


async def cancel_course(
    uow: UnitOfWork,
    course_id: str,
    *,
    reason_code: CancelReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Course:
    """It does not take place; whoever takes part or waits is told.

    :raises NotFound: :raises IllegalTransition: it is over.
    """
    uow.permit(POLICY, "keep_courses")
    async with uow.transaction() as tx:
        found = await tx.get(Course, course_id)
        is_known = found.state != "draft"
        found.cancel(reason_code, reason)
        Doubts(confirmed).settle()
        if is_known:
            await announce(tx, found, "cancelled", tells=True, waiting_too=True)
        return found


async def announce(
    tx: Transaction,
    found: Course,
    step: CourseStep,
    *,
    tells: bool = False,
    waiting_too: bool = False,
) -> None:
    """Publishes a course's state. ``tells``: those who take part have to know."""
    told = list(await enrolments_of(tx.session, found.id, "enrolled")) if tells else []
    if waiting_too:
        told += await enrolments_of(tx.session, found.id, "waiting")
    if found.state == "draft":
        raise RuntimeError("nobody is told of drafts")
    rules = found.rules
    tx.record(
        found,
        CourseChanged(
            course_id=found.id,
            name=found.name,
            name_en=found.name_en,
            state=found.state,
            step=step,
            sessions=tuple(
                CourseSession(
                    session_id=each.id,
                    on=each.on,
                    starts=f"{each.starts:%H:%M}",
                    ends=f"{each.ends:%H:%M}",
                    place=each.place,
                )
                for each in found.held
            ),
            capacity=found.capacity,
            enrol_until=found.enrol_until,
            test_opens_at=rules.opens_at if rules else None,
            test_closes_at=rules.closes_at if rules else None,
            reason_code=found.reason_code,
            told_nos=tuple(row.volunteer_no for row in told),
        ),
    )


def _sessions(said: Sequence[Mapping[str, Any]], known: Sequence[str]) -> list[dict[str, Any]]:
    """What is stored of the sessions that a form says; those without a known id are new."""
    made = []
    for each in said:
        key = each.get("session_id")
        session = Session(
            id=key if key in known and key is not None else new_id()[-12:],
            on=each["on"],
            starts=each["starts"],
            ends=each["ends"],
            place=each["place"],
            topic=each.get("topic"),
        )
        made.append(session.stored())
    if len({each["id"] for each in made}) < len(made):
        raise InvalidInput("session_twice", field="sessions")
    return made


def _stored(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if said is None:
        return None
    draw = {each["topic"]: each["questions"] for each in said["draw"]}
    if twice := repeated(each["topic"] for each in said["draw"]):
        raise InvalidInput("test_topic_repeated", field="test", topics=", ".join(twice))
    return TestRules(**{**said, "draw": draw}).stored()


def _doubt_days(
    doubts: Doubts,
    found: Course,
    today: date,
    *,
    known: Collection[date] = (),
    until: date | None = None,
) -> None:
    """Asks about days before today; what was said of them before is not asked again."""
    if found.enrol_until < today and found.enrol_until != until:
        doubts.add("enrolment_in_the_past", "enrol_until", day=found.enrol_until)
    for place, each in enumerate(map(Session.of, found.sessions)):
        if each.on < today and each.on not in known:
            doubts.add("session_in_the_past", f"sessions[{place}].on", day=each.on)
            return


async def _qualification(tx: Transaction, said: str | None) -> str | None:
    return None if said is None else called(said, await known_names(tx))


async def _require_changeable(tx: Transaction, found: Course, before: TestRules | None) -> None:
    """Once somebody has begun, only the last moment of the test may change, to a later one."""
    if before is None or not await has_attempts(tx.session, found.id):
        return
    now = found.rules
    if (
        now is None
        or now.closes_at < before.closes_at
        or {
            **now.stored(),
            "closes_at": "",
        }
        != {**before.stored(), "closes_at": ""}
    ):
        raise Conflict("test_begun", field="test")


async def _close_attempts_at(tx: Transaction, course_id: str, closes_at: datetime) -> None:
    """Attempts keep a copy of when the test closes, and who sits now has the longer time too."""
    of = test_attempt.c.course_id == course_id
    await tx.session.execute(update(test_attempt).where(of).values(closes_at=closes_at))


async def _require_questions(tx: Transaction, found: Course) -> None:
    if found.rules is not None:
        require_enough(await bank_of(tx.session, found.id), found.rules.draw)


async def tell_open_tests(uow: UnitOfWork, course_ids: Sequence[str]) -> None:
    """Tells those who take part that they may sit the test, once."""
    for course_id in course_ids:
        async with uow.transaction() as tx:
            found = await tx.get(Course, course_id)
            rules = found.rules
            is_open = (
                rules is not None and found.state in ENROLLING and rules.is_open(tx.business_now)
            )
            if is_open and not found.test_told:
                found.test_told = True
                await announce(tx, found, "test_opened", tells=True)


async def close_when_due(uow: UnitOfWork, course_ids: Sequence[str]) -> None:
    """Ends enrolment on the day after its last."""
    for course_id in course_ids:
        async with uow.transaction() as tx:
            found = await tx.get(Course, course_id)
            if found.state == "open" and found.enrol_until < tx.today:
                found.close()
                await announce(tx, found, "closed")
