"""More volunteers for booths to come, as the queues of earlier ones ask for."""

from fastapi import APIRouter

from services.dispatch.tickets import queries, schemas
from services.dispatch.tickets.use_cases import staffing
from shared.http.inputs import Uow
from shared.http.openapi import secured

router = APIRouter(tags=["dispatch"])


@router.post(
    "/staffing/search",
    summary="Size the booths to come now, as each new day does",
    **secured("change_staffing", 422),
)
async def look_for_staffing(uow: Uow) -> schemas.SizedAnswer:
    return schemas.SizedAnswer(proposed=await staffing.look_for_staffing(uow))


@router.get(
    "/staffing/{line_id}",
    summary="Why a booth is to have more volunteers, and the repaired plan in which it has",
    **secured("read_staffing", 404, 422),
)
async def get_staffing(line_id: str, uow: Uow) -> schemas.StaffingAnswer:
    return schemas.StaffingAnswer.model_validate(await queries.get_staffing(uow, line_id))


@router.post(
    "/staffing/{line_id}/decline",
    summary="The booth stays as it is planned",
    **secured("change_staffing", 404, 422),
)
async def decline_staffing(line_id: str, uow: Uow) -> schemas.StaffingAnswer:
    await staffing.decline_staffing(uow, line_id)
    return await get_staffing(line_id, uow)
