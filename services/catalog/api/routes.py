"""catalog's operations: enter the directory, draft and publish editions, read them."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.api import schemas
from services.catalog.application import campaigns, commands, queries
from services.catalog.domain.campaign import Campaign
from services.catalog.domain.directory import Agency, Category, ServiceItem, Team, Township
from services.catalog.domain.edition import Edition
from shared.http.inputs import Code, Confirmed, Page, TownshipCode, Typed, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])

After = Annotated[str | None, Query(max_length=40, description="code to begin behind"), Typed]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.put("/agencies/{code}", summary="Enter or correct an agency", **secured("enter_directory", 422, 428))
async def put_agency(code: Code, body: schemas.EntryBody, uow: Uow) -> schemas.EntryAnswer:
    return schemas.EntryAnswer.model_validate(await commands.enter_agency(uow, code, **body.model_dump()))


@router.get("/agencies", summary="List agencies", **secured("read_directory", 422))
async def list_agencies(uow: Uow, after: After = None, limit: Limit = 100) -> Page[schemas.EntryAnswer]:
    items, next_after = await queries.list_entries(uow, Agency, after=after, limit=limit)
    return Page[schemas.EntryAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/agencies/{code}", summary="One agency", **secured("read_directory", 404, 422))
async def get_agency(code: Code, uow: Uow) -> schemas.EntryAnswer:
    return schemas.EntryAnswer.model_validate(await queries.get_entry(uow, Agency, code))


@router.put("/categories/{code}", summary="Enter or correct a category", **secured("enter_directory", 422, 428))
async def put_category(code: Code, body: schemas.EntryBody, uow: Uow) -> schemas.EntryAnswer:
    return schemas.EntryAnswer.model_validate(await commands.enter_category(uow, code, **body.model_dump()))


@router.get("/categories", summary="List categories", **secured("read_directory", 422))
async def list_categories(uow: Uow, after: After = None, limit: Limit = 100) -> Page[schemas.EntryAnswer]:
    items, next_after = await queries.list_entries(uow, Category, after=after, limit=limit)
    return Page[schemas.EntryAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/categories/{code}", summary="One category", **secured("read_directory", 404, 422))
async def get_category(code: Code, uow: Uow) -> schemas.EntryAnswer:
    return schemas.EntryAnswer.model_validate(await queries.get_entry(uow, Category, code))


@router.put("/townships/{code}", summary="Enter or correct a township", **secured("enter_directory", 422, 428))
async def put_township(code: TownshipCode, body: schemas.TownshipBody, uow: Uow) -> schemas.TownshipAnswer:
    return schemas.TownshipAnswer.model_validate(await commands.enter_township(uow, code, **body.model_dump()))


@router.get("/townships", summary="List townships", **secured("read_directory", 422))
async def list_townships(uow: Uow, after: After = None, limit: Limit = 100) -> Page[schemas.TownshipAnswer]:
    items, next_after = await queries.list_entries(uow, Township, after=after, limit=limit)
    return Page[schemas.TownshipAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/townships/{code}", summary="One township", **secured("read_directory", 404, 422))
async def get_township(code: TownshipCode, uow: Uow) -> schemas.TownshipAnswer:
    return schemas.TownshipAnswer.model_validate(await queries.get_entry(uow, Township, code))


@router.put("/teams/{code}", summary="Register a team, or correct its entry", **secured("enter_directory", 422, 428))
async def put_team(code: Code, body: schemas.TeamBody, uow: Uow) -> schemas.TeamAnswer:
    return schemas.TeamAnswer.model_validate(await commands.register_team(uow, code, **body.model_dump()))


@router.get("/teams", summary="List teams", **secured("read_directory", 422))
async def list_teams(uow: Uow, after: After = None, limit: Limit = 100) -> Page[schemas.TeamAnswer]:
    items, next_after = await queries.list_entries(uow, Team, after=after, limit=limit)
    return Page[schemas.TeamAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/teams/{code}", summary="One team", **secured("read_directory", 404, 422))
async def get_team(code: Code, uow: Uow) -> schemas.TeamAnswer:
    return schemas.TeamAnswer.model_validate(await queries.get_entry(uow, Team, code))


@router.post("/teams/{code}/retire", summary="A team leaves the corps", **secured("enter_directory", 404, 409, 422))
async def retire_team(code: Code, uow: Uow) -> schemas.TeamAnswer:
    return schemas.TeamAnswer.model_validate(await commands.retire_team(uow, code))


@router.post("/teams/{code}/reinstate", summary="A team comes back", **secured("enter_directory", 404, 409, 422))
async def reinstate_team(code: Code, uow: Uow) -> schemas.TeamAnswer:
    return schemas.TeamAnswer.model_validate(await commands.reinstate_team(uow, code))


@router.put("/items/{code}", summary="Enter or correct a service item", **secured("enter_directory", 422, 428))
async def put_item(code: Code, body: schemas.ItemBody, uow: Uow) -> schemas.ItemAnswer:
    return schemas.ItemAnswer.model_validate(await commands.enter_item(uow, code, **body.model_dump()))


@router.get("/items", summary="List service items", **secured("read_directory", 422))
async def list_items(uow: Uow, after: After = None, limit: Limit = 100) -> Page[schemas.ItemAnswer]:
    items, next_after = await queries.list_entries(uow, ServiceItem, after=after, limit=limit)
    return Page[schemas.ItemAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/items/{code}", summary="One service item", **secured("read_directory", 404, 422))
async def get_item(code: Code, uow: Uow) -> schemas.ItemAnswer:
    return schemas.ItemAnswer.model_validate(await queries.get_entry(uow, ServiceItem, code))


@router.put("/campaigns/{code}", summary="Create or correct a campaign", **secured("change_campaigns", 409, 422, 428))
async def put_campaign(
    code: Code, body: schemas.CampaignBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.CampaignAnswer:
    entered = await campaigns.enter_campaign(
        uow,
        code,
        name=body.name,
        name_en=body.name_en,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        themes=[theme.as_theme() for theme in body.themes],
        confirmed=confirmed,
    )
    return schemas.CampaignAnswer.model_validate(entered)


@router.get("/campaigns", summary="List campaigns", **secured("read_campaigns", 422))
async def list_campaigns(uow: Uow, after: After = None, limit: Limit = 100) -> Page[schemas.CampaignAnswer]:
    items, next_after = await queries.list_entries(uow, Campaign, after=after, limit=limit)
    return Page[schemas.CampaignAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/campaigns/{code}", summary="One campaign", **secured("read_campaigns", 404, 422))
async def get_campaign(code: Code, uow: Uow) -> schemas.CampaignAnswer:
    return schemas.CampaignAnswer.model_validate(await queries.get_entry(uow, Campaign, code))


@router.post(
    "/campaigns/{code}/close",
    summary="Nothing is ordered for a campaign any more",
    **secured("change_campaigns", 404, 409, 422),
)
async def close_campaign(code: Code, uow: Uow) -> schemas.CampaignAnswer:
    return schemas.CampaignAnswer.model_validate(await campaigns.close_campaign(uow, code))


@router.post(
    "/campaigns/{code}/reopen",
    summary="A campaign that was closed can be ordered for again",
    **secured("change_campaigns", 404, 409, 422),
)
async def reopen_campaign(code: Code, uow: Uow) -> schemas.CampaignAnswer:
    return schemas.CampaignAnswer.model_validate(await campaigns.reopen_campaign(uow, code))


@router.put(
    "/editions/{code}",
    summary="Draft an edition, or change its draft",
    **secured("draft_edition", 404, 409, 422, 428),
)
async def put_edition(code: Code, body: schemas.EditionBody, uow: Uow) -> schemas.EditionAnswer:
    return schemas.EditionAnswer.model_validate(await commands.draft_edition(uow, code, **body.model_dump()))


@router.post(
    "/editions/{code}/publish",
    summary="Freeze an edition and put it in force",
    **secured("publish_edition", 404, 409, 422),
)
async def publish_edition(code: Code, uow: Uow, confirmed: Confirmed = frozenset()) -> schemas.EditionAnswer:
    return schemas.EditionAnswer.model_validate(await commands.publish_edition(uow, code, confirmed))


@router.post(
    "/editions/{code}/withdraw",
    status_code=202,
    summary="Withdraw an edition that nobody has ordered from; its state says what became of it",
    **secured("publish_edition", 404, 409, 422),
)
async def withdraw_edition(code: Code, uow: Uow) -> schemas.EditionAnswer:
    return schemas.EditionAnswer.model_validate(await commands.withdraw_edition(uow, code))


@router.get("/editions", summary="List editions", **secured("read_editions", 422))
async def list_editions(uow: Uow, after: After = None, limit: Limit = 100) -> Page[schemas.EditionAnswer]:
    items, next_after = await queries.list_entries(uow, Edition, after=after, limit=limit)
    return Page[schemas.EditionAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/editions/{code}", summary="One edition", **secured("read_editions", 404, 422))
async def get_edition(code: Code, uow: Uow) -> schemas.EditionAnswer:
    return schemas.EditionAnswer.model_validate(await queries.get_entry(uow, Edition, code))
