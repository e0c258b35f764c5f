"""Operations on programmes, and on where a window stands in a stage: evidence, handing in, and the corps' word."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.catalog.policy import POLICY
from services.catalog.programmes import queries, schemas
from services.catalog.programmes.domain import Programme
from services.catalog.programmes.sheets import STAGES
from services.catalog.programmes.use_cases import evidence, running
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import (
    AfterCode,
    AppState,
    Code,
    Confirmed,
    CountedPage,
    Key,
    Limit,
    Page,
    Uow,
)
from shared.http.openapi import secured, taking_file
from shared.http.pictures import FOR_WHOEVER_ASKED, AnyPicture
from shared.unit_of_work import UnitOfWork

router = APIRouter(tags=["catalog"])


@router.get("/programmes", summary="List programmes", **secured("read_programmes", 422))
async def list_programmes(
    uow: Uow, after: AfterCode = None, limit: Limit = 100
) -> CountedPage[schemas.ProgrammeAnswer]:
    found = await queries.list_programmes(uow, after=after, limit=limit)
    return CountedPage[schemas.ProgrammeAnswer].model_validate(found)


@router.get("/programmes/{code}", summary="One programme", **secured("read_programmes", 404, 422))
async def get_programme(code: Code, uow: Uow) -> schemas.ProgrammeAnswer:
    return schemas.ProgrammeAnswer.model_validate(await queries.get_programme(uow, code))


@router.put(
    "/programmes/{code}",
    summary="Enter or correct a programme",
    **secured("run_programmes", 409, 422, 428),
)
async def put_programme(
    code: Code, body: schemas.ProgrammeBody, uow: Uow
) -> schemas.ProgrammeAnswer:
    wanted = Programme(
        code=code,
        name=body.name,
        name_en=body.name_en,
        stages=[each.as_stage() for each in body.stages],
        window_codes=body.window_codes,
    )
    return schemas.ProgrammeAnswer.model_validate(await running.enter_programme(uow, wanted))


@router.post(
    "/programmes/{code}/begin",
    summary="Ask the windows from now on",
    **secured("run_programmes", 404, 409, 422),
)
async def begin_programme(code: Code, uow: Uow) -> schemas.ProgrammeAnswer:
    return schemas.ProgrammeAnswer.model_validate(await running.begin_programme(uow, code))


@router.post(
    "/programmes/{code}/end",
    summary="Nothing more is asked of the windows",
    **secured("run_programmes", 404, 409, 422),
)
async def end_programme(code: Code, uow: Uow) -> schemas.ProgrammeAnswer:
    return schemas.ProgrammeAnswer.model_validate(await running.end_programme(uow, code))


@router.get(
    "/programmes/{code}/stages",
    summary="Where the windows in the reader's reach stand",
    **secured("read_window_stages", 404, 422),
)
async def list_stages(
    code: Code,
    uow: Uow,
    after: Annotated[Key | None, Query(description="id to begin behind")] = None,
    limit: Limit = 500,
) -> Page[schemas.WindowStageAnswer]:
    found = await queries.list_stages(uow, code)
    ids = [each.found.id for each in found]
    begin = ids.index(after) + 1 if after in ids else 0
    items = [schemas.WindowStageAnswer.of(each) for each in found[begin : begin + limit]]
    more = begin + limit < len(found)
    return Page[schemas.WindowStageAnswer](items=items, next_after=items[-1].id if more else None)


add_export(
    router,
    "/programmes/{code}/stages.xlsx",
    list_stages,
    STAGES,
    action="read_window_stages",
    refusals=[404],
)


@router.get(
    "/window-stages/{stage_id}",
    summary="Where a window stands in a stage, and what it has given",
    **secured("read_window_stages", 404, 422),
)
async def get_stage(stage_id: Key, uow: Uow) -> schemas.StageDetailAnswer:
    return await _answer(uow, stage_id)


@router.post(
    "/window-stages/{stage_id}/evidence",
    status_code=201,
    summary="Say what was done, or where it can be seen",
    **secured("give_evidence", 404, 409, 422),
)
async def give_words(
    stage_id: Key, body: schemas.WordsBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.StageDetailAnswer:
    doubts = ask_about(body, confirmed)
    await evidence.give_words(uow, stage_id, text=body.text, url=body.url, doubts=doubts)
    return await _answer(uow, stage_id)


@router.post(
    "/window-stages/{stage_id}/photos",
    status_code=201,
    summary="Show what was done in a photo (JPEG or PNG)",
    **taking_file(secured("give_evidence", 404, 409, 413, 422)),
)
async def give_photo(
    stage_id: Key, request: Request, uow: Uow, state: AppState
) -> schemas.StageDetailAnswer:
    uow.permit(POLICY, "give_evidence")  # before the file is read
    await evidence.give_photo(uow, state.files, stage_id, await request.body())
    return await _answer(uow, stage_id)


@router.delete(
    "/window-stages/{stage_id}/evidence/{evidence_id}",
    status_code=204,
    summary="Take back what was given",
    **secured("give_evidence", 404, 409, 422),
)
async def take_back(stage_id: Key, evidence_id: Key, uow: Uow, state: AppState) -> None:
    await evidence.take_back(uow, state.files, stage_id, evidence_id)


@router.get(
    "/window-stages/{stage_id}/photos/{evidence_id}",
    summary="A photo that a window gave",
    response_class=AnyPicture,
    **secured("read_window_stages", 404, 422),
)
async def read_photo(stage_id: Key, evidence_id: Key, uow: Uow, state: AppState) -> Response:
    found, content = await queries.get_photo(uow, state.files, stage_id, evidence_id)
    return Response(content, media_type=found.media_type, headers=FOR_WHOEVER_ASKED)


@router.post(
    "/window-stages/{stage_id}/hand-in",
    summary="What the stage asks for is done",
    **secured("give_evidence", 404, 409, 422),
)
async def hand_in(stage_id: Key, uow: Uow) -> schemas.StageDetailAnswer:
    await evidence.hand_in(uow, stage_id)
    return await _answer(uow, stage_id)


@router.post(
    "/window-stages/{stage_id}/accept",
    summary="Accept what a window handed in",
    **secured("decide_stages", 404, 409, 422),
)
async def accept_stage(stage_id: Key, uow: Uow) -> schemas.StageDetailAnswer:
    await evidence.accept_stage(uow, stage_id)
    return await _answer(uow, stage_id)


@router.post(
    "/window-stages/{stage_id}/return",
    summary="Ask a window to do more",
    **secured("decide_stages", 404, 409, 422),
)
async def return_stage(
    stage_id: Key,
    body: schemas.StageReturnBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.StageDetailAnswer:
    doubts = ask_about(body, confirmed)
    await evidence.return_stage(uow, stage_id, body.reason_code, body.reason, doubts)
    return await _answer(uow, stage_id)


async def _answer(uow: UnitOfWork, stage_id: str) -> schemas.StageDetailAnswer:
    return schemas.StageDetailAnswer.in_full(*await queries.get_stage(uow, stage_id))
