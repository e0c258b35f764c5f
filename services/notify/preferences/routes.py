"""Operations on what a recipient wants."""

from fastapi import APIRouter

from services.notify.preferences import queries, schemas, use_cases
from shared.http.inputs import Uow
from shared.http.openapi import secured

router = APIRouter(prefix="/recipients/{recipient_id}/preferences", tags=["notify"])


@router.get("", summary="How a recipient wants to be told", **secured("read_recipients", 404, 422))
async def get_preferences(recipient_id: schemas.PostId, uow: Uow) -> schemas.PreferencesAnswer:
    return schemas.PreferencesAnswer.model_validate(await queries.get_preference(uow, recipient_id))


@router.put(
    "",
    summary="Set how a recipient wants to be told",
    **secured("address_recipient", 404, 409, 422),
)
async def put_preferences(
    recipient_id: schemas.PostId, body: schemas.PreferencesBody, uow: Uow
) -> schemas.PreferencesAnswer:
    said = body.model_dump(exclude={"kinds"})
    wanted = await use_cases.set_preferences(
        uow, recipient_id, channels={each.kind: each.channels for each in body.kinds}, **said
    )
    return schemas.PreferencesAnswer.model_validate(wanted)
