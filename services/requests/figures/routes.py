"""Operations on a campaign's figures."""

from typing import Annotated

from fastapi import APIRouter, Path

from services.requests.figures import queries, schemas
from services.requests.figures.domain import Part
from services.requests.figures.sheets import FIGURES
from shared.db.paging import Listed
from shared.http.exports import add_export
from shared.http.inputs import After, Code, Limit, Uow
from shared.http.openapi import public, secured

router = APIRouter(tags=["requests"])
CampaignId = Annotated[Code, Path()]


@router.get(
    "/campaigns/{campaign_id}/figures",
    summary="What was ordered, served and rated in a campaign",
    **secured("read_figures", 404, 422),
)
async def read_figures(campaign_id: CampaignId, uow: Uow) -> schemas.FiguresAnswer:
    return schemas.FiguresAnswer.model_validate(await queries.read_figures(uow, campaign_id))


async def _list_township_figures(
    campaign_id: CampaignId, uow: Uow, *, after: After = None, limit: Limit = 100
) -> Listed[Part]:
    return await queries.list_township_figures(uow, campaign_id, after=after, limit=limit)


add_export(
    router,
    "/campaigns/{campaign_id}/figures.xlsx",
    _list_township_figures,
    FIGURES,
    action="read_figures",
    refusals=(404,),
)


@router.get(
    "/open/campaigns/{campaign_id}/figures",
    summary="A campaign's figures as open data, for anybody",
    **public("read_open_figures", 404, 422),
)
async def read_open_figures(campaign_id: CampaignId, uow: Uow) -> schemas.FiguresAnswer:
    return schemas.FiguresAnswer.model_validate(await queries.read_open_figures(uow, campaign_id))
