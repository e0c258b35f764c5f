"""Operations on service items: enter, correct and read them."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.directory.queries import Sort
from services.catalog.items import queries, schemas, use_cases
from services.catalog.items.domain import ServiceItem
from services.catalog.items.sheets import ITEMS
from shared.http.exports import add_export
from shared.http.inputs import AfterCode, Code, CountedPage, Limit, Search, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


@router.put(
    "/items/{code}",
    summary="Enter or correct a service item",
    **secured("enter_directory", 422, 428),
)
async def put_item(code: Code, body: schemas.ItemBody, uow: Uow) -> schemas.ItemAnswer:
    wanted = ServiceItem(code=code, **body.model_dump())
    return schemas.ItemAnswer.model_validate(await use_cases.enter_item(uow, wanted))


@router.get("/items", summary="List service items", **secured("read_directory", 422))
async def list_items(
    uow: Uow,
    q: Search = None,
    sort: Sort = "code",
    category_code: Annotated[Code | None, Query(description="only of this category")] = None,
    team_code: Annotated[Code | None, Query(description="only those that this team offers")] = None,
    after: AfterCode = None,
    limit: Limit = 100,
) -> CountedPage[schemas.ItemAnswer]:
    found = await queries.list_items(
        uow,
        q=q,
        sort=sort,
        category_code=category_code,
        team_code=team_code,
        after=after,
        limit=limit,
    )
    return CountedPage[schemas.ItemAnswer].model_validate(found)


add_export(router, "/items.xlsx", list_items, ITEMS, action="read_directory")


@router.get("/items/{code}", summary="One service item", **secured("read_directory", 404, 422))
async def get_item(code: Code, uow: Uow) -> schemas.ItemAnswer:
    return schemas.ItemAnswer.model_validate(await queries.get_item(uow, code))
