"""What the clock has to see to."""

from sqlalchemy import select

from services.catalog.courses.domain.course import ENROLLING, Course
from services.catalog.courses.tables import course
from shared.unit_of_work import UnitOfWork


async def courses_to_tell(uow: UnitOfWork) -> list[str]:
    """The courses whose test is open and whose trainees do not know it yet."""
    query = select(Course).where(
        course.c.state.in_(ENROLLING), course.c.test.is_not(None), course.c.test_told.is_(False)
    )
    async with uow.reading() as session:
        found = await session.scalars(query.order_by(course.c.id))
        return [each.id for each in found if each.rules and each.rules.is_open(uow.business_now())]


async def courses_open(uow: UnitOfWork) -> list[str]:
    """The courses that take enrolments, and whose last day for that is over."""
    query = select(course.c.id).where(course.c.state == "open", course.c.enrol_until < uow.today())
    async with uow.reading() as session:
        return list(await session.scalars(query.order_by(course.c.id)))
