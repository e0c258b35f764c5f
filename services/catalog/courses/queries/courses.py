"""Reads of courses and of the places in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.courses.domain.attempt import Attempt
from services.catalog.courses.domain.course import ENROLLING, Course, CourseState
from services.catalog.courses.domain.enrolment import Enrolment, EnrolmentState
from services.catalog.courses.tables import (
    course,
    course_attendance,
    course_enrolment,
    course_material,
    course_question,
    test_attempt,
)
from services.catalog.policy import POLICY
from services.catalog.volunteers.queries import (
    names_in_reach,
    volunteers_among,
    volunteers_of_team,
)
from shared.db.paging import Listed, contains, counted_page_of
from shared.kernel.access import Grant, Role
from shared.kernel.errors import NotFound
from shared.storage.port import FileStore
from shared.unit_of_work import UnitOfWork

FOLDER = "course-materials"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many take part in a course, wait, and have passed."""

    enrolled: int = 0
    waiting: int = 0
    passed: int = 0


@dataclass(frozen=True, slots=True)
class CourseView:
    """A course as its readers see it. ``own`` is the reader's place in it, and ``ahead`` how many wait in front."""

    course: Course
    counts: Counts
    own: Enrolment | None = None
    ahead: int | None = None
    attended: Sequence[str] = ()
    attempts: int = 0
    questions: Mapping[str, int] = field(default_factory=dict)
    materials: Sequence[Row[Any]] = ()
    test_is_open: bool = False
    words: str | None = None
    """What was said about the reason, for those who may read it."""


@dataclass(frozen=True, slots=True)
class EnrolmentView:
    """A place in a course. ``name`` is there where the reader may know it."""

    enrolment: Enrolment
    name: str | None
    team_code: str | None
    attended: Sequence[str]
    attempts: Sequence[Attempt]
    ahead: int | None


def sees_drafts(uow: UnitOfWork) -> bool:
    """Whether drafts are this reader's to see."""
    return uow.actor.is_system or bool(uow.actor.roles & {Role.COORDINATOR, Role.AUDITOR})


async def list_courses(
    uow: UnitOfWork,
    *,
    q: str | None,
    state: CourseState | None,
    after: str | None,
    limit: int,
) -> Listed[CourseView]:
    """A page of the courses, with the reader's own places in them."""
    uow.permit(POLICY, "read_courses")
    query = select(Course)
    if not sees_drafts(uow):
        query = query.where(course.c.state != "draft")
    if state is not None:
        query = query.where(course.c.state == state)
    if q is not None:
        query = query.where(contains(q, course.c.name, course.c.name_en))
    async with uow.reading() as session:
        found = await counted_page_of(session, query, course.c.id, after=after, limit=limit)
        counts = await _counts(session, [each.id for each in found.items])
        views = [
            await _own(uow, session, each, counts.get(each.id, Counts())) for each in found.items
        ]
    return Listed(views, found.next_after, found.total)


async def get_course(uow: UnitOfWork, course_id: str) -> CourseView:
    """:raises NotFound: there is none, or it is a draft."""
    uow.permit(POLICY, "read_courses")
    async with uow.reading() as session:
        found = await session.get(Course, course_id)
        if found is None or (found.state == "draft" and not sees_drafts(uow)):
            raise NotFound(Course.kind, course_id, states=Course.STEPS)
        counts = (await _counts(session, [course_id])).get(course_id, Counts())
        view = await _own(uow, session, found, counts)
        reads = await _reads_materials(uow, session, course_id)
        materials = await materials_of(session, course_id) if reads else []
        questions = await _topics_of(session, course_id) if sees_drafts(uow) else {}
    return CourseView(
        found,
        counts,
        view.own,
        view.ahead,
        view.attended,
        view.attempts,
        questions,
        materials,
        view.test_is_open,
        view.words,
    )


async def list_enrolments(
    uow: UnitOfWork,
    course_id: str,
    *,
    state: EnrolmentState | None,
    team_code: str | None,
    after: str | None,
    limit: int,
) -> Listed[EnrolmentView]:
    """Who takes part or waits, as far as the reader may know, in the order of enrolling.

    :raises NotFound: there is no such course.
    """
    grant = uow.permit(POLICY, "read_enrolments")
    columns = course_enrolment.c
    async with uow.reading() as session:
        found = await session.get(Course, course_id)
        if found is None or (found.state == "draft" and not sees_drafts(uow)):
            raise NotFound(Course.kind, course_id, states=Course.STEPS)
        query = select(Enrolment).where(columns.course_id == course_id)
        query = query.where(columns.state == state if state else columns.state != "left")
        query = query.where(await _within(session, grant))
        if team_code is not None:
            query = query.where(
                columns.volunteer_no.in_(await volunteers_of_team(session, team_code))
            )
        page = await counted_page_of(session, query, columns.id, after=after, limit=limit)
        views = await _views(uow, session, grant, page.items)
    return Listed(views, page.next_after, page.total)


