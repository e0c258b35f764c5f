"""Operations on the directory: lists of what dispatch knows from catalog."""

from fastapi import APIRouter

from services.dispatch.directory import queries, schemas
from shared.http.inputs import After, Limit, Page, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["dispatch"])


@router.get("/townships", summary="Townships as dispatch knows them", **secured("read_supply", 422))
async def list_townships(
    uow: Uow, after: After = None, limit: Limit = 100
) -> Page[schemas.TownshipAnswer]:
    items, next_after = await queries.list_townships(uow, after=after, limit=limit)
    return Page[schemas.TownshipAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/teams", summary="Teams as dispatch knows them", **secured("read_supply", 422))
async def list_teams(uow: Uow, after: After = None, limit: Limit = 100) -> Page[schemas.TeamAnswer]:
    items, next_after = await queries.list_teams(uow, after=after, limit=limit)
    return Page[schemas.TeamAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/items", summary="Service items as dispatch knows them", **secured("read_supply", 422))
async def list_items(uow: Uow, after: After = None, limit: Limit = 100) -> Page[schemas.ItemAnswer]:
    items, next_after = await queries.list_items(uow, after=after, limit=limit)
    return Page[schemas.ItemAnswer].model_validate({"items": items, "next_after": next_after})
