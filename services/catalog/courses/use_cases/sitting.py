"""Sitting a test: begun, answered one by one, ended by hand or by time, and marked."""

import secrets
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.courses.domain.attempt import Attempt, EndedBy
from services.catalog.courses.domain.course import ENROLLING, Course
from services.catalog.courses.domain.enrolment import Enrolment
from services.catalog.courses.domain.question import draw
from services.catalog.courses.queries.courses import enrolled_in
from services.catalog.courses.queries.sittings import (
    AttemptView,
    answers_of,
    attempts_of,
    attempts_over,
    bank_of,
    may_repeat,
    view_of,
)
from services.catalog.courses.tables import course_certificate_number, test_answer
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.use_cases.qualifications import put_qualification
from shared.contracts.catalog import CourseTestMarked
from shared.kernel.access import Grant
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

AT_A_TIME = 50


async def begin_attempt(uow: UnitOfWork, course_id: str) -> AttemptView:
    """Draws a paper for a trainee; where one is begun and its time is not over, that one goes on.

    :raises NotFound: there is no such course, or the trainee has no place in it.
    :raises Conflict: the test is not open, is passed, or was sat twice.
    """
    grant = uow.permit(POLICY, "sit_test")
    no = next(iter(grant.persons), "")
    async with uow.transaction() as tx:
        person = await tx.find(Volunteer, no)
        # Nobody may change when the test closes until this attempt, which keeps a copy of that, is there.
        course = await tx.session.get(Course, course_id, with_for_update={"read": True})
        key = (await enrolled_in(tx.session, course_id, [no])).get(no)
        if course is None or key is None or person is None:
            raise NotFound(Course.kind, course_id, states=Course.STEPS)
        place = await tx.get(Enrolment, key)
        attempts = await attempts_of(tx.session, key)
        for turn, each in enumerate(attempts):
            if each.state == "running":
                tx.session.expunge(each)  # it is read again, locked: an answer may be on its way
                attempts[turn] = running = await tx.get(Attempt, each.id)
                if not running.is_over(tx.now, tx.business_now):
                    return await view_of(uow, tx.session, running)
                await _end(tx, course, place, running, person, "time")
        place.require("sit", place.state)
        rules = course.rules
        if rules is None or course.state not in ENROLLING or not rules.is_open(tx.business_now):
            raise Conflict("test_not_open", field="course_id")
        if not may_repeat(attempts):
            if any(each.passed for each in attempts):
                raise Conflict("test_passed", field="course_id")
            raise Conflict("attempts_used", field="course_id")
        seed = secrets.token_hex(8)
        avoid = {each["number"] for before in attempts for each in before.paper}
        paper = draw(await bank_of(tx.session, course_id), rules.draw, seed, avoid)
        made = Attempt(
            id=new_id(),
            course_id=course_id,
            enrolment_id=place.id,
            volunteer_no=no,
            turn=len(attempts) + 1,
            seed=seed,
            paper=[each.stored() for each in paper],
            begun_at=tx.business_now,
            due_at=tx.now + timedelta(minutes=rules.minutes),
            closes_at=rules.closes_at,
            points_each=rules.points_each,
            pass_points=rules.pass_points,
        )
        tx.add(made)
        await tx.session.flush()
        return await view_of(uow, tx.session, made)


async def save_answer(uow: UnitOfWork, attempt_id: str, number: int, chosen: Sequence[int]) -> int:
    """Keeps what is chosen for a question; said again, nothing changes. Returns the seconds that are left.

    :raises NotFound: there is no such attempt, or it is another's.
    :raises Conflict: it is handed in, its time is over, or the course was called off.
    :raises InvalidInput: there is no such question or choice.
    """
    grant = uow.permit(POLICY, "sit_test")
    async with uow.transaction() as tx:
        found = _require_own(grant, await tx.find(Attempt, attempt_id), attempt_id)
        if found.state == "ended" and found.ended_by == "hand":
            raise Conflict("test_handed_in", field="attempt_id")
        if found.is_over(tx.now, tx.business_now):
            raise Conflict("test_time_over", field="attempt_id")
        if await _is_cancelled(tx.session, found):
            raise Conflict("course_cancelled", field="attempt_id")
        found.require_answer(number, chosen)
        columns = test_answer.c
        of = columns.attempt_id == attempt_id, columns.number == number
        row = {"chosen": sorted(set(chosen)), "saved_at": tx.now}
        if await tx.session.scalar(select(columns.number).where(*of)) is None:
            key = {"attempt_id": attempt_id, "number": number}
            await tx.session.execute(insert(test_answer).values(**key, **row))
        else:
            await tx.session.execute(update(test_answer).where(*of).values(**row))
        return found.seconds_left(tx.now)


