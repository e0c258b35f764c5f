"""Operations on the wording of messages."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from services.notify.channels.schemas import TestAnswer
from services.notify.wording import queries, schemas, use_cases
from shared.http.inputs import AppState, Typed, Uow
from shared.http.openapi import secured
from shared.http.texts import preferred_language

router = APIRouter(prefix="/message-templates", tags=["notify"])

MessageCode = Annotated[str, Path(min_length=1, max_length=60), Typed]


@router.get("", summary="The messages that can be worded", **secured("read_wordings"))
async def list_templates(
    request: Request, uow: Uow, state: AppState
) -> list[schemas.TemplateAnswer]:
    language = preferred_language(request.headers.get("accept-language"))
    return [
        schemas.TemplateAnswer.model_validate(each)
        for each in await queries.list_templates(uow, state.texts, language)
    ]


@router.get(
    "/{code}", summary="A message's wording and its versions", **secured("read_wordings", 404)
)
async def get_template(code: MessageCode, uow: Uow, state: AppState) -> schemas.EditorAnswer:
    return schemas.EditorAnswer.model_validate(await queries.show_template(uow, state.texts, code))


@router.put(
    "/{code}", summary="Word a message", **secured("word_messages", 404, 409, 412, 422, 428)
)
async def put_template(
    code: MessageCode, body: schemas.WordingBody, uow: Uow, state: AppState
) -> schemas.EditorAnswer:
    await use_cases.word_message(uow, state.texts, code, body.wording())
    return schemas.EditorAnswer.model_validate(await queries.show_template(uow, state.texts, code))


@router.post(
    "/{code}/restore",
    summary="Take an earlier wording again",
    **secured("word_messages", 404, 409, 422),
)
async def restore_template(
    code: MessageCode, body: schemas.RestoreBody, uow: Uow, state: AppState
) -> schemas.EditorAnswer:
    await use_cases.restore_wording(uow, state.texts, code, body.number)
    return schemas.EditorAnswer.model_validate(await queries.show_template(uow, state.texts, code))


@router.post(
    "/{code}/look",
    summary="A wording as it would read",
    **secured("read_wordings", 404, 422),
)
async def look_at_template(
    code: MessageCode, body: schemas.LookBody, uow: Uow, state: AppState
) -> list[schemas.LookAnswer]:
    found = await queries.look_at(uow, state.texts, code, body.wording(), body.message_id)
    return [schemas.LookAnswer.model_validate(each) for each in found]


@router.post(
    "/{code}/try",
    summary="Send a wording to the corps' own addresses",
    **secured("word_messages", 404, 409, 422),
)
async def try_template(
    code: MessageCode, body: schemas.TrialBody, uow: Uow, state: AppState
) -> TestAnswer:
    outcome = await use_cases.try_wording(
        uow,
        state.texts,
        state.channels,
        code,
        body.wording(),
        channel_code=body.channel,
        language=body.language,
        message_id=body.message_id,
    )
    return TestAnswer.of(outcome)
