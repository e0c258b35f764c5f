"""Operations on courses and their files."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.catalog.courses import schemas
from services.catalog.courses.domain.course import CourseState
from services.catalog.courses.queries import courses as queries
from services.catalog.courses.sheets import COURSES
from services.catalog.courses.use_cases import keeping, materials
from services.catalog.policy import POLICY
from shared.http.downloads import NOT_KEPT, AnyFile, SentName, disposition
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import (
    After,
    AppState,
    Confirmed,
    CountedPage,
    Key,
    Limit,
    Search,
    Uow,
)
from shared.http.openapi import secured, taking_file
from shared.unit_of_work import UnitOfWork

router = APIRouter(tags=["courses"])


async def _answer(uow: UnitOfWork, course_id: str) -> schemas.CourseAnswer:
    return schemas.CourseAnswer.of(await queries.get_course(uow, course_id))


@router.post(
    "/courses",
    status_code=201,
    summary="Enter a course as a draft",
    **secured("keep_courses", 409, 422),
)
async def make_course(
    body: schemas.CourseBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.CourseAnswer:
    made = await keeping.make_course(uow, body.said(), confirmed=confirmed)
    return await _answer(uow, made.id)


@router.get(
    "/courses",
    summary="List courses, with the reader's own places in them",
    **secured("read_courses", 422),
)
async def list_courses(
    uow: Uow,
    q: Search = None,
    state: Annotated[CourseState | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> CountedPage[schemas.CourseAnswer]:
    found = await queries.list_courses(uow, q=q, state=state, after=after, limit=limit)
    items = [schemas.CourseAnswer.of(each) for each in found.items]
    return CountedPage[schemas.CourseAnswer](
        items=items, next_after=found.next_after, total=found.total
    )


add_export(router, "/courses.xlsx", list_courses, COURSES, action="read_courses")


@router.get("/courses/{course_id}", summary="One course", **secured("read_courses", 404, 422))
async def get_course(course_id: Key, uow: Uow, state: AppState) -> schemas.CourseAnswer:
    view = await queries.get_course(uow, course_id)
    answer = schemas.CourseAnswer.of(view)
    if answer.own is not None and view.own is not None and view.own.token is not None:
        answer.own.certificate_url = (
            f"{state.public_url}/public/course-certificates/{view.own.token}"
        )
    return answer


@router.put(
    "/courses/{course_id}",
    summary="Replace what a course says; those who take part are told of changed sessions",
    **secured("keep_courses", 404, 409, 422, 428),
)
async def change_course(
    course_id: Key, body: schemas.CourseBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.CourseAnswer:
    await keeping.change_course(uow, course_id, body.said(), confirmed=confirmed)
    return await _answer(uow, course_id)


@router.post(
    "/courses/{course_id}/open",
    summary="Let volunteers enrol",
    **secured("keep_courses", 404, 409, 422),
)
async def open_course(
    course_id: Key, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.CourseAnswer:
    await keeping.open_course(uow, course_id, confirmed=confirmed)
    return await _answer(uow, course_id)


@router.post(
    "/courses/{course_id}/close",
    summary="End enrolment; the course runs",
    **secured("keep_courses", 404, 409, 422),
)
async def close_enrolment(course_id: Key, uow: Uow) -> schemas.CourseAnswer:
    await keeping.close_enrolment(uow, course_id)
    return await _answer(uow, course_id)


@router.post(
    "/courses/{course_id}/reopen",
    summary="Let volunteers enrol again",
    **secured("keep_courses", 404, 409, 422),
)
async def reopen_enrolment(course_id: Key, uow: Uow) -> schemas.CourseAnswer:
    await keeping.reopen_enrolment(uow, course_id)
    return await _answer(uow, course_id)


@router.post(
    "/courses/{course_id}/end",
    summary="End a course once its sessions and its test are over",
    **secured("keep_courses", 404, 409, 422),
)
async def end_course(course_id: Key, uow: Uow) -> schemas.CourseAnswer:
    await keeping.end_course(uow, course_id)
    return await _answer(uow, course_id)


@router.post(
    "/courses/{course_id}/cancel",
    summary="Call a course off; whoever takes part or waits is told",
    **secured("keep_courses", 404, 409, 422),
)
async def cancel_course(
    course_id: Key, body: schemas.CancelBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.CourseAnswer:
    await keeping.cancel_course(
        uow,
        course_id,
        reason_code=body.reason_code,
        reason=body.reason,
        confirmed=ask_about(body, confirmed),
    )
    return await _answer(uow, course_id)


@router.post(
    "/courses/{course_id}/materials",
    status_code=201,
    summary="Give those who take part a PDF, JPEG or PNG",
    **taking_file(secured("keep_courses", 404, 409, 413, 422)),
)
async def add_material(
    course_id: Key, request: Request, uow: Uow, state: AppState, name: SentName
) -> schemas.MaterialAnswer:
    uow.permit(POLICY, "keep_courses")  # before the file is read
    data = await request.body()
    made = await materials.add_material(uow, state.files, course_id, name, data)
    return schemas.MaterialAnswer(**{key: made[key] for key in schemas.MaterialAnswer.model_fields})


@router.get(
    "/courses/{course_id}/materials/{material_id}",
    summary="One file of a course",
    response_class=AnyFile,
    **secured("read_courses", 404, 422),
)
async def get_material(course_id: Key, material_id: Key, uow: Uow, state: AppState) -> Response:
    found, content = await queries.get_file(uow, state.files, course_id, material_id)
    headers = NOT_KEPT | disposition("attachment", "file", found.name)
    return Response(content, media_type=found.media_type, headers=headers)


@router.delete(
    "/courses/{course_id}/materials/{material_id}",
    status_code=204,
    summary="Take a file away from a course",
    **secured("keep_courses", 404, 422),
)
async def remove_material(course_id: Key, material_id: Key, uow: Uow, state: AppState) -> None:
    await materials.remove_material(uow, state.files, course_id, material_id)
