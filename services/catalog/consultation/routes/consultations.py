"""Operations on consultations: open and end them, give opinions, and answer them."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.consultation import queries, schemas
from services.catalog.consultation.domain import OpinionState, Speaker, Stance
from services.catalog.consultation.use_cases import opinions as use_cases
from services.catalog.editions.schemas import EditionAnswer
from shared.http.free_text import ask_about
from shared.http.inputs import After, Code, Confirmed, CountedPage, Key, Limit, Search, Typed, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])

ItemFilter = Annotated[
    str | None,
    Query(max_length=40, description="only on this item; - for those on the draft as a whole"),
    Typed,
]
Drafted = Annotated[
    bool | None, Query(description="only with, or without, an answer ready to be published")
]


@router.post(
    "/editions/{code}/consultation",
    summary="Ask townships and teams, and residents, what they think of a draft",
    **secured("hold_consultation", 404, 409, 422),
)
async def open_consultation(code: Code, body: schemas.ConsultationBody, uow: Uow) -> EditionAnswer:
    edition = await use_cases.open_consultation(
        uow, code, body.until, residents=body.residents_may_speak
    )
    return EditionAnswer.model_validate(edition)


@router.get(
    "/editions/{code}/consultation",
    summary="What is to be known before one speaks on an edition",
    **secured("read_editions", 404, 422),
)
async def get_consultation(code: Code, uow: Uow) -> schemas.ConsultationAnswer:
    return schemas.ConsultationAnswer.model_validate(await queries.get_consultation(uow, code))


@router.post(
    "/editions/{code}/consultation/prolong",
    summary="Take opinions until another day",
    **secured("hold_consultation", 404, 409, 422),
)
async def prolong_consultation(
    code: Code, body: schemas.ConsultationBody, uow: Uow
) -> EditionAnswer:
    edition = await use_cases.prolong_consultation(
        uow, code, body.until, residents=body.residents_may_speak
    )
    return EditionAnswer.model_validate(edition)


@router.post(
    "/editions/{code}/consultation/end",
    summary="Take no further opinions; those that came are still to be answered",
    **secured("hold_consultation", 404, 409, 422),
)
async def end_consultation(code: Code, uow: Uow) -> EditionAnswer:
    return EditionAnswer.model_validate(await use_cases.end_consultation(uow, code))


@router.post(
    "/editions/{code}/opinions",
    status_code=201,
    summary="Say what a township or a team thinks of a draft, or of one item; the corps also enters what it is told",
    **secured("give_opinion", 404, 409, 422),
)
async def give_opinion(
    code: Code, body: schemas.OpinionBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.GivenOpinionAnswer:
    given = await use_cases.give_opinion(uow, code, body.as_saying(), ask_about(body, confirmed))
    return schemas.GivenOpinionAnswer.of(given.opinion, given.receipt)


@router.get(
    "/editions/{code}/opinions",
    summary="List the opinions on an edition: one's own, or all for the corps",
    **secured("read_opinions", 404, 422),
)
async def list_opinions(
    code: Code,
    uow: Uow,
    q: Search = None,
    state: OpinionState | None = None,
    stance: Stance | None = None,
    speaker: Speaker | None = None,
    item_code: ItemFilter = None,
    drafted: Drafted = None,
    after: After = None,
    limit: Limit = 100,
) -> CountedPage[schemas.OpinionAnswer]:
    filters = queries.Filters(
        q=q, state=state, stance=stance, speaker=speaker, item_code=item_code, is_drafted=drafted
    )
    found = await queries.list_opinions(uow, code, filters, after=after, limit=limit)
    return CountedPage[schemas.OpinionAnswer].model_validate(found)


@router.get(
    "/editions/{code}/opinions/counts",
    summary="How many opinions on an edition there are, and how many wait",
    **secured("count_opinions", 404, 422),
)
async def count_opinions(code: Code, uow: Uow) -> schemas.OpinionCountsAnswer:
    return schemas.OpinionCountsAnswer.model_validate(await queries.count_opinions(uow, code))


@router.get("/opinions/{opinion_id}", summary="One opinion", **secured("read_opinions", 404, 422))
async def get_opinion(opinion_id: Key, uow: Uow) -> schemas.OpinionAnswer:
    return schemas.OpinionAnswer.model_validate(await queries.get_opinion(uow, opinion_id))


@router.put(
    "/opinions/{opinion_id}",
    summary="Change what was said, until it is answered",
    **secured("give_opinion", 404, 409, 422, 428),
)
async def change_opinion(
    opinion_id: Key,
    body: schemas.ChangedOpinionBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.OpinionAnswer:
    changed = await use_cases.change_opinion(
        uow, opinion_id, body.stance, body.text, ask_about(body, confirmed)
    )
    return schemas.OpinionAnswer.model_validate(changed)


@router.post(
    "/opinions/{opinion_id}/withdraw",
    summary="Take back what was said, until it is answered",
    **secured("give_opinion", 404, 409, 422),
)
async def withdraw_opinion(opinion_id: Key, uow: Uow) -> schemas.OpinionAnswer:
    return schemas.OpinionAnswer.model_validate(await use_cases.withdraw_opinion(uow, opinion_id))


@router.post(
    "/editions/{code}/answers",
    summary="Draft an answer to several opinions, or keep a note with them",
    **secured("answer_opinions", 404, 409, 422),
)
async def draft_answers(
    code: Code, body: schemas.AnswersBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.AnsweredOpinions:
    doubts = ask_about(body, confirmed)
    found = await use_cases.draft_answers(
        uow, code, body.opinion_ids, body.answer, body.note, doubts, seen=body.seen
    )
    return schemas.AnsweredOpinions.model_validate({"items": found})


@router.post(
    "/editions/{code}/answers/publish",
    summary="Give all drafted answers to those who spoke, together",
    **secured("answer_opinions", 404, 409, 422),
)
async def publish_answers(code: Code, uow: Uow) -> schemas.PublishedAnswers:
    return schemas.PublishedAnswers.model_validate(await use_cases.publish_answers(uow, code))
