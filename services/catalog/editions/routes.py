"""Operations on editions of the menu: draft, read and compare them."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.editions import queries, schemas, use_cases
from services.catalog.editions.domain import Edition, EditionState
from services.catalog.editions.sheets import EDITIONS
from shared.http.exports import add_export
from shared.http.inputs import AfterCode, Code, CountedPage, Limit, Search, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


@router.put(
    "/editions/{code}",
    summary="Draft an edition, or change its draft",
    **secured("draft_edition", 404, 409, 422, 428),
)
async def put_edition(code: Code, body: schemas.EditionBody, uow: Uow) -> schemas.EditionAnswer:
    wanted = Edition(code=code, **body.model_dump())
    return schemas.EditionAnswer.model_validate(await use_cases.draft_edition(uow, wanted))


@router.get("/editions", summary="List editions", **secured("read_editions", 422))
async def list_editions(
    uow: Uow,
    q: Search = None,
    sort: queries.Sort = "code",
    state: EditionState | None = None,
    after: AfterCode = None,
    limit: Limit = 100,
) -> CountedPage[schemas.EditionAnswer]:
    found = await queries.list_editions(uow, q=q, sort=sort, state=state, after=after, limit=limit)
    return CountedPage[schemas.EditionAnswer].model_validate(found)


add_export(router, "/editions.xlsx", list_editions, EDITIONS, action="read_editions")


@router.get("/editions/{code}", summary="One edition", **secured("read_editions", 404, 422))
async def get_edition(code: Code, uow: Uow) -> schemas.EditionAnswer:
    return schemas.EditionAnswer.model_validate(await queries.get_edition(uow, code))


@router.get(
    "/editions/{code}/differences",
    summary="How the items of an edition differ from those of another: by itself, of the one that it is based on",
    **secured("read_editions", 404, 422),
)
async def compare_editions(
    code: Code,
    uow: Uow,
    with_code: Annotated[
        Code | None, Query(alias="with", description="the edition before it")
    ] = None,
) -> schemas.ComparisonAnswer:
    found = await queries.compare_editions(uow, code, with_code)
    return schemas.ComparisonAnswer.model_validate(found)