async def get_enrolment(uow: UnitOfWork, enrolment_id: str) -> EnrolmentView:
    """:raises NotFound: there is none, or it is out of the reader's reach."""
    grant = uow.permit(POLICY, "read_enrolments")
    async with uow.reading() as session:
        found = await session.get(Enrolment, enrolment_id)
        if found is None:
            raise NotFound(Enrolment.kind, enrolment_id, states=Enrolment.STEPS)
        await require_enrolment(session, grant, found)
        (view,) = await _views(uow, session, grant, [found])
        return view


async def views_of(uow: UnitOfWork, ids: Sequence[str]) -> list[EnrolmentView]:
    """Places in the order of these ids, as far as they are in the reader's reach."""
    grant = uow.permit(POLICY, "read_enrolments")
    async with uow.reading() as session:
        query = select(Enrolment).where(
            course_enrolment.c.id.in_(ids), await _within(session, grant)
        )
        found = {each.id: each for each in await session.scalars(query)}
        return await _views(uow, session, grant, [found[key] for key in ids if key in found])


async def require_enrolment(session: AsyncSession, grant: Grant, found: Enrolment) -> None:
    """:raises NotFound: it is out of the actor's reach."""
    people = await volunteers_among(session, {found.volunteer_no})
    person = people.get(found.volunteer_no)
    grant.require(
        Enrolment.kind,
        found.id,
        teams=[] if person is None else [person.team_code],
        person=found.volunteer_no,
        states=Enrolment.STEPS,
    )


async def get_file(
    uow: UnitOfWork, files: FileStore, course_id: str, material_id: str
) -> tuple[Row[Any], bytes]:
    """A file of a course.

    :raises NotFound: there is no such course or file, it is a draft's, or the reader neither takes part nor leads
        people who do.
    """
    uow.permit(POLICY, "read_courses")
    async with uow.reading() as session:
        of = await session.get(Course, course_id)
        reads = await _reads_materials(uow, session, course_id)
        known = await materials_of(session, course_id) if reads else []
    rows = [each for each in known if each.id == material_id]
    if of is None or not rows or (of.state == "draft" and not sees_drafts(uow)):
        raise NotFound("material", material_id)
    content = await files.get(f"{FOLDER}/{material_id}")
    if content is None:
        raise NotFound("material", material_id)
    return rows[0], content


async def _reads_materials(uow: UnitOfWork, session: AsyncSession, course_id: str) -> bool:
    """Whether the reader is of the corps, takes part, or leads people who do."""
    if sees_drafts(uow):
        return True
    columns = course_enrolment.c
    mine = select(columns.id).where(columns.course_id == course_id, columns.state == "enrolled")
    within = await _within(session, uow.permit(POLICY, "read_enrolments"))
    return await session.scalar(mine.where(within).limit(1)) is not None


async def materials_of(session: AsyncSession, course_id: str) -> list[Row[Any]]:
    query = select(course_material).where(course_material.c.course_id == course_id)
    return list(await session.execute(query.order_by(course_material.c.id)))


