"""Operations on what a township gets ready for a stop."""

from fastapi import APIRouter

from services.dispatch.preparation import queries, schemas, use_cases
from shared.http.inputs import Uow
from shared.http.openapi import secured

router = APIRouter(tags=["dispatch"])


@router.get(
    "/stops/{stop_id}/preparation",
    summary="What the township provides at a stop, and what of it is ready",
    **secured("read_stops", 404, 422),
)
async def get_preparation(stop_id: str, uow: Uow) -> schemas.PreparationAnswer:
    return schemas.PreparationAnswer.model_validate(await queries.get_preparation(uow, stop_id))


@router.post(
    "/stops/{stop_id}/preparation",
    summary="The township says what is ready for a stop",
    **secured("prepare_stop", 404, 409, 422),
)
async def prepare_stop(
    stop_id: str, body: schemas.PreparationBody, uow: Uow
) -> schemas.PreparationAnswer:
    await use_cases.prepare_stop(uow, stop_id, body.ready)
    return schemas.PreparationAnswer.model_validate(await queries.get_preparation(uow, stop_id))
