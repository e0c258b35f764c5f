"""The operations on acknowledgements."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.notify.escalation import queries, schemas, use_cases
from services.notify.inbox.queries import show_message
from services.notify.inbox.schemas import Key, Language, MessageAnswer
from shared.http.entity_tags import POLLED
from shared.http.inputs import AppState, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["notify"])

About = Annotated[
    str,
    Query(
        pattern=r"^[a-z_]{1,30}:[A-Za-z0-9-]{1,60}$",
        description="the object that was told about, as its stream is named, e.g. stop:<id>",
    ),
]


@router.post(
    "/messages/{message_id}/acknowledge",
    summary="Acknowledge a message that asks for it; the corps also for somebody whom it reached otherwise",
    **secured("acknowledge_message", 404, 409, 422),
)
async def acknowledge_message(
    message_id: Key, uow: Uow, state: AppState, language: Language
) -> MessageAnswer:
    await use_cases.acknowledge_message(uow, state.cache, message_id)
    return MessageAnswer.model_validate(await show_message(uow, state.texts, language, message_id))


@router.get(
    "/acknowledgements",
    summary="Who has acknowledged what was told about an object",
    dependencies=[POLLED],
    **secured("read_acknowledgements", 422),
)
async def list_acknowledgements(
    uow: Uow, state: AppState, language: Language, about: About
) -> schemas.AcknowledgementsAnswer:
    items = await queries.list_acknowledgements(uow, state.texts, language, about)
    return schemas.AcknowledgementsAnswer.model_validate({"items": items})