async def materials_among(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Those of these ids that are materials'."""
    query = select(course_material.c.id).where(course_material.c.id.in_(ids))
    return set(await session.scalars(query))


async def enrolments_of(
    session: AsyncSession, course_id: str, state: EnrolmentState
) -> list[Row[Any]]:
    """Ids and numbers of those in a state, in the order of enrolling."""
    columns = course_enrolment.c
    query = select(columns.id, columns.volunteer_no).where(
        columns.course_id == course_id, columns.state == state
    )
    return list(await session.execute(query.order_by(columns.turn)))


async def count_enrolled(session: AsyncSession, course_id: str) -> int:
    columns = course_enrolment.c
    query = select(func.count()).where(columns.course_id == course_id, columns.state == "enrolled")
    return int(await session.scalar(query) or 0)


async def places_of(session: AsyncSession, volunteer_no: str) -> list[Enrolment]:
    """All places that a volunteer has or had."""
    query = select(Enrolment).where(course_enrolment.c.volunteer_no == volunteer_no)
    return list(await session.scalars(query.order_by(course_enrolment.c.id)))


async def enrolled_in(
    session: AsyncSession, course_id: str, numbers: Collection[str]
) -> dict[str, str]:
    """Ids of the enrolments that these volunteers have in a course, whatever their state, by number."""
    columns = course_enrolment.c
    query = select(columns.volunteer_no, columns.id).where(
        columns.course_id == course_id, columns.volunteer_no.in_(numbers)
    )
    return {row.volunteer_no: row.id for row in await session.execute(query)}


async def attended_sessions(
    session: AsyncSession, course_id: str, numbers: Collection[str]
) -> dict[str, list[str]]:
    """The sessions at which these volunteers were, by number."""
    columns = course_attendance.c
    query = select(columns.volunteer_no, columns.session_id).where(
        columns.course_id == course_id, columns.volunteer_no.in_(numbers)
    )
    found: dict[str, list[str]] = {}
    for row in await session.execute(query.order_by(columns.at, columns.session_id)):
        found.setdefault(row.volunteer_no, []).append(row.session_id)
    return found


async def sessions_attended(session: AsyncSession, course_id: str) -> set[str]:
    """The sessions of a course at which somebody was."""
    columns = course_attendance.c
    query = select(columns.session_id).where(columns.course_id == course_id)
    return set(await session.scalars(query.distinct()))


async def tests_to_sit(session: AsyncSession, volunteer_no: str, at: datetime) -> list[Course]:
    """The courses whose test is open now, and which the volunteer has still to sit."""
    columns = course_enrolment.c
    query = (
        select(Course)
        .join(course_enrolment, columns.course_id == course.c.id)
        .where(
            columns.volunteer_no == volunteer_no,
            columns.state == "enrolled",
            columns.passed_on.is_(None),
            course.c.state.in_(ENROLLING),
            course.c.test.is_not(None),
        )
    )
    found = []
    for each in await session.scalars(query.order_by(course.c.id)):
        if each.rules is not None and each.rules.is_open(at):
            tried = select(func.count()).where(
                test_attempt.c.course_id == each.id,
                test_attempt.c.volunteer_no == volunteer_no,
                test_attempt.c.state == "ended",
            )
            if not await session.scalar(tried):
                found.append(each)
    return found


async def courses_to_end(session: AsyncSession, today: date) -> list[Course]:
    """The courses that run and whose last session, and test, are over."""
    query = select(Course).where(course.c.state == "running").order_by(course.c.id)
    return [
        each
        for each in await session.scalars(query)
        if each.last_on < today and (each.rules is None or each.rules.closes_at.date() < today)
    ]


async def _within(session: AsyncSession, grant: Grant) -> ColumnElement[bool]:
    """The enrolments in the actor's reach."""
    if grant.everything:
        return course_enrolment.c.id.is_not(None)
    numbers = set(grant.persons)
    for team in grant.teams:
        numbers |= set(await volunteers_of_team(session, team))
    return course_enrolment.c.volunteer_no.in_(numbers)


async def _views(
    uow: UnitOfWork, session: AsyncSession, grant: Grant, found: Sequence[Enrolment]
) -> list[EnrolmentView]:
    if not found:
        return []
    numbers = {each.volunteer_no for each in found}
    names = await names_in_reach(uow.vault, session, grant, numbers)
    course_id = found[0].course_id
    attended = await attended_sessions(session, course_id, numbers)
    attempts: dict[str, list[Attempt]] = {}
    query = select(Attempt).where(test_attempt.c.enrolment_id.in_([each.id for each in found]))
    for attempt in await session.scalars(query.order_by(test_attempt.c.turn)):
        attempts.setdefault(attempt.enrolment_id, []).append(attempt)
    return [
        EnrolmentView(
            enrolment=each,
            name=names.get(each.volunteer_no, (None, None))[0],
            team_code=names.get(each.volunteer_no, (None, None))[1],
            attended=attended.get(each.volunteer_no, []),
            attempts=attempts.get(each.id, []),
            ahead=await _ahead(session, each),
        )
        for each in found
    ]


async def _ahead(session: AsyncSession, found: Enrolment) -> int | None:
    """How many wait in front; None for whoever does not wait."""
    if found.state != "waiting":
        return None
    columns = course_enrolment.c
    query = select(func.count()).where(
        columns.course_id == found.course_id,
        columns.state == "waiting",
        columns.turn < found.turn,
    )
    return int(await session.scalar(query) or 0)


async def _own(uow: UnitOfWork, session: AsyncSession, found: Course, counts: Counts) -> CourseView:
    rules = found.rules
    is_open = found.state in ENROLLING and rules is not None and rules.is_open(uow.business_now())
    words = found.reason if sees_drafts(uow) else None
    no = uow.actor.volunteer_no
    if no is None:
        return CourseView(found, counts, test_is_open=is_open, words=words)
    columns = course_enrolment.c
    of = and_(columns.course_id == found.id, columns.volunteer_no == no)
    own = (await session.scalars(select(Enrolment).where(of))).one_or_none()
    if own is None:
        return CourseView(found, counts, test_is_open=is_open, words=words)
    attended = (await attended_sessions(session, found.id, [no])).get(no, [])
    tried = select(func.count()).where(test_attempt.c.enrolment_id == own.id)
    return CourseView(
        found,
        counts,
        own,
        await _ahead(session, own),
        attended,
        int(await session.scalar(tried) or 0),
        test_is_open=is_open,
        words=words,
    )


async def _counts(session: AsyncSession, ids: Collection[str]) -> dict[str, Counts]:
    columns = course_enrolment.c
    query = (
        select(
            columns.course_id,
            func.count().filter(columns.state == "enrolled").label("enrolled"),
            func.count().filter(columns.state == "waiting").label("waiting"),
            func.count().filter(columns.passed_on.is_not(None)).label("passed"),
        )
        .where(columns.course_id.in_(ids))
        .group_by(columns.course_id)
    )
    return {
        row.course_id: Counts(row.enrolled, row.waiting, row.passed)
        for row in await session.execute(query)
    }


async def _topics_of(session: AsyncSession, course_id: str) -> dict[str, int]:
    columns = course_question.c
    query = select(columns.topic, func.count().label("questions")).where(
        columns.course_id == course_id
    )
    return {
        row.topic: row.questions for row in await session.execute(query.group_by(columns.topic))
    }
