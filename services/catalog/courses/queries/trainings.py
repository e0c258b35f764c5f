"""Records of training (Order 67, Art. 8), and certificates of tests that were passed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.courses.domain.course import Course
from services.catalog.courses.domain.enrolment import Enrolment
from services.catalog.courses.queries.courses import attended_sessions, require_enrolment
from services.catalog.courses.tables import course_attendance, course_enrolment
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import MASKS, Volunteer
from services.catalog.volunteers.queries import open_value, require_reach, volunteers_of_team
from shared.kernel.errors import Conflict, NotFound
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Training:
    """What Order 67 asks of a record of training: its name, main content, length, organiser and date; and the
    certificate, where the test was passed."""

    enrolment_id: str
    course_id: str
    volunteer_no: str
    name: str
    name_en: str
    outline: str
    minutes: int
    organiser: str
    first_on: date
    last_on: date
    passed_on: date | None
    certificate_no: str | None
    withdrawn_on: date | None


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate with the name that it prints, and whether what it gives still holds."""

    enrolment: Enrolment
    course: Course
    name: str | None
    minutes: int


async def list_trainings_of(uow: UnitOfWork, volunteer_no: str) -> list[Training]:
    """A volunteer's trainings, the latest first.

    :raises NotFound: there is no such volunteer, or it is out of the actor's reach.
    """
    grant = uow.permit(POLICY, "read_records")
    async with uow.reading() as session:
        require_reach(grant, await session.get(Volunteer, volunteer_no), volunteer_no)
        found = await trainings_of(session, volunteer_no)
    return sorted(found, key=lambda each: each.first_on, reverse=True)


async def list_trainings(
    uow: UnitOfWork,
    *,
    course_id: str | None,
    team_code: str | None,
    after: str | None,
    limit: int,
) -> tuple[list[Training], str | None]:
    """The trainings in the actor's reach, of a course and of a team where these are given."""
    grant = uow.permit(POLICY, "read_records")
    columns = course_enrolment.c
    query = select(Enrolment).where(_counts())
    if course_id is not None:
        query = query.where(columns.course_id == course_id)
    if after is not None:
        query = query.where(columns.id > after)
    async with uow.reading() as session:
        if not grant.everything:
            numbers = set(grant.persons)
            for team in grant.teams:
                numbers |= set(await volunteers_of_team(session, team))
            query = query.where(columns.volunteer_no.in_(numbers))
        if team_code is not None:
            of_team = await volunteers_of_team(session, team_code)
            query = query.where(columns.volunteer_no.in_(of_team))
        rows = list(await session.scalars(query.order_by(columns.id).limit(limit + 1)))
        found = await _trainings(session, rows[:limit])
    return found, rows[limit - 1].id if len(rows) > limit else None


async def trainings_of(session: AsyncSession, volunteer_no: str) -> list[Training]:
    query = select(Enrolment).where(course_enrolment.c.volunteer_no == volunteer_no, _counts())
    return await _trainings(session, list(await session.scalars(query)))


async def get_printable(uow: UnitOfWork, enrolment_id: str) -> CertificateView:
    """:raises NotFound: there is no such place, or it is out of the actor's reach.
    :raises Conflict: the test is not passed, or its volunteer was erased: there is no name."""
    grant = uow.permit(POLICY, "print_course_certificate")
    async with uow.reading() as session:
        found = await session.get(Enrolment, enrolment_id)
        if found is None:
            raise NotFound(Enrolment.kind, enrolment_id, states=Enrolment.STEPS)
        await require_enrolment(session, grant, found)
        if found.token is None:
            raise Conflict("test_not_passed", field="enrolment_id")
        view = await _certificate(uow, session, found)
    if view.name is None:
        raise Conflict("certificate_of_nobody", field="enrolment_id")
    return view


async def verify(uow: UnitOfWork, token: str) -> CertificateView:
    """The certificate of a code, for whoever has it in hand; its name is masked. :raises NotFound: there is none."""
    uow.permit(POLICY, "verify_course_certificate")
    async with uow.reading() as session:
        query = select(Enrolment).where(course_enrolment.c.token == token)
        found = (await session.scalars(query)).one_or_none()
        if found is None:
            raise NotFound("certificate", token[:40])
        view = await _certificate(uow, session, found)
    masked = None if view.name is None else MASKS["name"](view.name)
    return CertificateView(view.enrolment, view.course, masked, view.minutes)


async def _certificate(uow: UnitOfWork, session: AsyncSession, found: Enrolment) -> CertificateView:
    person = await session.get(Volunteer, found.volunteer_no)
    of = await session.get(Course, found.course_id)
    if of is None:
        raise RuntimeError("an enrolment has a course")
    name = None if person is None else open_value(uow.vault, person, "name")
    return CertificateView(found, of, name, await _minutes(session, of, found.volunteer_no))


async def _minutes(session: AsyncSession, of: Course, volunteer_no: str) -> int:
    attended = (await attended_sessions(session, of.id, [volunteer_no])).get(volunteer_no, [])
    return sum(each.minutes for each in of.held if each.id in attended)


def _counts() -> ColumnElement[bool]:
    """Whoever was at a session, or passed the test."""
    columns = course_enrolment.c
    was_there = exists().where(
        course_attendance.c.course_id == columns.course_id,
        course_attendance.c.volunteer_no == columns.volunteer_no,
    )
    return or_(columns.passed_on.is_not(None), was_there)


async def _trainings(session: AsyncSession, found: Sequence[Enrolment]) -> list[Training]:
    made = []
    for each in found:
        of = await session.get(Course, each.course_id)
        if of is None:
            raise RuntimeError("an enrolment has a course")
        made.append(
            Training(
                each.id,
                of.id,
                each.volunteer_no,
                of.name,
                of.name_en,
                of.outline,
                await _minutes(session, of, each.volunteer_no),
                of.organiser,
                of.first_on,
                of.last_on,
                each.passed_on,
                each.certificate_no,
                each.withdrawn_on,
            )
        )
    return made
