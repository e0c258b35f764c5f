"""Operations by which reports of booths are corrected."""

from fastapi import APIRouter

from services.dispatch.corrections import queries, schemas, use_cases
from services.dispatch.stops.queries.views import get_stop
from services.dispatch.stops.schemas import StopAnswer
from shared.http.free_text import ask_about
from shared.http.inputs import Confirmed, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["dispatch"])


@router.get(
    "/stops/{stop_id}/corrections",
    summary="How reports of a stop's booths were corrected, the latest first",
    **secured("read_stops", 404, 422),
)
async def list_corrections(stop_id: str, uow: Uow) -> list[schemas.CorrectionAnswer]:
    found = await queries.list_corrections(uow, stop_id)
    return [schemas.CorrectionAnswer.model_validate(each) for each in found]


@router.post(
    "/stops/{stop_id}/correction",
    summary="Correct a booth's report; a leader asks the corps to",
    **secured("correct_booth", 404, 409, 422),
)
async def correct_booth(
    stop_id: str, body: schemas.CorrectionBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> StopAnswer:
    await use_cases.correct_booth(
        uow,
        stop_id,
        body.assignment_id,
        body.figures(),
        team_code=body.team_code,
        reason_code=body.reason_code,
        reason=body.reason,
        confirmed=ask_about(body, confirmed),
    )
    return StopAnswer.model_validate(await get_stop(uow, stop_id))


@router.post(
    "/stops/{stop_id}/correction/accept",
    summary="Take on the correction that a team asked for",
    **secured("decide_correction", 404, 409, 422),
)
async def accept_correction(
    stop_id: str, body: schemas.CorrectionNumberBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> StopAnswer:
    await use_cases.accept_correction(uow, stop_id, body.number, confirmed)
    return StopAnswer.model_validate(await get_stop(uow, stop_id))


@router.post(
    "/stops/{stop_id}/correction/refuse",
    summary="Leave the report as it is",
    **secured("decide_correction", 404, 409, 422),
)
async def refuse_correction(
    stop_id: str,
    body: schemas.CorrectionRefusalBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> StopAnswer:
    doubts = ask_about(body, confirmed)
    await use_cases.refuse_correction(uow, stop_id, **body.model_dump(), confirmed=doubts)
    return StopAnswer.model_validate(await get_stop(uow, stop_id))


@router.post(
    "/stops/{stop_id}/correction/withdraw",
    summary="Take back the correction that was asked for",
    **secured("correct_booth", 404, 409, 422),
)
async def withdraw_correction(
    stop_id: str, body: schemas.CorrectionNumberBody, uow: Uow
) -> StopAnswer:
    await use_cases.withdraw_correction(uow, stop_id, body.number)
    return StopAnswer.model_validate(await get_stop(uow, stop_id))
