"""Operations of the planning board."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.dispatch.plans.queries import board as queries
from services.dispatch.plans.routes.language import ReadersLocalizer
from services.dispatch.plans.schemas import board as schemas
from shared.http.inputs import After, Limit, Page, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["planning"])

LineId = Annotated[str, Query(min_length=1, max_length=36, description="the line to move")]
MostPlaces = Annotated[int, Query(ge=1, le=500, description="how many places at most")]


@router.get(
    "/planning-campaigns",
    summary="Campaigns, and how much of each waits for a place",
    **secured("read_candidates"),
)
async def list_campaigns(uow: Uow) -> schemas.PlanningCampaignsAnswer:
    return schemas.PlanningCampaignsAnswer.model_validate(await queries.list_campaigns(uow))


@router.get(
    "/planning-campaigns/{campaign_id}/open-lines",
    summary="Accepted lines that wait for a place",
    **secured("read_candidates", 422),
)
async def list_open_lines(
    campaign_id: str,
    uow: Uow,
    localizer: ReadersLocalizer,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.OpenLineAnswer]:
    items, next_after = await queries.list_open_lines(
        uow, localizer, campaign_id, after=after, limit=limit
    )
    return Page[schemas.OpenLineAnswer].model_validate({"items": items, "next_after": next_after})


@router.get(
    "/candidates/{candidate_id}/grid",
    summary="The days and teams that a candidate may use, what is fixed, and whether it holds",
    **secured("read_candidates", 404, 409, 422),
)
async def get_grid(candidate_id: str, uow: Uow, localizer: ReadersLocalizer) -> schemas.GridAnswer:
    return schemas.GridAnswer.model_validate(await queries.get_grid(uow, localizer, candidate_id))


@router.get(
    "/candidates/{candidate_id}/places",
    summary="Where else a line could go, the best place first, and what each changes",
    **secured("read_candidates", 404, 409, 422),
)
async def rank_places(
    candidate_id: str, line_id: LineId, uow: Uow, limit: MostPlaces = 10
) -> schemas.RankedPlacesAnswer:
    return schemas.RankedPlacesAnswer.model_validate(
        await queries.rank_places(uow, candidate_id, line_id, limit)
    )