async def end_attempt(uow: UnitOfWork, attempt_id: str) -> AttemptView:
    """Hands a paper in; one that was ended is answered as it is.

    :raises NotFound: there is no such attempt, or it is another's.
    """
    grant = uow.permit(POLICY, "sit_test")
    async with uow.transaction() as tx:
        found = await _close(tx, grant, attempt_id, by_hand=True)
        return await view_of(uow, tx.session, found)


async def get_attempt(uow: UnitOfWork, attempt_id: str) -> AttemptView:
    """An attempt as its trainee sees it, on whatever device. Whoever looks at one whose time is over ends it.

    :raises NotFound: there is none, or it is another's.
    """
    grant = uow.permit(POLICY, "sit_test")
    async with uow.reading() as session:
        found = _require_own(grant, await session.get(Attempt, attempt_id), attempt_id)
        is_over = found.is_over(uow.now(), uow.business_now())
        if found.state == "ended" or not (is_over or await _is_cancelled(session, found)):
            return await view_of(uow, session, found)
    async with uow.transaction() as tx:
        found = await _close(tx, grant, attempt_id, by_hand=False)
        return await view_of(uow, tx.session, found)


async def end_attempts_over(uow: UnitOfWork) -> None:
    """Ends what nobody came back to. What was saved in time counts, whenever this runs; killed in the middle, it goes
    on with what is left."""
    while True:
        async with uow.reading() as session:
            rows = await attempts_over(session, uow.now(), uow.business_now(), most=AT_A_TIME)
        for attempt_id, no in rows:
            grant = Grant("sit_test", everything=False, persons=frozenset({no}))
            async with uow.transaction() as tx:
                await _close(tx, grant, attempt_id, by_hand=False)
        if len(rows) < AT_A_TIME:
            return


async def _close(tx: Transaction, grant: Grant, attempt_id: str, *, by_hand: bool) -> Attempt:
    """Ends an attempt that may be ended now. Everybody locks in the same order: volunteer, place, attempt."""
    known = _require_own(grant, await tx.session.get(Attempt, attempt_id), attempt_id)
    no, place_id, course_id = known.volunteer_no, known.enrolment_id, known.course_id
    tx.session.expunge(known)  # it is read again, locked
    person = await tx.find(Volunteer, no)
    place = await tx.get(Enrolment, place_id)
    found = await tx.get(Attempt, attempt_id)
    is_over = found.is_over(tx.now, tx.business_now)
    course = await tx.session.get(Course, course_id)
    if course is None:
        raise RuntimeError("an attempt has a course")
    if found.state == "running" and (by_hand or is_over or course.state == "cancelled"):
        await _end(tx, course, place, found, person, "hand" if by_hand and not is_over else "time")
    return found


async def _end(
    tx: Transaction,
    course: Course,
    place: Enrolment,
    found: Attempt,
    person: Volunteer | None,
    by: EndedBy,
) -> None:
    counts = course.state != "cancelled"
    answers = await answers_of(tx.session, found.id)
    found.end(answers, by, tx.business_now, counts=counts)
    if not counts:
        return
    attempts = await attempts_of(tx.session, place.id)
    if found.passed and place.passed_on is None and person is not None:
        number = await _next_number(tx)
        place.certify(tx.today, found.points or 0, number, secrets.token_urlsafe(16))
        if course.qualification is not None and person.state in ("active", "left"):
            until = None
            if course.valid_months is not None:
                until = months_later(tx.today, course.valid_months)
            await put_qualification(tx, person, course.qualification, tx.today, until)
    tx.record(
        found,
        CourseTestMarked(
            attempt_id=found.id,
            course_id=course.id,
            name=course.name,
            name_en=course.name_en,
            volunteer_no=found.volunteer_no,
            passed=bool(found.passed),
            may_repeat=may_repeat(attempts) and not found.passed,
        ),
    )


async def _is_cancelled(session: AsyncSession, found: Attempt) -> bool:
    course = await session.get(Course, found.course_id)
    return course is not None and course.state == "cancelled"


def months_later(day: date, months: int) -> date:
    """The last day of a term of so many months; of a month that is too short, its last day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1])) - timedelta(days=1)


async def _next_number(tx: Transaction) -> str:
    """Numbers count within a year, and none is given twice."""
    year = tx.today.year
    of_year = course_certificate_number.c.year == year
    query = select(course_certificate_number.c.last).where(of_year).with_for_update()
    last = await tx.session.scalar(query)
    if last is None:
        row = {"year": year, "last": 1}
        await tx.session.execute(insert(course_certificate_number).values(**row))
        return f"P{year}-000001"
    await tx.session.execute(update(course_certificate_number).where(of_year).values(last=last + 1))
    return f"P{year}-{last + 1:06}"


def _require_own(grant: Grant, found: Attempt | None, attempt_id: str) -> Attempt:
    if found is None:
        raise NotFound(Attempt.kind, attempt_id, states=Attempt.STEPS)
    grant.require(Attempt.kind, attempt_id, person=found.volunteer_no, states=Attempt.STEPS)
    return found
