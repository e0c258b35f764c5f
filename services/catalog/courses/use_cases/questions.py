"""The bank of a course's test: filled from a table, all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, update

from services.catalog.courses.domain.course import Course
from services.catalog.courses.domain.question import Question, require_enough
from services.catalog.courses.queries.sittings import bank_of
from services.catalog.courses.tables import course_question
from services.catalog.policy import POLICY
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.text import matched
from shared.unit_of_work import Transaction, UnitOfWork

MOST_QUESTIONS = 2000


@dataclass(frozen=True, slots=True)
class Read:
    """A row of the table that is a question; ``number`` is None where the table gives none."""

    row: int
    number: int | None
    question: Question


@dataclass(frozen=True, slots=True)
class Imported:
    """What a table does, or would do, to the bank. ``unknown_topics`` are rows about topics that the course lacks, and
    ``repeated`` rows that say what another row, or question, says."""

    new: int
    changed: int
    unchanged: int
    unknown_topics: Sequence[int]
    repeated: Sequence[tuple[int, int]]
    topics: Sequence[str]

    @property
    def is_clean(self) -> bool:
        return not self.unknown_topics and not self.repeated


async def import_questions(
    uow: UnitOfWork, course_id: str, rows: Sequence[Read], *, keep: bool
) -> Imported:
    """Compares a table's questions with the bank, and takes them over where ``keep`` says so and nothing is wrong.
    A question with a number that is known replaces it; papers that were drawn stay as they are.

    :raises NotFound: there is no such course. :raises IllegalTransition: it is over.
    :raises InvalidInput: the bank would be too large.
    """
    uow.permit(POLICY, "keep_courses")
    async with uow.transaction() as tx:
        course = await tx.get(Course, course_id)
        course.require("edit", course.state)
        bank = {each.number: each for each in await bank_of(tx.session, course_id)}
        topics = {matched(each): each for each in course.topics}
        unknown = [each.row for each in rows if matched(each.question.topic) not in topics]
        numbered, repeated = _numbered(rows, bank)
        made: list[Question] = []
        changed: list[Question] = []
        for number, said in numbered:
            topic = topics.get(matched(said.topic), said.topic)
            question = Question(
                number, topic, said.kind, said.text, said.options, said.right, said.explanation
            )
            if number not in bank:
                made.append(question)
            elif bank[number] != question:
                changed.append(question)
        if len(bank) + len(made) > MOST_QUESTIONS:
            raise InvalidInput("too_many_questions", field="file", most=MOST_QUESTIONS)
        result = Imported(
            len(made),
            len(changed),
            len(numbered) - len(made) - len(changed),
            unknown,
            repeated,
            course.topics,
        )
        if keep and result.is_clean:
            await _store(tx, course_id, made, changed)
            if course.rules is not None and course.state != "draft":
                require_enough(await bank_of(tx.session, course_id), course.rules.draw)
            tx.note(
                Course.kind,
                course_id,
                questions_new=str(len(made)),
                questions_changed=str(len(changed)),
            )
        return result


async def remove_question(uow: UnitOfWork, course_id: str, number: int) -> None:
    """Takes a question out of the bank; papers that hold it keep it.

    :raises NotFound: there is no such course or question. :raises Conflict: the test would have too few.
    """
    uow.permit(POLICY, "keep_courses")
    async with uow.transaction() as tx:
        course = await tx.get(Course, course_id)
        course.require("edit", course.state)
        bank = await bank_of(tx.session, course_id)
        rest = [each for each in bank if each.number != number]
        if len(rest) == len(bank):
            raise NotFound("question", str(number))
        if course.rules is not None and course.state != "draft":
            require_enough(rest, course.rules.draw)
        columns = course_question.c
        of = columns.course_id == course_id, columns.number == number
        await tx.session.execute(delete(course_question).where(*of))
        tx.note(Course.kind, course_id, question_removed=str(number))


def _numbered(
    rows: Sequence[Read], bank: dict[int, Question]
) -> tuple[list[tuple[int, Question]], list[tuple[int, int]]]:
    """The questions with their numbers, new ones behind those of the bank; and the rows that repeat an earlier one."""
    said = {(matched(each.topic), matched(each.text)): each.number for each in bank.values()}
    top = max([0, *bank, *(each.number or 0 for each in rows)])
    seen: dict[object, int] = {}
    found, repeated = [], []
    for each in rows:
        words = matched(each.question.topic), matched(each.question.text)
        number = each.number if each.number is not None else said.get(words)
        if number is None:
            top += 1
            number = top
        earlier = seen.get(words) or seen.get(number)
        if earlier is not None:
            repeated.append((each.row, earlier))
            continue
        seen[words] = seen[number] = each.row
        found.append((number, each.question))
    return found, repeated


async def _store(
    tx: Transaction, course_id: str, made: Sequence[Question], changed: Sequence[Question]
) -> None:
    if made:
        await tx.session.execute(
            insert(course_question),
            [{"course_id": course_id, "number": each.number, **_values(each)} for each in made],
        )
    columns = course_question.c
    for each in changed:
        of = columns.course_id == course_id, columns.number == each.number
        await tx.session.execute(update(course_question).where(*of).values(**_values(each)))


def _values(question: Question) -> dict[str, object]:
    return {
        "topic": question.topic,
        "kind": question.kind,
        "text": question.text,
        "options": list(question.options),
        "right": list(question.right),
        "explanation": question.explanation,
    }
