"""The menu's operations: what can be ordered, for what, and by whom."""

from fastapi import APIRouter

from services.requests.menu import queries, schemas
from services.requests.menu.domain import Campaign, Edition, Township
from shared.http.inputs import After, Limit, Page, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["requests"])


@router.get(
    "/editions", summary="List the menus that can be ordered from", **secured("read_menu", 422)
)
async def list_editions(
    uow: Uow, after: After = None, limit: Limit = 100
) -> Page[schemas.EditionAnswer]:
    items, next_after = await queries.list_copies(uow, Edition, after=after, limit=limit)
    answers = [schemas.EditionAnswer.on(uow.today(), edition) for edition in items]
    return Page[schemas.EditionAnswer](items=answers, next_after=next_after)


@router.get("/editions/{edition_id}", summary="One menu", **secured("read_menu", 404, 422))
async def get_edition(edition_id: str, uow: Uow) -> schemas.EditionAnswer:
    return schemas.EditionAnswer.on(uow.today(), await queries.get_edition(uow, edition_id))


@router.get(
    "/campaigns", summary="List the campaigns that orders are for", **secured("read_menu", 422)
)
async def list_campaigns(
    uow: Uow, after: After = None, limit: Limit = 100
) -> Page[schemas.CampaignAnswer]:
    items, next_after = await queries.list_copies(uow, Campaign, after=after, limit=limit)
    answers = [schemas.CampaignAnswer.on(uow.today(), campaign) for campaign in items]
    return Page[schemas.CampaignAnswer](items=answers, next_after=next_after)


@router.get("/townships", summary="List the townships that can order", **secured("read_menu", 422))
async def list_townships(
    uow: Uow, after: After = None, limit: Limit = 100
) -> Page[schemas.TownshipAnswer]:
    items, next_after = await queries.list_copies(uow, Township, after=after, limit=limit)
    return Page[schemas.TownshipAnswer].model_validate({"items": items, "next_after": next_after})
