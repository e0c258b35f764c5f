"""Operations on demand."""

from fastapi import APIRouter

from services.dispatch.demand import queries, schemas
from shared.http.inputs import After, Filter, Limit, Page, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["dispatch"])


@router.get("/demand", summary="Lines of accepted orders", **secured("read_demand", 422))
async def list_demand(
    uow: Uow, campaign_id: Filter = None, after: After = None, limit: Limit = 100
) -> Page[schemas.DemandAnswer]:
    items, next_after = await queries.list_demand(
        uow, campaign_id=campaign_id, after=after, limit=limit
    )
    return Page[schemas.DemandAnswer].model_validate({"items": items, "next_after": next_after})
