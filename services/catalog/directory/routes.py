"""Operations on the directory: enter, correct and read agencies, categories, townships and teams."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.catalog.directory import queries, schemas, use_cases
from services.catalog.directory.domain import (
    Agency,
    Category,
    Entry,
    Team,
    TeamState,
    Township,
)
from services.catalog.directory.sheets import AGENCIES, CATEGORIES, TEAMS, TOWNSHIPS
from shared.db.paging import Listed
from shared.http.exports import add_export
from shared.http.inputs import (
    AfterCode,
    Code,
    Confirmed,
    CountedPage,
    Limit,
    Search,
    TownshipCode,
    Uow,
)
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


def _list_of(kind: type[Entry]) -> Callable[..., Awaitable[Listed[Any]]]:
    """Returns the operation that gives a page of the entries of a kind."""

    async def list_entries(
        uow: Uow,
        q: Search = None,
        sort: queries.Sort = "code",
        after: AfterCode = None,
        limit: Limit = 100,
    ) -> Listed[Any]:
        return await queries.list_entries(uow, kind, q=q, sort=sort, after=after, limit=limit)

    return list_entries


list_agencies, list_categories, list_townships = map(_list_of, (Agency, Category, Township))


@router.put(
    "/agencies/{code}",
    summary="Enter or correct an agency",
    **secured("enter_directory", 409, 422, 428),
)
async def put_agency(
    code: Code, body: schemas.AgencyBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.AgencyAnswer:
    return schemas.AgencyAnswer.model_validate(
        await use_cases.enter_agency(uow, code, **body.model_dump(), confirmed=confirmed)
    )


router.add_api_route(
    "/agencies",
    list_agencies,
    name="list_agencies",
    summary="List agencies",
    response_model=CountedPage[schemas.AgencyAnswer],
    **secured("read_directory", 422),
)
add_export(router, "/agencies.xlsx", list_agencies, AGENCIES, action="read_directory")


@router.get("/agencies/{code}", summary="One agency", **secured("read_directory", 404, 422))
async def get_agency(code: Code, uow: Uow) -> schemas.AgencyAnswer:
    return schemas.AgencyAnswer.model_validate(await queries.get_entry(uow, Agency, code))


@router.put(
    "/categories/{code}",
    summary="Enter or correct a category",
    **secured("enter_directory", 422, 428),
)
async def put_category(code: Code, body: schemas.EntryBody, uow: Uow) -> schemas.EntryAnswer:
    return schemas.EntryAnswer.model_validate(
        await use_cases.enter_category(uow, code, **body.model_dump())
    )


router.add_api_route(
    "/categories",
    list_categories,
    name="list_categories",
    summary="List categories",
    response_model=CountedPage[schemas.EntryAnswer],
    **secured("read_directory", 422),
)
add_export(router, "/categories.xlsx", list_categories, CATEGORIES, action="read_directory")


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


router.add_api_route(
    "/townships",
    list_townships,
    name="list_townships",
    summary="List townships",
    response_model=CountedPage[schemas.TownshipAnswer],
    **secured("read_directory", 422),
)
add_export(router, "/townships.xlsx", list_townships, TOWNSHIPS, action="read_directory")


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


add_export(router, "/teams.xlsx", list_teams, TEAMS, action="read_directory")


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
