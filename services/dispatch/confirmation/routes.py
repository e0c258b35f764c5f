"""Operations by which both sides confirm a stop's half-day or ask for another."""

from fastapi import APIRouter

from services.dispatch.confirmation import schemas, use_cases
from services.dispatch.stops.queries.views import get_stop
from services.dispatch.stops.schemas import StopAnswer
from shared.http.free_text import ask_about
from shared.http.inputs import Confirmed, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["dispatch"])


@router.post(
    "/stops/{stop_id}/confirm",
    summary="The half-day suits the township",
    **secured("confirm_stop", 404, 409, 422),
)
async def confirm_stop(
    stop_id: str, body: schemas.ConfirmBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> StopAnswer:
    await use_cases.confirm_stop(uow, stop_id, (body.on, body.part), confirmed)
    return StopAnswer.model_validate(await get_stop(uow, stop_id))


@router.post(
    "/stops/{stop_id}/another-day",
    summary="A township or a team asks for another day",
    **secured("ask_another_day", 404, 409, 422),
)
async def ask_another_day(
    stop_id: str, body: schemas.AnotherDayBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> StopAnswer:
    await use_cases.ask_another_day(
        uow,
        stop_id,
        team_code=body.team_code,
        days=body.days,
        reason_code=body.reason_code,
        reason=body.reason,
        confirmed=ask_about(body, confirmed),
    )
    return StopAnswer.model_validate(await get_stop(uow, stop_id))


@router.post(
    "/stops/{stop_id}/keep-day",
    summary="The stop stays where it is, in spite of who asks for another day",
    **secured("keep_day", 404, 409, 422),
)
async def keep_day(
    stop_id: str, body: schemas.KeepDayBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> StopAnswer:
    await use_cases.keep_day(
        uow,
        stop_id,
        reason_code=body.reason_code,
        reason=body.reason,
        confirmed=ask_about(body, confirmed),
    )
    return StopAnswer.model_validate(await get_stop(uow, stop_id))
