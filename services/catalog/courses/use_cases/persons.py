"""What courses hold about a volunteer: collected, erased, and moved to the number that stays."""

from collections.abc import Sequence

from sqlalchemy import delete, update

from services.catalog.courses.domain.course import Course
from services.catalog.courses.domain.enrolment import Enrolment
from services.catalog.courses.queries.courses import places_of
from services.catalog.courses.queries.sittings import answers_of, attempts_of
from services.catalog.courses.queries.trainings import trainings_of
from services.catalog.courses.tables import (
    course_attendance,
    course_enrolment,
    test_answer,
    test_attempt,
)
from services.catalog.courses.use_cases.enrolling import fill_places, give_up_places
from services.catalog.volunteers.use_cases.person_requests import Held
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction


async def _collect(tx: Transaction, no: str) -> Sequence[Record]:
    records: list[Record] = []
    for place in await places_of(tx.session, no):
        records.append(
            {
                "kind": Enrolment.kind,
                "course_id": place.course_id,
                "state": place.state,
                "reason": place.reason,
                "withdrawal_reason": place.withdrawal_reason,
                "passed_on": place.passed_on and place.passed_on.isoformat(),
                "points": place.points,
                "certificate": place.certificate_no,
            }
        )
        for attempt in await attempts_of(tx.session, place.id):
            answers = await answers_of(tx.session, attempt.id)
            records.append(
                {
                    "kind": attempt.kind,
                    "course_id": attempt.course_id,
                    "begun_at": attempt.begun_at.isoformat(),
                    "points": attempt.points,
                    "chosen": {str(number): chosen for number, chosen in answers.items()},
                }
            )
    for training in await trainings_of(tx.session, no):
        records.append(
            {
                "kind": "training",
                "name": training.name,
                "outline": training.outline,
                "minutes": training.minutes,
                "organiser": training.organiser,
                "first_on": training.first_on.isoformat(),
                "last_on": training.last_on.isoformat(),
            }
        )
    return records


async def _erase(tx: Transaction, no: str) -> int:
    """Places that are not over are given up, papers and answers deleted, and the words why somebody left. The number
    with its trainings stays, and says nothing of who it was."""
    places = await places_of(tx.session, no)
    count = 0
    await give_up_places(tx, places)
    for place in places:
        for attempt in await attempts_of(tx.session, place.id):
            of = test_answer.c.attempt_id == attempt.id
            await tx.session.execute(delete(test_answer).where(of))
            await tx.session.delete(attempt)
            count += 1
        if place.reason is not None:
            count += 1
    await tx.session.flush()
    words = update(course_enrolment).where(course_enrolment.c.volunteer_no == no)
    await tx.session.execute(words.values(reason=None, withdrawal_reason=None))
    return count


TRAININGS = Held(_collect, _erase)


async def move_places(tx: Transaction, no: str, into: str) -> None:
    """Places, attendance and attempts are of the person's other number. Of two places in one course the one counts with
    which more was reached; the other is gone, and whoever waits moves up."""
    rank = {"left": 0, "waiting": 1, "enrolled": 2}
    kept = {each.course_id: each for each in await places_of(tx.session, into)}
    for place in await places_of(tx.session, no):
        other = kept.get(place.course_id)
        if other is None:
            await _rename(tx, place.id, into)
            continue
        ours = (place.passed_on is not None, rank[place.state])
        theirs = (other.passed_on is not None, rank[other.state])
        gone = other if ours > theirs else place
        course = await tx.get(Course, place.course_id)
        for attempt in await attempts_of(tx.session, gone.id):
            of = test_answer.c.attempt_id == attempt.id
            await tx.session.execute(delete(test_answer).where(of))
            await tx.session.delete(attempt)
        await tx.session.flush()
        await tx.session.delete(gone)
        await tx.session.flush()
        if gone is other:
            await _rename(tx, place.id, into)
        await fill_places(tx, course)
    await _move_attendance(tx, no, into)


async def _rename(tx: Transaction, place_id: str, into: str) -> None:
    of_place = course_enrolment.c.id == place_id
    await tx.session.execute(update(course_enrolment).where(of_place).values(volunteer_no=into))
    of_place = test_attempt.c.enrolment_id == place_id
    await tx.session.execute(update(test_attempt).where(of_place).values(volunteer_no=into))


async def _move_attendance(tx: Transaction, no: str, into: str) -> None:
    columns = course_attendance.c
    both = course_attendance.alias()
    twice = both.select().with_only_columns(both.c.session_id).where(both.c.volunteer_no == into)
    await tx.session.execute(
        delete(course_attendance).where(columns.volunteer_no == no, columns.session_id.in_(twice))
    )
    moved = update(course_attendance).where(columns.volunteer_no == no)
    await tx.session.execute(moved.values(volunteer_no=into))
