"""Operations on service items: enter, correct and read them."""

from fastapi import APIRouter

from services.catalog.items import queries, schemas, use_cases
from shared.http.inputs import AfterCode, Code, Limit, Page, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


@router.put(
    "/items/{code}",
    summary="Enter or correct a service item",
    **secured("enter_directory", 422, 428),
)
async def put_item(code: Code, body: schemas.ItemBody, uow: Uow) -> schemas.ItemAnswer:
    return schemas.ItemAnswer.model_validate(
        await use_cases.enter_item(uow, code, **body.model_dump())
    )


@router.get("/items", summary="List service items", **secured("read_directory", 422))
async def list_items(
    uow: Uow, after: AfterCode = None, limit: Limit = 100
) -> Page[schemas.ItemAnswer]:
    items, next_after = await queries.list_items(uow, after=after, limit=limit)
    return Page[schemas.ItemAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/items/{code}", summary="One service item", **secured("read_directory", 404, 422))
async def get_item(code: Code, uow: Uow) -> schemas.ItemAnswer:
    return schemas.ItemAnswer.model_validate(await queries.get_item(uow, code))
