"""Operations on the directory: enter, correct and read agencies, categories, townships and teams."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.directory import queries, schemas, use_cases
from services.catalog.directory.domain import Agency, Category, Team, TeamState, Township
from shared.http.inputs import (
    AfterCode,
    Code,
    CountedPage,
    Limit,
    Search,
    TownshipCode,
    Uow,
)
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


@router.put(
    "/agencies/{code}", summary="Enter or correct an agency", **secured("enter_directory", 422, 428)
)
async def put_agency(code: Code, body: schemas.EntryBody, uow: Uow) -> schemas.EntryAnswer:
    return schemas.EntryAnswer.model_validate(
        await use_cases.enter_agency(uow, code, **body.model_dump())
    )


@router.get("/agencies", summary="List agencies", **secured("read_directory", 422))
async def list_agencies(
    uow: Uow,
    q: Search = None,
    sort: queries.Sort = "code",
    after: AfterCode = None,
    limit: Limit = 100,
) -> CountedPage[schemas.EntryAnswer]:
    found = await queries.list_entries(uow, Agency, q=q, sort=sort, after=after, limit=limit)
    return CountedPage[schemas.EntryAnswer].model_validate(found)


@router.get("/agencies/{code}", summary="One agency", **secured("read_directory", 404, 422))
async def get_agency(code: Code, uow: Uow) -> schemas.EntryAnswer:
    return schemas.EntryAnswer.model_validate(await queries.get_entry(uow, Agency, code))


@router.put(
    "/categories/{code}",
    summary="Enter or correct a category",
    **secured("enter_directory", 422, 428),
)
async def put_category(code: Code, body: schemas.EntryBody, uow: Uow) -> schemas.EntryAnswer:
    return schemas.EntryAnswer.model_validate(
        await use_cases.enter_category(uow, code, **body.model_dump())
    )


@router.get("/categories", summary="List categories", **secured("read_directory", 422))
async def list_categories(
    uow: Uow,
    q: Search = None,
    sort: queries.Sort = "code",
    after: AfterCode = None,
    limit: Limit = 100,
) -> CountedPage[schemas.EntryAnswer]:
    found = await queries.list_entries(uow, Category, q=q, sort=sort, after=after, limit=limit)
    return CountedPage[schemas.EntryAnswer].model_validate(found)


@router.get("/categories/{code}", summary="One category", **secured("read_directory", 404, 422))
async def get_category(code: Code, uow: Uow) -> schemas.EntryAnswer:
    return schemas.EntryAnswer.model_validate(await queries.get_entry(uow, Category, code))


@router.put(
    "/townships/{code}",
    summary="Enter or correct a township",
    **secured("enter_directory", 422, 428),
)
async def put_township(
    code: TownshipCode, body: schemas.TownshipBody, uow: Uow
) -> schemas.TownshipAnswer:
    return schemas.TownshipAnswer.model_validate(
        await use_cases.enter_township(uow, code, **body.model_dump())
    )


@router.get("/townships", summary="List townships", **secured("read_directory", 422))
async def list_townships(
    uow: Uow,
    q: Search = None,
    sort: queries.Sort = "code",
    after: AfterCode = None,
    limit: Limit = 100,
) -> CountedPage[schemas.TownshipAnswer]:
    found = await queries.list_entries(uow, Township, q=q, sort=sort, after=after, limit=limit)
    return CountedPage[schemas.TownshipAnswer].model_validate(found)


@router.get("/townships/{code}", summary="One township", **secured("read_directory", 404, 422))
async def get_township(code: TownshipCode, uow: Uow) -> schemas.TownshipAnswer:
    return schemas.TownshipAnswer.model_validate(await queries.get_entry(uow, Township, code))


@router.put(
    "/teams/{code}",
    summary="Register a team, or correct its entry",
    **secured("enter_directory", 422, 428),
)
async def put_team(code: Code, body: schemas.TeamBody, uow: Uow) -> schemas.TeamAnswer:
    return schemas.TeamAnswer.model_validate(
        await use_cases.register_team(uow, code, **body.model_dump())
    )


@router.get("/teams", summary="List teams", **secured("read_directory", 422))
async def list_teams(
    uow: Uow,
    q: Search = None,
    sort: queries.Sort = "code",
    agency_code: Annotated[Code | None, Query(description="only of this agency")] = None,
    state: TeamState | None = None,
    after: AfterCode = None,
    limit: Limit = 100,
) -> CountedPage[schemas.TeamAnswer]:
    found = await queries.list_teams(
        uow, q=q, sort=sort, agency_code=agency_code, state=state, after=after, limit=limit
    )
    return CountedPage[schemas.TeamAnswer].model_validate(found)


@router.get("/teams/{code}", summary="One team", **secured("read_directory", 404, 422))
async def get_team(code: Code, uow: Uow) -> schemas.TeamAnswer:
    return schemas.TeamAnswer.model_validate(await queries.get_entry(uow, Team, code))


@router.post(
    "/teams/{code}/retire",
    summary="A team leaves the corps",
    **secured("enter_directory", 404, 409, 422),
)
async def retire_team(code: Code, uow: Uow) -> schemas.TeamAnswer:
    return schemas.TeamAnswer.model_validate(await use_cases.retire_team(uow, code))


@router.post(
    "/teams/{code}/reinstate",
    summary="A team comes back",
    **secured("enter_directory", 404, 409, 422),
)
async def reinstate_team(code: Code, uow: Uow) -> schemas.TeamAnswer:
    return schemas.TeamAnswer.model_validate(await use_cases.reinstate_team(uow, code))
