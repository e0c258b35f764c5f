"""Operations on surveys: ask the teams, answer, take the answers over."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.editions.schemas import EditionAnswer
from services.catalog.survey import queries, schemas
from services.catalog.survey.use_cases import answering, asking, deciding
from shared.http.free_text import ask_about
from shared.http.inputs import After, Code, Confirmed, Key, Limit, Page, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


@router.post(
    "/editions/{code}/survey/open",
    summary="Ask every team what it can do",
    **secured("open_survey", 404, 409, 422),
)
async def open_survey(code: Code, body: schemas.UntilBody, uow: Uow) -> EditionAnswer:
    found = await asking.open_survey(uow, code, until=body.until)
    return EditionAnswer.model_validate(found)


@router.post(
    "/editions/{code}/survey/prolong",
    summary="Give the teams until another day",
    **secured("open_survey", 404, 409, 422),
)
async def prolong_survey(code: Code, body: schemas.UntilBody, uow: Uow) -> EditionAnswer:
    found = await asking.prolong_survey(uow, code, until=body.until)
    return EditionAnswer.model_validate(found)


@router.post(
    "/editions/{code}/survey/end",
    summary="Take no more answers",
    **secured("open_survey", 404, 409, 422),
)
async def end_survey(code: Code, uow: Uow) -> EditionAnswer:
    return EditionAnswer.model_validate(await asking.end_survey(uow, code))


@router.get(
    "/editions/{code}/survey",
    summary="Who has answered, and what the answers come to for each item",
    **secured("read_survey", 404, 422),
)
async def get_survey(code: Code, uow: Uow) -> schemas.SurveyAnswer:
    return schemas.SurveyAnswer.of(await queries.get_survey(uow, code))


@router.post(
    "/editions/{code}/survey/items/{item_code}/take-over",
    summary="Correct an item by what the teams answered",
    **secured("take_over_survey", 404, 409, 422),
)
async def take_over(
    code: Code, item_code: Code, body: schemas.SeenBody, uow: Uow
) -> schemas.OutcomeAnswer:
    found = await deciding.take_over(uow, code, item_code, seen=body.seen)
    return schemas.OutcomeAnswer.of(found)


@router.post(
    "/editions/{code}/survey/items/{item_code}/keep",
    summary="Leave an item as it is in spite of the answers",
    **secured("take_over_survey", 404, 409, 422),
)
async def keep_item(
    code: Code, item_code: Code, body: schemas.SeenBody, uow: Uow
) -> schemas.OutcomeAnswer:
    found = await deciding.keep_item(uow, code, item_code, seen=body.seen)
    return schemas.OutcomeAnswer.of(found)


@router.get(
    "/survey-replies",
    summary="List the teams' replies; a leader's own only",
    **secured("read_survey_replies", 422),
)
async def list_replies(
    uow: Uow,
    edition_code: Annotated[Code | None, Query(description="only of this survey")] = None,
    team_code: Annotated[Code | None, Query(description="only of this team")] = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.ReplyAnswer]:
    found, next_after = await queries.list_replies(
        uow, edition_code=edition_code, team_code=team_code, after=after, limit=limit
    )
    items = [schemas.ReplyAnswer.model_validate(reply) for reply in found]
    return Page[schemas.ReplyAnswer](items=items, next_after=next_after)


@router.get(
    "/survey-replies/{reply_id}",
    summary="A team's questions, and what it says",
    **secured("read_survey_replies", 404, 422),
)
async def get_form(reply_id: Key, uow: Uow) -> schemas.FormAnswer:
    return schemas.FormAnswer.of(await queries.get_form(uow, reply_id))


@router.put(
    "/survey-replies/{reply_id}",
    summary="Replace what a team says",
    **secured("answer_survey", 404, 409, 422, 428),
)
async def answer_survey(
    reply_id: Key, body: schemas.ReplyBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.FormAnswer:
    lines = [line.as_line(uow.today()) for line in body.lines]
    doubts = ask_about(body, confirmed)
    return schemas.FormAnswer.of(await answering.answer_survey(uow, reply_id, lines, doubts))


@router.post(
    "/survey-replies/{reply_id}/send",
    summary="Hand in a team's answers",
    **secured("answer_survey", 404, 409, 422),
)
async def send_answers(reply_id: Key, uow: Uow) -> schemas.FormAnswer:
    return schemas.FormAnswer.of(await answering.send_answers(uow, reply_id))
