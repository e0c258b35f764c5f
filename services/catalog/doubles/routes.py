"""Operations on entries that are likely to be one."""

from fastapi import APIRouter

from services.catalog.doubles import queries, schemas, use_cases
from shared.http.inputs import Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


@router.get(
    "/doubles",
    summary="Entries that are likely to be one",
    **secured("merge_entries"),
)
async def list_doubles(uow: Uow) -> schemas.DoublesAnswer:
    return schemas.DoublesAnswer.model_validate(await queries.list_doubles(uow))


@router.post(
    "/doubles/dismiss",
    summary="Two entries are two: they are not proposed again while they have no more in common",
    **secured("merge_entries", 409, 422),
)
async def dismiss_double(body: schemas.DismissalBody, uow: Uow) -> dict[str, str]:
    await use_cases.dismiss_double(uow, **body.model_dump())
    return {}


@router.post(
    "/doubles/restore",
    summary="Two entries may be one after all: they are proposed again",
    **secured("merge_entries", 422),
)
async def restore_double(body: schemas.PairBody, uow: Uow) -> dict[str, str]:
    await use_cases.restore_double(uow, **body.model_dump())
    return {}
