"""Operations on what townships wished for: teams answer, the corps makes an item of it."""

from fastapi import APIRouter

from services.catalog.wishes import queries, schemas, use_cases
from shared.http.free_text import ask_about
from shared.http.inputs import Code, Confirmed, Key, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


@router.get(
    "/editions/{code}/wished-items",
    summary="What townships wished for, about which the survey of a draft asks the teams",
    **secured("read_wished_items", 404, 422),
)
async def list_wished_items(code: Code, uow: Uow) -> list[schemas.WishedItemAnswer]:
    found = await queries.list_wished_items(uow, code)
    return [schemas.WishedItemAnswer.of(asked) for asked in found]


@router.post(
    "/wished-items/{wished_id}/offers",
    summary="Say whether a team could offer what was wished for",
    **secured("offer_wished_item", 404, 409, 422),
)
async def offer_wished_item(
    wished_id: Key, body: schemas.OfferBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.WishedItemAnswer:
    found = await use_cases.offer_wished_item(
        uow, wished_id, **body.model_dump(), confirmed=ask_about(body, confirmed)
    )
    return schemas.WishedItemAnswer.of(found)


@router.post(
    "/wished-items/{wished_id}/item",
    summary="Say which item of the draft is what was wished for",
    **secured("enter_wished_item", 404, 409, 422),
)
async def enter_wished_item(
    wished_id: Key, body: schemas.EnteredBody, uow: Uow
) -> schemas.WishedItemAnswer:
    found = await use_cases.enter_wished_item(uow, wished_id, body.item_code)
    return schemas.WishedItemAnswer.of(found)
