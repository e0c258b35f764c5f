"""Operations on limits of ordering."""

from fastapi import APIRouter

from services.requests.limits import queries, schemas, use_cases
from shared.http.inputs import Uow
from shared.http.openapi import secured

router = APIRouter(tags=["requests"])


@router.get(
    "/order-limits/{campaign_id}",
    summary="Until when a campaign takes orders, and how much a township may order",
    **secured("read_limits", 404, 422),
)
async def get_limit(campaign_id: str, uow: Uow) -> schemas.LimitAnswer:
    return schemas.LimitAnswer.model_validate(await queries.get_limit(uow, campaign_id))


@router.put(
    "/order-limits/{campaign_id}",
    summary="Set until when a campaign takes orders, and how much a township may order",
    **secured("set_limits", 404, 422, 428),
)
async def put_limit(campaign_id: str, body: schemas.LimitBody, uow: Uow) -> schemas.LimitAnswer:
    found = await use_cases.set_limit(
        uow,
        campaign_id,
        orders_until=body.orders_until,
        lines=body.lines,
        townships=body.exceptions(),
    )
    return schemas.LimitAnswer.model_validate(found)
