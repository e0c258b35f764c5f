"""Operations on the channels beside the inbox."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request

from services.notify.channels import queries, schemas
from services.notify.channels.use_cases import sending
from shared.http.inputs import AppState, Uow
from shared.http.openapi import secured
from shared.http.texts import preferred_language

router = APIRouter(prefix="/channels", tags=["notify"])

Addressed = Annotated[Literal["email", "sms"], Path(description="robots are tested one by one")]


@router.get("", summary="The channels beside the inbox", **secured("read_channels"))
async def list_channels(uow: Uow, state: AppState) -> list[schemas.ChannelAnswer]:
    checks = {code: channel.is_set_up for code, channel in state.channels.items()}
    return [
        schemas.ChannelAnswer.model_validate(each)
        for each in await queries.list_channels(uow, checks)
    ]


@router.get("/failures", summary="What was given up last", **secured("read_channels"))
async def list_failures(uow: Uow) -> list[schemas.FailureAnswer]:
    return [
        schemas.FailureAnswer.model_validate(each) for each in await queries.list_last_failures(uow)
    ]


@router.post(
    "/{channel}/test", summary="Send a test message", **secured("test_channel", 404, 409, 422)
)
async def test_channel(
    channel: Addressed, body: schemas.TestBody, request: Request, uow: Uow, state: AppState
) -> schemas.TestAnswer:
    language = preferred_language(request.headers.get("accept-language"))
    outcome = await sending.send_test(
        uow, state.texts, state.channels, channel, body.address.get_secret_value(), language
    )
    return schemas.TestAnswer.of(outcome)
