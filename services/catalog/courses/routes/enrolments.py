"""Operations on places in courses, and on who was there."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.courses import schemas
from services.catalog.courses.domain.enrolment import EnrolmentState
from services.catalog.courses.queries import courses as queries
from services.catalog.courses.sheets import ENROLMENTS
from services.catalog.courses.use_cases import attending, enrolling
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import After, Code, Confirmed, CountedPage, Key, Limit, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["courses"])


@router.post(
    "/courses/{course_id}/enrolments",
    summary="Enrol volunteers; once the course is full they wait",
    **secured("enrol", 404, 409, 422),
)
async def enrol(course_id: Key, body: schemas.EnrolBody, uow: Uow) -> list[schemas.EnrolmentAnswer]:
    made = await enrolling.enrol(uow, course_id, body.volunteer_nos)
    views = await queries.views_of(uow, [each.id for each in made])
    return [schemas.EnrolmentAnswer.of(each) for each in views]


@router.get(
    "/courses/{course_id}/enrolments",
    summary="Who takes part or waits: to the corps all, to a leader the own team, to a volunteer oneself",
    **secured("read_enrolments", 404, 422),
)
async def list_enrolments(
    course_id: Key,
    uow: Uow,
    state: Annotated[EnrolmentState | None, Query()] = None,
    team_code: Annotated[Code | None, Query(description="only of this team")] = None,
    after: After = None,
    limit: Limit = 100,
) -> CountedPage[schemas.EnrolmentAnswer]:
    found = await queries.list_enrolments(
        uow, course_id, state=state, team_code=team_code, after=after, limit=limit
    )
    items = [schemas.EnrolmentAnswer.of(each) for each in found.items]
    return CountedPage[schemas.EnrolmentAnswer](
        items=items, next_after=found.next_after, total=found.total
    )


add_export(
    router,
    "/courses/{course_id}/enrolments.xlsx",
    list_enrolments,
    ENROLMENTS,
    action="read_enrolments",
    refusals=(404,),
)


@router.post(
    "/course-enrolments/{enrolment_id}/leave",
    summary="Give a place up; whoever is next gets it",
    **secured("enrol", 404, 409, 422),
)
async def leave(
    enrolment_id: Key,
    body: schemas.LeaveBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.EnrolmentAnswer:
    await enrolling.leave(
        uow,
        enrolment_id,
        reason_code=body.reason_code,
        reason=body.reason,
        confirmed=ask_about(body, confirmed),
    )
    return schemas.EnrolmentAnswer.of(await queries.get_enrolment(uow, enrolment_id))


@router.get(
    "/courses/{course_id}/sessions/{session_id}/code",
    summary="What makes the codes that the screen at a session shows",
    **secured("keep_courses", 404, 422),
)
async def get_session_code(course_id: Key, session_id: Key, uow: Uow) -> schemas.CodeAnswer:
    return schemas.CodeAnswer.model_validate(
        await attending.session_secret(uow, course_id, session_id)
    )


@router.post(
    "/courses/{course_id}/sessions/{session_id}/check-in",
    status_code=204,
    summary="Say that one is there, by the code on the screen",
    **secured("check_in_to_session", 404, 409, 422),
)
async def check_in(course_id: Key, session_id: Key, body: schemas.CheckInBody, uow: Uow) -> None:
    await attending.check_in(uow, course_id, session_id, body.code, body.at)


@router.post(
    "/courses/{course_id}/sessions/{session_id}/attendance",
    summary="Say by the list who was there, and who was not",
    **secured("note_course_attendance", 404, 409, 422),
)
async def note_attendance(
    course_id: Key, session_id: Key, body: schemas.AttendanceBody, uow: Uow
) -> schemas.AttendanceAnswer:
    await attending.note_attendance(
        uow, course_id, session_id, present=body.present, absent=body.absent
    )
    return schemas.AttendanceAnswer(present=body.present, absent=body.absent)
