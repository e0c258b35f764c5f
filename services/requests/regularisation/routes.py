"""Read what is proposed as a recurring service and why; confirm it, change it, decline it, put it to another team."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.requests.regularisation import queries, schemas, use_cases
from services.requests.regularisation.domain.proposal import Proposal, ProposalState
from services.requests.regularisation.domain.rule import Thresholds
from services.requests.regularisation.sheets import PROPOSALS
from shared.db.paging import Listed
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import (
    After,
    AppState,
    Code,
    Confirmed,
    CountedPage,
    Key,
    Limit,
    TownshipCode,
    Uow,
)
from shared.http.openapi import secured

router = APIRouter(tags=["requests"])


async def _list_proposals(
    uow: Uow,
    *,
    state: ProposalState | None = None,
    township_code: Annotated[TownshipCode | None, Query()] = None,
    team_code: Annotated[Code | None, Query()] = None,
    item_code: Annotated[Code | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> Listed[Proposal]:
    return await queries.list_proposals(
        uow,
        state=state,
        township_code=township_code,
        team_code=team_code,
        item_code=item_code,
        after=after,
        limit=limit,
    )


@router.get(
    "/recurrence-proposals",
    summary="List what is proposed as a recurring service, the newest first",
    **secured("read_recurrence_proposals", 422),
)
async def list_proposals(
    uow: Uow,
    state: ProposalState | None = None,
    township_code: Annotated[TownshipCode | None, Query()] = None,
    team_code: Annotated[Code | None, Query()] = None,
    item_code: Annotated[Code | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> CountedPage[schemas.ListedProposalAnswer]:
    found = await _list_proposals(
        uow,
        state=state,
        township_code=township_code,
        team_code=team_code,
        item_code=item_code,
        after=after,
        limit=limit,
    )
    return CountedPage[schemas.ListedProposalAnswer].model_validate(found)


add_export(
    router,
    "/recurrence-proposals.xlsx",
    _list_proposals,
    PROPOSALS,
    action="read_recurrence_proposals",
)


@router.get(
    "/recurrence-proposals/counts",
    summary="How many of them are in each state",
    **secured("read_recurrence_proposals"),
)
async def count_proposals(uow: Uow) -> dict[str, int]:
    return await queries.count_proposals(uow)


@router.post(
    "/recurrence-proposals/search",
    summary="Look for regular needs now, as each new day does",
    **secured("search_regular_needs"),
)
async def search_proposals(uow: Uow, state: AppState) -> schemas.SearchedAnswer:
    return schemas.SearchedAnswer(proposed=await use_cases.search_now(uow, state.regular))


@router.get(
    "/recurrence-proposals/{proposal_id}",
    summary="One proposal with its evidence",
    **secured("read_recurrence_proposals", 404, 422),
)
async def get_proposal(proposal_id: Key, uow: Uow, state: AppState) -> schemas.ProposalAnswer:
    return _answer(uow, state, await queries.get_proposal(uow, proposal_id))


@router.post(
    "/recurrence-proposals/{proposal_id}/confirm",
    summary="Take it on, as it is or changed: the township has a recurring order then",
    **secured("answer_recurrence_proposal", 404, 409, 422),
)
async def confirm_proposal(
    proposal_id: Key, body: schemas.ConfirmBody, uow: Uow, state: AppState
) -> schemas.ProposalAnswer:
    found = await use_cases.confirm_proposal(uow, state.making, proposal_id, body.as_terms())
    return _answer(uow, state, found)


@router.post(
    "/recurrence-proposals/{proposal_id}/decline",
    summary="Decline it with a reason",
    **secured("answer_recurrence_proposal", 404, 409, 422),
)
async def decline_proposal(
    proposal_id: Key,
    body: schemas.DeclineProposalBody,
    uow: Uow,
    state: AppState,
    confirmed: Confirmed = frozenset(),
) -> schemas.ProposalAnswer:
    found = await use_cases.decline_proposal(
        uow, proposal_id, **body.model_dump(), confirmed=ask_about(body, confirmed)
    )
    return _answer(uow, state, found)


@router.post(
    "/recurrence-proposals/{proposal_id}/hand-on",
    summary="Put it to another team",
    **secured("hand_on_recurrence_proposal", 404, 409, 422),
)
async def hand_on_proposal(
    proposal_id: Key,
    body: schemas.HandOnBody,
    uow: Uow,
    state: AppState,
    confirmed: Confirmed = frozenset(),
) -> schemas.ProposalAnswer:
    found = await use_cases.hand_on(
        uow, proposal_id, body.team_code, state.regular, confirmed=confirmed
    )
    return _answer(uow, state, found)


def _answer(uow: Uow, state: AppState, proposal: Proposal) -> schemas.ProposalAnswer:
    limits: Thresholds = state.regular
    return schemas.ProposalAnswer.of(proposal, uow.today(), limits.from_points)
