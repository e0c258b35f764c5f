"""Operations that put an edition in force, or take it back."""

from fastapi import APIRouter

from services.catalog.editions.schemas import EditionAnswer
from services.catalog.publication import queries, schemas, use_cases
from shared.http.inputs import Code, Confirmed, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


@router.post(
    "/editions/{code}/publish",
    summary="Freeze an edition and put it in force",
    **secured("publish_edition", 404, 409, 422),
)
async def publish_edition(
    code: Code, uow: Uow, confirmed: Confirmed = frozenset()
) -> EditionAnswer:
    return EditionAnswer.model_validate(await use_cases.publish_edition(uow, code, confirmed))


@router.post(
    "/editions/{code}/withdraw",
    status_code=202,
    summary="Withdraw an edition that nobody has ordered from; its state says what became of it",
    **secured("publish_edition", 404, 409, 422),
)
async def withdraw_edition(code: Code, uow: Uow) -> EditionAnswer:
    return EditionAnswer.model_validate(await use_cases.withdraw_edition(uow, code))


@router.get(
    "/editions/{code}/publication",
    summary="What publishing a draft would do, and what is in its way",
    **secured("publish_edition", 404, 422),
)
async def preview_publication(code: Code, uow: Uow) -> schemas.PublicationAnswer:
    return schemas.PublicationAnswer.model_validate(await queries.preview_publication(uow, code))
