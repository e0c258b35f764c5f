"""Operations on candidates: compare them, change them by hand, publish one."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.dispatch.plans.domain.candidate import Placed, Step, TakenOut
from services.dispatch.plans.queries import candidates as queries
from services.dispatch.plans.routes.language import ReadersLocalizer
from services.dispatch.plans.schemas import candidates as schemas
from services.dispatch.plans.use_cases import candidates
from shared.http.inputs import After, Confirmed, Filter, Limit, Page, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["planning"])

Revision = Annotated[
    int | None,
    Query(ge=1, le=1_000_000, description="an earlier revision; default the present one"),
]
Other = Annotated[
    str,
    Query(
        alias="with", min_length=1, max_length=36, description="the candidate to compare it with"
    ),
]


@router.get(
    "/candidates",
    summary="Candidate plans, without their booths",
    **secured("read_candidates", 422),
)
async def list_candidates(
    uow: Uow,
    localizer: ReadersLocalizer,
    campaign_id: Filter = None,
    run_id: Filter = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.CandidateAnswer]:
    items, next_after = await queries.list_candidates(
        uow, localizer, campaign_id=campaign_id, run_id=run_id, after=after, limit=limit
    )
    return Page[schemas.CandidateAnswer].model_validate({"items": items, "next_after": next_after})


@router.get(
    "/candidates/{candidate_id}",
    summary="A candidate: its booths, its score, and why lines stay unserved",
    **secured("read_candidates", 404, 422),
)
async def get_candidate(
    candidate_id: str, uow: Uow, localizer: ReadersLocalizer, revision: Revision = None
) -> schemas.WholeCandidateAnswer:
    view = await queries.get_candidate(uow, localizer, candidate_id, revision)
    return schemas.WholeCandidateAnswer.model_validate(view)


@router.get(
    "/candidates/{candidate_id}/comparison",
    summary="What another candidate does otherwise, and for whom",
    **secured("read_candidates", 404, 422),
)
async def compare_candidates(
    candidate_id: str,
    other: Other,
    uow: Uow,
    localizer: ReadersLocalizer,
    after: After = None,
    limit: Limit = 100,
) -> schemas.CandidatesComparedAnswer:
    view = await queries.compare_candidates(uow, localizer, candidate_id, other, after, limit)
    return schemas.CandidatesComparedAnswer.model_validate(view)


@router.post(
    "/candidates/{candidate_id}/check",
    summary="What an edit would come to: its score, or every rule that it breaks",
    **secured("edit_candidate", 404, 409, 422),
)
async def check_steps(
    candidate_id: str, body: schemas.CheckBody, uow: Uow, localizer: ReadersLocalizer
) -> schemas.VerdictAnswer:
    view = await queries.check_steps(
        uow, localizer, candidate_id, _steps(body.steps), body.from_revision
    )
    return schemas.VerdictAnswer.model_validate(view)


@router.post(
    "/candidates/{candidate_id}/edits",
    summary="Change a candidate by hand; makes its next revision",
    **secured("edit_candidate", 404, 409, 422),
)
async def edit_candidate(
    candidate_id: str, body: schemas.EditBody, uow: Uow, localizer: ReadersLocalizer
) -> schemas.WholeCandidateAnswer:
    steps = _steps(body.steps)
    await candidates.edit_candidate(
        uow, candidate_id, body.revision, steps, from_revision=body.from_revision
    )
    view = await queries.get_candidate(uow, localizer, candidate_id)
    return schemas.WholeCandidateAnswer.model_validate(view)


@router.post(
    "/candidates/{candidate_id}/discard",
    summary="Put a candidate aside",
    **secured("discard_candidate", 404, 409, 422),
)
async def discard_candidate(
    candidate_id: str, uow: Uow, localizer: ReadersLocalizer
) -> schemas.WholeCandidateAnswer:
    await candidates.discard_candidate(uow, candidate_id)
    view = await queries.get_candidate(uow, localizer, candidate_id)
    return schemas.WholeCandidateAnswer.model_validate(view)


@router.get(
    "/candidates/{candidate_id}/diff",
    summary="What publishing it would change against what is published, and what that costs",
    **secured("read_candidates", 404, 409, 422),
)
async def diff_candidate(
    candidate_id: str,
    uow: Uow,
    localizer: ReadersLocalizer,
    after: After = None,
    limit: Limit = 100,
) -> schemas.DiffAnswer:
    view = await queries.diff_candidate(uow, localizer, candidate_id, after, limit)
    return schemas.DiffAnswer.model_validate(view)


@router.post(
    "/candidates/{candidate_id}/publish",
    summary="Put this revision of a candidate in force",
    **secured("publish_candidate", 404, 409, 422),
)
async def publish_candidate(
    candidate_id: str,
    body: schemas.PublishBody,
    uow: Uow,
    localizer: ReadersLocalizer,
    confirmed: Confirmed = frozenset(),
) -> schemas.WholeCandidateAnswer:
    await candidates.publish_candidate(uow, candidate_id, body.revision, confirmed)
    view = await queries.get_candidate(uow, localizer, candidate_id)
    return schemas.WholeCandidateAnswer.model_validate(view)


def _steps(steps: Sequence[Any]) -> list[Step]:
    return [_step(step) for step in steps]


def _step(step: schemas.PlaceStep | schemas.TakeOutStep) -> Step:
    if isinstance(step, schemas.TakeOutStep):
        return TakenOut(step.line_id)
    return Placed(step.line_id, step.team_code, step.on, step.part)
