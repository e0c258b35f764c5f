"""Operations on surveys: ask the teams, answer, take the answers over."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.editions.schemas import EditionAnswer
from services.catalog.items.domain import ServiceItem
from services.catalog.survey import schemas
from services.catalog.survey.queries import proposals
from services.catalog.survey.queries import surveys as queries
from services.catalog.survey.use_cases import answering, asking, deciding, proposing
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


@router.post(
    "/survey-replies/{reply_id}/proposals",
    status_code=201,
    summary="Propose a new item in the team's own words",
    **secured("answer_survey", 404, 409, 422),
)
async def propose_item(
    reply_id: Key, body: schemas.ProposalBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ProposalAnswer:
    doubts = ask_about(body, confirmed)
    made = await proposing.propose_item(uow, reply_id, body.as_proposed(), doubts)
    return schemas.ProposalAnswer.model_validate(made)


@router.get(
    "/item-proposals/{proposal_id}",
    summary="A new item that a team proposes",
    **secured("read_survey_replies", 404, 422),
)
async def get_proposal(proposal_id: Key, uow: Uow) -> schemas.ProposalAnswer:
    return schemas.ProposalAnswer.model_validate(await proposals.get_proposal(uow, proposal_id))


@router.post(
    "/item-proposals/{proposal_id}/withdraw",
    summary="Take a proposal back, until it is decided on",
    **secured("answer_survey", 404, 409, 422),
)
async def withdraw_proposal(proposal_id: Key, uow: Uow) -> schemas.ProposalAnswer:
    found = await proposing.withdraw_proposal(uow, proposal_id)
    return schemas.ProposalAnswer.model_validate(found)


@router.post(
    "/item-proposals/{proposal_id}/take-over",
    summary="Enter a proposal as a new item, on the draft",
    **secured("take_over_survey", 404, 409, 412, 422),
)
async def take_over_proposal(
    proposal_id: Key,
    body: schemas.TakeOverProposalBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.ProposalAnswer:
    doubts = ask_about(body, confirmed)
    item = ServiceItem(**body.model_dump())
    found = await proposing.take_over_proposal(uow, proposal_id, item, doubts)
    return schemas.ProposalAnswer.model_validate(found)


@router.post(
    "/item-proposals/{proposal_id}/decline",
    summary="Decline a proposal, with a reason that the team reads",
    **secured("take_over_survey", 404, 409, 422),
)
async def decline_proposal(
    proposal_id: Key,
    body: schemas.DeclineProposalBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.ProposalAnswer:
    doubts = ask_about(body, confirmed)
    found = await proposing.decline_proposal(
        uow, proposal_id, body.reason_code, body.reason, doubts
    )
    return schemas.ProposalAnswer.model_validate(found)
