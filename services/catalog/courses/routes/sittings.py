"""Operations on question banks, and on tests that somebody sits."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from services.catalog.courses import schemas
from services.catalog.courses.queries import sittings as queries
from services.catalog.courses.sheets import QUESTIONS, QuestionReader
from services.catalog.courses.use_cases import questions, sitting
from services.catalog.policy import POLICY
from shared.http.exports import add_export
from shared.http.inputs import AppState, Key, Limit, Page, Uow
from shared.http.openapi import secured, taking_file
from shared.http.spreadsheet import Cell, ExcelFile, exported
from shared.http.texts import preferred_language
from shared.sheets.reading import read_table

router = APIRouter(tags=["courses"])

MOST_ROWS_SHOWN = 200
NumberOnPaper = Annotated[int, Path(ge=1, le=2000)]


@router.get(
    "/courses/{course_id}/questions",
    summary="The question bank of a course, with how often each was answered right",
    **secured("read_questions", 404, 422),
)
async def list_questions(
    course_id: Key,
    uow: Uow,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="number to begin behind")] = 0,
    limit: Limit = 500,
) -> Page[schemas.BankQuestionAnswer]:
    found = [
        each
        for each in await queries.list_questions(uow, course_id)
        if each.question.number > after
    ]
    items = [schemas.BankQuestionAnswer.of(each) for each in found[:limit]]
    more = str(items[-1].number) if len(found) > limit else None
    return Page[schemas.BankQuestionAnswer](items=items, next_after=more)


add_export(
    router,
    "/courses/{course_id}/questions.xlsx",
    list_questions,
    QUESTIONS,
    action="read_questions",
    refusals=(404,),
)


@router.get(
    "/question-table.xlsx",
    summary="A table to fill in with questions",
    response_class=ExcelFile,
    **secured("read_questions"),
)
async def get_question_table(request: Request, uow: Uow, state: AppState) -> ExcelFile:
    uow.permit(POLICY, "read_questions")
    language = preferred_language(request.headers.get("accept-language"))
    title, headings, rows = QuestionReader(state.texts, language).template()

    async def pages() -> AsyncIterator[Sequence[Sequence[Cell]]]:
        yield rows

    return await exported(headings, pages(), title=title, filename=f"{title}.xlsx")


@router.post(
    "/courses/{course_id}/questions",
    summary="Fill the question bank from a table: look at it first, then keep it, all of it or nothing",
    **taking_file(secured("keep_courses", 404, 409, 413, 422)),
)
async def import_questions(
    course_id: Key,
    request: Request,
    uow: Uow,
    state: AppState,
    keep: Annotated[bool, Query(description="false: only say what the table would do")] = False,
    sheet: Annotated[int | None, Query(ge=1, le=1000)] = None,
) -> schemas.QuestionTableAnswer:
    uow.permit(POLICY, "keep_courses")  # before the file is read
    table = await read_table(await request.body(), sheet=sheet)
    reader = QuestionReader(state.texts, preferred_language(request.headers.get("accept-language")))
    rows = reader.read(table.rows)
    clean = not reader.faults
    result = await questions.import_questions(uow, course_id, rows, keep=keep and clean)
    reader.note(result)
    faulty = reader.faulty_rows()
    return schemas.QuestionTableAnswer(
        kept=keep and not faulty,
        new=result.new,
        changed=result.changed,
        unchanged=result.unchanged,
        faulty=len(faulty),
        rows=faulty[:MOST_ROWS_SHOWN],
    )


@router.delete(
    "/courses/{course_id}/questions/{number}",
    status_code=204,
    summary="Take a question out of the bank",
    **secured("keep_courses", 404, 409, 422),
)
async def remove_question(
    course_id: Key, number: Annotated[int, Path(ge=1, le=2**31 - 1)], uow: Uow
) -> None:
    await questions.remove_question(uow, course_id, number)


@router.post(
    "/courses/{course_id}/attempts",
    summary="Begin the test, or go on with it",
    **secured("sit_test", 404, 409, 422),
)
async def begin_attempt(course_id: Key, uow: Uow) -> schemas.AttemptAnswer:
    return schemas.AttemptAnswer.of(await sitting.begin_attempt(uow, course_id))


@router.get(
    "/test-attempts/{attempt_id}",
    summary="An attempt with its questions, and what was wrong once it has ended",
    **secured("sit_test", 404, 422),
)
async def get_attempt(attempt_id: Key, uow: Uow) -> schemas.AttemptAnswer:
    return schemas.AttemptAnswer.of(await sitting.get_attempt(uow, attempt_id))


@router.put(
    "/test-attempts/{attempt_id}/answers/{number}",
    summary="Keep what is chosen for a question",
    **secured("sit_test", 404, 409, 422),
)
async def save_answer(
    attempt_id: Key, number: NumberOnPaper, body: schemas.ChosenBody, uow: Uow
) -> schemas.SavedAnswer:
    left = await sitting.save_answer(uow, attempt_id, number, body.chosen)
    return schemas.SavedAnswer(number=number, chosen=sorted(set(body.chosen)), seconds_left=left)


@router.post(
    "/test-attempts/{attempt_id}/end",
    summary="Hand the paper in; it is marked at once",
    **secured("sit_test", 404, 409, 422),
)
async def end_attempt(attempt_id: Key, uow: Uow) -> schemas.AttemptAnswer:
    return schemas.AttemptAnswer.of(await sitting.end_attempt(uow, attempt_id))
