"""Places in a course: taken, waited for, given up, and given to whoever is next."""

from collections.abc import Sequence
from typing import Literal

from services.catalog.courses.domain.course import ENROLLING, Course
from services.catalog.courses.domain.enrolment import MOST_AT_ONCE, By, Enrolment, LeaveReason
from services.catalog.courses.queries.courses import (
    count_enrolled,
    enrolled_in,
    enrolments_of,
    require_enrolment,
)
from services.catalog.courses.queries.sittings import attempts_of
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.queries import require_reach
from shared.contracts.catalog import CourseEnrolmentChanged
from shared.kernel.access import Grant
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

Step = Literal["enrolled", "waiting", "moved_up", "left"]


async def enrol(uow: UnitOfWork, course_id: str, numbers: Sequence[str]) -> list[Enrolment]:
    """Gives volunteers places in a course in the order that they are named, and a place in the waiting list once it is
    full. Whoever has one keeps it. The course is locked, so the last place is given once.

    :raises NotFound: there is no such course or volunteer, or it is out of the actor's reach.
    :raises Conflict: the course takes nobody (any more), or a volunteer has left the corps.
    """
    grant = uow.permit(POLICY, "enrol")
    by = _by(uow, grant)
    wanted = list(dict.fromkeys(numbers))
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidInput("too_many_at_once", field="volunteer_nos", most=MOST_AT_ONCE)
    async with uow.transaction() as tx:
        people = await tx.find_all(Volunteer, wanted)
        for no in wanted:
            person = require_reach(grant, people.get(no), no)
            if person.state != "active":
                raise Conflict("volunteer_gone", field="volunteer_nos", no=no)
        found = await tx.find(Course, course_id)
        if found is None or (found.state == "draft" and by != "corps"):
            raise NotFound(Course.kind, course_id, states=Course.STEPS)
        found.require("enrol", found.state)
        if by != "corps" and (found.state != "open" or tx.today > found.enrol_until):
            raise Conflict("enrolment_over", field="course_id", last=found.enrol_until)
        known = await tx.find_all(
            Enrolment, list((await enrolled_in(tx.session, course_id, wanted)).values())
        )
        by_number = {each.volunteer_no: each for each in known.values()}
        taken = await count_enrolled(tx.session, course_id)
        made = []
        for no in wanted:
            place = by_number.get(no)
            if place is not None and place.state != "left":
                made.append(place)
                continue
            state: Literal["enrolled", "waiting"] = "waiting"
            if taken < found.capacity:
                state, taken = "enrolled", taken + 1
            made.append(_take_place(tx, found, place, no, state, by))
        return made


async def leave(
    uow: UnitOfWork,
    enrolment_id: str,
    *,
    reason_code: LeaveReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Enrolment:
    """Takes part no more, or waits no more; whoever is next gets the place.

    :raises NotFound: there is no such place, or it is out of the actor's reach.
    :raises IllegalTransition: it was given up before. :raises Conflict: the course is over, or the test was begun.
    """
    grant = uow.permit(POLICY, "enrol")
    by = _by(uow, grant)
    async with uow.transaction() as tx:
        course_id = await _course_of(tx, grant, enrolment_id)
        course = await tx.get(Course, course_id)
        found = await tx.get(Enrolment, enrolment_id)
        if course.state not in ENROLLING:
            raise Conflict("course_over", field="enrolment_id")
        if await attempts_of(tx.session, enrolment_id):
            raise Conflict("test_begun_by_trainee", field="enrolment_id")
        found.leave(reason_code, reason, tx.business_now)
        Doubts(confirmed).settle()
        _tell(tx, course, found, "left", by)
        await fill_places(tx, course)
        return found


async def fill_places(tx: Transaction, course: Course) -> None:
    """Moves up whoever waits, in the order of enrolling, while there are places. The course is locked."""
    if course.state not in ENROLLING:
        return
    await tx.session.flush()
    free = course.capacity - await count_enrolled(tx.session, course.id)
    if free <= 0:
        return
    waiting = (await enrolments_of(tx.session, course.id, "waiting"))[:free]
    found = await tx.find_all(Enrolment, [row.id for row in waiting])
    for row in waiting:
        each = found[row.id]
        each.move_up(tx.business_now)
        _tell(tx, course, each, "moved_up", "system")
    await tx.session.flush()


async def give_up_places(tx: Transaction, places: Sequence[Enrolment]) -> None:
    """The volunteer is gone: places in courses that are not over go to whoever is next."""
    for known in sorted(places, key=lambda each: each.course_id):
        if known.state == "left":
            continue
        course = await tx.get(Course, known.course_id)
        if course.state not in ENROLLING:
            continue
        found = await tx.get(Enrolment, known.id)
        found.leave("person_gone", None, tx.business_now)
        await fill_places(tx, course)


def _take_place(
    tx: Transaction,
    course: Course,
    place: Enrolment | None,
    no: str,
    state: Literal["enrolled", "waiting"],
    by: By,
) -> Enrolment:
    turn = course.next_turn()
    if place is None:
        place = Enrolment(
            id=new_id(),
            course_id=course.id,
            volunteer_no=no,
            turn=turn,
            state=state,
            by=by,
            since=tx.business_now,
        )
        tx.add(place)
    else:
        place.enrol(turn, state, by, tx.business_now)
    _tell(tx, course, place, state, by)
    return place


def _tell(tx: Transaction, course: Course, place: Enrolment, step: Step, by: By) -> None:
    tx.record(
        place,
        CourseEnrolmentChanged(
            enrolment_id=place.id,
            course_id=course.id,
            name=course.name,
            name_en=course.name_en,
            volunteer_no=place.volunteer_no,
            state=place.state,
            step=step,
            by=by,
            first_on=course.first_on,
            reason_code=place.reason_code,
        ),
    )


def _by(uow: UnitOfWork, grant: Grant) -> By:
    if uow.actor.is_system:
        return "system"
    if grant.everything:
        return "corps"
    return "leader" if grant.teams else "self"


async def _course_of(tx: Transaction, grant: Grant, enrolment_id: str) -> str:
    """:raises NotFound: there is no such place, or it is out of the actor's reach."""
    found = await tx.session.get(Enrolment, enrolment_id)
    if found is None:
        raise NotFound(Enrolment.kind, enrolment_id, states=Enrolment.STEPS)
    await require_enrolment(tx.session, grant, found)
    tx.session.expunge(found)  # it is read again, locked, behind the course
    return found.course_id
