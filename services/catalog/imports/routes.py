"""Operations on imports: send a table, say what its columns are, look at its rows, apply it."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.catalog.imports import queries
from services.catalog.imports.domain.columns import FIELDS, About
from services.catalog.imports.domain.directory_import import DirectoryImport
from services.catalog.imports.domain.rows import Outcome
from services.catalog.imports.schemas.answers import (
    ColumnsBody,
    FieldAnswer,
    ImportAnswer,
    LeftOutBody,
    Rendering,
    RowsAnswer,
)
from services.catalog.imports.schemas.cells import headings_of, understanding
from services.catalog.imports.use_cases import drafts
from shared.http.inputs import After, AppState, Code, Key, Limit, Page, Uow
from shared.http.openapi import secured, taking_file
from shared.http.spreadsheet import MOST_ROWS, Cell, ExcelFile, Heading, exported
from shared.http.texts import Texts, preferred_language
from shared.sheets.reading import read_table
from shared.unit_of_work import UnitOfWork

router = APIRouter(tags=["catalog"])

ACTION = "import_directory"


def _answer(request: Request, uow: UnitOfWork, texts: Texts, made: DirectoryImport) -> ImportAnswer:
    language = preferred_language(request.headers.get("accept-language"))
    said = Rendering(texts, language, made)
    fields = [
        FieldAnswer(name=one.name, label=said.label(one.name), needed=one.needed)
        for one in FIELDS[made.about]
    ]
    known = made.error is not None and texts.has(made.error)
    problem = texts.render(language, made.error or "")["detail"] if known else made.error
    answer = ImportAnswer.of(made, fields, problem)
    answer.veiled = made.is_veiled_from(uow.actor.subject)
    return answer


@router.post(
    "/imports",
    status_code=201,
    summary="Send a table of agencies, categories, townships, teams, service items, volunteers or qualifications",
    **taking_file(secured(ACTION, 413)),
)
async def post_import(
    request: Request,
    uow: Uow,
    state: AppState,
    about: About,
    sheet: Annotated[
        int | None, Query(ge=1, le=1000, description="which sheet of a workbook, counted from 1")
    ] = None,
    team_code: Annotated[
        Code | None,
        Query(description="of which team all volunteers of the table are; a leader names the own"),
    ] = None,
) -> ImportAnswer:
    drafts.require_sendable(uow, about, team_code)  # before the file is read
    table = await read_table(await request.body(), sheet=sheet)
    made = await drafts.draft_import(
        uow,
        about,
        table,
        headings_of(state.texts, about),
        understanding(state.texts),
        team_code,
    )
    return _answer(request, uow, state.texts, made)


@router.get("/imports", summary="List imports, the newest first", **secured(ACTION))
async def list_imports(
    request: Request, uow: Uow, state: AppState, after: After = None, limit: Limit = 20
) -> Page[ImportAnswer]:
    found, next_after = await queries.list_imports(uow, after=after, limit=limit)
    items = [_answer(request, uow, state.texts, made) for made in found]
    return Page[ImportAnswer](items=items, next_after=next_after)


@router.get("/imports/{import_id}", summary="One import", **secured(ACTION, 404))
async def get_import(request: Request, import_id: Key, uow: Uow, state: AppState) -> ImportAnswer:
    made = await queries.get_import(uow, import_id)
    answer = _answer(request, uow, state.texts, made)
    if made.state == "running":
        answer.written = int(await state.cache.get(drafts.written_key(import_id)) or 0)
    return answer


@router.post(
    "/imports/{import_id}/columns",
    summary="Say which column fills which field",
    **secured(ACTION, 404, 409),
)
async def map_columns(
    request: Request, import_id: Key, body: ColumnsBody, uow: Uow, state: AppState
) -> ImportAnswer:
    made = await drafts.map_columns(uow, import_id, body.columns, understanding(state.texts))
    return _answer(request, uow, state.texts, made)


@router.get(
    "/imports/{import_id}/rows", summary="What becomes of an import's rows", **secured(ACTION, 404)
)
async def list_rows(
    request: Request,
    import_id: Key,
    uow: Uow,
    state: AppState,
    outcome: Outcome | None = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="row to begin behind")] = 0,
    limit: Limit = 100,
) -> RowsAnswer:
    found = await queries.list_rows(uow, import_id, outcome=outcome, after=after, limit=limit)
    language = preferred_language(request.headers.get("accept-language"))
    said = Rendering(state.texts, language, found.made)
    return RowsAnswer(items=[said.row(row) for row in found.rows], next_after=found.next_after)


@router.post(
    "/imports/{import_id}/left-out",
    summary="Leave a row out, or take it in again",
    **secured(ACTION, 404, 409, 422),
)
async def leave_row_out(
    request: Request, import_id: Key, body: LeftOutBody, uow: Uow, state: AppState
) -> ImportAnswer:
    made = await drafts.leave_row_out(
        uow, import_id, **body.model_dump(), understand=understanding(state.texts)
    )
    return _answer(request, uow, state.texts, made)


@router.get(
    "/imports/{import_id}/faulty",
    summary="The rows with faults as an Excel file, to be corrected and sent again",
    response_class=ExcelFile,
    **secured(ACTION, 404),
)
async def export_faulty_rows(
    request: Request, import_id: Key, uow: Uow, state: AppState
) -> ExcelFile:
    found = await queries.list_rows(uow, import_id, outcome="faulty", after=0, limit=MOST_ROWS)
    language = preferred_language(request.headers.get("accept-language"))
    said = Rendering(state.texts, language, found.made)
    words = state.texts.render(language, "import.faulty_rows")

    async def pages() -> AsyncIterator[Sequence[Sequence[Cell]]]:
        yield [[*row.cells, said.in_a_cell(row)] for row in found.rows]

    return await exported(
        [*(Heading(text, 16) for text in found.made.headings), Heading(words["faults"], 60)],
        pages(),
        title=words["title"],
        filename=f"{words['title']}.xlsx",
    )


@router.post(
    "/imports/{import_id}/start",
    status_code=202,
    summary="Apply an import, all of it or nothing",
    **secured(ACTION, 404, 409),
)
async def start_import(request: Request, import_id: Key, uow: Uow, state: AppState) -> ImportAnswer:
    made = await drafts.start_import(uow, state.cache, import_id)
    return _answer(request, uow, state.texts, made)


@router.post(
    "/imports/{import_id}/cancel", summary="Give an import up", **secured(ACTION, 404, 409)
)
async def cancel_import(
    request: Request, import_id: Key, uow: Uow, state: AppState
) -> ImportAnswer:
    return _answer(request, uow, state.texts, await drafts.cancel_import(uow, import_id))
