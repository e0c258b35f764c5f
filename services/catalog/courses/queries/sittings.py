"""Reads of question banks and of attempts at tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.courses.domain.attempt import Attempt
from services.catalog.courses.domain.course import Course
from services.catalog.courses.domain.question import ATTEMPTS, Question
from services.catalog.courses.tables import course, course_question, test_answer, test_attempt
from services.catalog.policy import POLICY
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AttemptView:
    """An attempt with what was saved, by the number on the paper. ``shows_right``: the right answers may be known now,
    for the trainee has no further attempt, or nobody has."""

    attempt: Attempt
    name: str
    name_en: str
    answers: dict[int, list[int]]
    seconds_left: int
    shows_right: bool
    may_repeat: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a question how often it was drawn and answered right, over all attempts that have ended."""

    question: Question
    drawn: int
    right: int


async def bank_of(session: AsyncSession, course_id: str) -> list[Question]:
    """The questions of a course, by number."""
    columns = course_question.c
    query = select(course_question).where(columns.course_id == course_id).order_by(columns.number)
    return [
        Question(row.number, row.topic, row.kind, row.text, row.options, row.right, row.explanation)
        for row in await session.execute(query)
    ]


async def list_questions(uow: UnitOfWork, course_id: str) -> list[Figures]:
    """The bank with its figures, for the corps. :raises NotFound: there is no such course."""
    uow.permit(POLICY, "read_questions")
    async with uow.reading() as session:
        if await session.get(Course, course_id) is None:
            raise NotFound(Course.kind, course_id, states=Course.STEPS)
        bank = await bank_of(session, course_id)
        drawn: dict[int, int] = {}
        right: dict[int, int] = {}
        query = select(test_attempt.c.paper, test_attempt.c.right).where(
            test_attempt.c.course_id == course_id, test_attempt.c.state == "ended"
        )
        for paper, correct in await session.execute(query):
            for place, question in enumerate(paper, 1):
                number = question["number"]
                drawn[number] = drawn.get(number, 0) + 1
                right[number] = right.get(number, 0) + (place in correct)
    return [Figures(each, drawn.get(each.number, 0), right.get(each.number, 0)) for each in bank]


async def answers_of(session: AsyncSession, attempt_id: str) -> dict[int, list[int]]:
    """What was saved of an attempt, by the number on its paper."""
    query = select(test_answer.c.number, test_answer.c.chosen).where(
        test_answer.c.attempt_id == attempt_id
    )
    return {row.number: row.chosen for row in await session.execute(query)}


async def attempts_of(session: AsyncSession, enrolment_id: str) -> list[Attempt]:
    query = select(Attempt).where(test_attempt.c.enrolment_id == enrolment_id)
    return list(await session.scalars(query.order_by(test_attempt.c.turn)))


async def attempts_over(
    session: AsyncSession, now: datetime, business_now: datetime, *, most: int
) -> list[tuple[str, str]]:
    """Ids of attempts whose time is over, or whose course was called off, and that nobody has ended, each with its
    volunteer's number."""
    columns = test_attempt.c
    query = select(columns.id, columns.volunteer_no).where(
        columns.state == "running",
        columns.course_id == course.c.id,
        or_(
            columns.due_at <= now,
            columns.closes_at <= business_now,
            course.c.state == "cancelled",
        ),
    )
    rows = await session.execute(query.order_by(columns.due_at, columns.id).limit(most))
    return [(row.id, row.volunteer_no) for row in rows]


async def has_attempts(session: AsyncSession, course_id: str) -> bool:
    query = select(test_attempt.c.id).where(test_attempt.c.course_id == course_id).limit(1)
    return await session.scalar(query) is not None


def may_repeat(attempts: Sequence[Attempt]) -> bool:
    """Whether a trainee may sit the test once more."""
    return len(attempts) < ATTEMPTS and not any(each.passed for each in attempts)


async def view_of(uow: UnitOfWork, session: AsyncSession, found: Attempt) -> AttemptView:
    of = await session.get(Course, found.course_id)
    if of is None:
        raise RuntimeError("an attempt has a course")
    rest = may_repeat(await attempts_of(session, found.enrolment_id))
    is_closed = (
        of.state == "cancelled" or of.rules is None or uow.business_now() >= of.rules.closes_at
    )
    return AttemptView(
        found,
        of.name,
        of.name_en,
        await answers_of(session, found.id),
        found.seconds_left(uow.now()),
        found.state == "ended" and (not rest or is_closed),
        found.state == "ended" and rest and not is_closed,
    )
