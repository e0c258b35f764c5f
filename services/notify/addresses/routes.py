"""Operations on a recipient's own addresses."""

from fastapi import APIRouter

from services.notify.addresses import queries, schemas, use_cases
from services.notify.preferences.schemas import PostId
from shared.http.inputs import AppState, Uow
from shared.http.openapi import secured

router = APIRouter(prefix="/recipients/{recipient_id}/addresses", tags=["notify"])


@router.get("", summary="A recipient's addresses, masked", **secured("read_recipients", 404, 422))
async def list_addresses(recipient_id: PostId, uow: Uow) -> list[schemas.AddressAnswer]:
    found = await queries.list_addresses(uow, recipient_id)
    return [schemas.AddressAnswer.model_validate(each) for each in found]


@router.post(
    "",
    status_code=202,
    summary="Send a code to an address, which counts once the code is entered",
    **secured("address_recipient", 404, 409, 422),
)
async def claim_address(
    recipient_id: PostId, body: schemas.ClaimBody, uow: Uow, state: AppState
) -> schemas.AddressAnswer:
    claimed = await use_cases.claim_address(
        uow,
        state.texts,
        state.channels,
        recipient_id,
        channel=body.channel,
        address=body.address.get_secret_value(),
    )
    return schemas.AddressAnswer.model_validate(claimed)


@router.post(
    "/confirm",
    summary="Confirm an address by the code that was sent there",
    **secured("address_recipient", 404, 409, 410, 422),
)
async def confirm_address(
    recipient_id: PostId, body: schemas.CodeBody, uow: Uow
) -> list[schemas.AddressAnswer]:
    found = await use_cases.confirm_address(uow, recipient_id, channel=body.channel, code=body.code)
    return [schemas.AddressAnswer.model_validate(each) for each in found]


@router.post("/remove", summary="Forget an address", **secured("address_recipient", 404, 409, 422))
async def remove_address(
    recipient_id: PostId, body: schemas.ChannelBody, uow: Uow
) -> list[schemas.AddressAnswer]:
    found = await use_cases.remove_address(uow, recipient_id, channel=body.channel)
    return [schemas.AddressAnswer.model_validate(each) for each in found]
