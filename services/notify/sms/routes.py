"""Operations on the gateway for text messages."""

from fastapi import APIRouter

from services.notify.sms import queries, schemas, use_cases
from shared.http.inputs import AppState, Uow
from shared.http.openapi import secured

router = APIRouter(prefix="/sms-gateway", tags=["notify"])


@router.get(
    "", summary="The gateway for text messages, without its secret", **secured("read_channels")
)
async def get_gateway(uow: Uow, state: AppState) -> schemas.GatewayAnswer:
    return schemas.GatewayAnswer.of(
        await queries.get_gateway(uow, secret_from_file=state.sms_secret_from_file)
    )


@router.put("", summary="Set the gateway for text messages", **secured("set_channel", 409, 422))
async def put_gateway(
    body: schemas.GatewayBody, uow: Uow, state: AppState
) -> schemas.GatewayAnswer:
    found = await use_cases.set_gateway(
        uow,
        body.described(),
        secret=body.in_clear(),
        keeps_secret=body.keeps_secret,
        secret_from_file=state.sms_secret_from_file,
    )
    return schemas.GatewayAnswer.of(found)
