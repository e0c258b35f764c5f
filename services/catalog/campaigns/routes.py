"""Operations on campaigns: create, correct, close, reopen and read them."""

from fastapi import APIRouter

from services.catalog.campaigns import queries, schemas, use_cases
from services.catalog.campaigns.domain import CampaignState
from services.catalog.campaigns.sheets import CAMPAIGNS
from shared.http.exports import add_export
from shared.http.inputs import AfterCode, Code, Confirmed, CountedPage, Limit, Search, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


@router.put(
    "/campaigns/{code}",
    summary="Create or correct a campaign",
    **secured("change_campaigns", 409, 422, 428),
)
async def put_campaign(
    code: Code, body: schemas.CampaignBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.CampaignAnswer:
    entered = await use_cases.enter_campaign(
        uow,
        code,
        name=body.name,
        name_en=body.name_en,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        themes=[theme.as_theme() for theme in body.themes],
        confirmed=confirmed,
    )
    return schemas.CampaignAnswer.on(uow.today(), entered)


@router.get("/campaigns", summary="List campaigns", **secured("read_campaigns", 422))
async def list_campaigns(
    uow: Uow,
    q: Search = None,
    sort: queries.Sort = "code",
    state: CampaignState | None = None,
    after: AfterCode = None,
    limit: Limit = 100,
) -> CountedPage[schemas.CampaignAnswer]:
    found = await queries.list_campaigns(uow, q=q, sort=sort, state=state, after=after, limit=limit)
    items = [schemas.CampaignAnswer.on(uow.today(), campaign) for campaign in found.items]
    return CountedPage[schemas.CampaignAnswer](
        items=items, next_after=found.next_after, total=found.total
    )


add_export(router, "/campaigns.xlsx", list_campaigns, CAMPAIGNS, action="read_campaigns")


@router.get("/campaigns/{code}", summary="One campaign", **secured("read_campaigns", 404, 422))
async def get_campaign(code: Code, uow: Uow) -> schemas.CampaignAnswer:
    return schemas.CampaignAnswer.on(uow.today(), await queries.get_campaign(uow, code))


@router.post(
    "/campaigns/{code}/close",
    summary="Nothing is ordered for a campaign any more",
    **secured("change_campaigns", 404, 409, 422),
)
async def close_campaign(code: Code, uow: Uow) -> schemas.CampaignAnswer:
    return schemas.CampaignAnswer.on(uow.today(), await use_cases.close_campaign(uow, code))


@router.post(
    "/campaigns/{code}/reopen",
    summary="A campaign that was closed can be ordered for again",
    **secured("change_campaigns", 404, 409, 422),
)
async def reopen_campaign(code: Code, uow: Uow) -> schemas.CampaignAnswer:
    return schemas.CampaignAnswer.on(uow.today(), await use_cases.reopen_campaign(uow, code))
