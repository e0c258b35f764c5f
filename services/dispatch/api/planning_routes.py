"""Planning as a coordinator's work: runs to watch, candidates to compare, change and publish, pins and bans."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sse_starlette import EventSourceResponse

from services.dispatch.api import planning_schemas as schemas
from services.dispatch.api.inputs import After, Filter, Limit
from services.dispatch.api.run_stream import open_run_stream
from services.dispatch.application import candidate_queries, candidates, rules, run_queries, runs
from services.dispatch.application.wording import Speech
from services.dispatch.domain.candidate import Placed, Step, TakenOut
from services.dispatch.domain.run import PlanningRun
from shared.http.inputs import AppState, Confirmed, IdempotencyKey, Page, Uow
from shared.http.openapi import secured
from shared.http.texts import preferred_language

router = APIRouter(tags=["planning"])

Revision = Annotated[int | None, Query(ge=1, le=1_000_000, description="an earlier revision; default the present one")]
Other = Annotated[str, Query(alias="with", min_length=1, max_length=36, description="the candidate to compare it with")]


def _speech(request: Request) -> Speech:
    return Speech(request.app.state.texts, preferred_language(request.headers.get("accept-language")))


Spoken = Annotated[Speech, Depends(_speech)]


@router.post(
    "/planning-runs",
    status_code=201,
    summary="Start computing a plan; its candidate is there at once and gets better",
    **secured("start_planning_run", 409, 422),
)
async def start_run(
    body: schemas.RunBody,
    uow: Uow,
    state: AppState,
    speech: Spoken,
    idempotency_key: IdempotencyKey = None,
    confirmed: Confirmed = frozenset(),
) -> schemas.RunAnswer:
    run = await runs.start_run(
        uow, state.cache, state.planner, body, idempotency_key, **body.model_dump(), confirmed=confirmed
    )
    return _run_answer(speech, run)


@router.get("/planning-runs", summary="Planning runs", **secured("read_candidates", 422))
async def list_runs(
    uow: Uow, speech: Spoken, campaign_id: Filter = None, after: After = None, limit: Limit = 100
) -> Page[schemas.RunAnswer]:
    found, next_after = await run_queries.list_runs(uow, campaign_id=campaign_id, after=after, limit=limit)
    items = [_run_answer(speech, run) for run in found]
    return Page[schemas.RunAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/planning-runs/{run_id}", summary="One planning run", **secured("read_candidates", 404, 422))
async def get_run(run_id: str, uow: Uow, speech: Spoken) -> schemas.RunAnswer:
    return _run_answer(speech, await run_queries.get_run(uow, run_id))


@router.get(
    "/planning-runs/{run_id}/stream",
    summary="A planning run as it goes on: server-sent events `run`, until it is over",
    response_class=EventSourceResponse,
    **secured("read_candidates", 404, 422),
)
async def stream_run(run_id: str, request: Request, uow: Uow, state: AppState, speech: Spoken) -> EventSourceResponse:
    return await open_run_stream(
        uow, speech, state.cache, run_id, holds=request.state.token.holds, streams=state.streams
    )


@router.post(
    "/planning-runs/{run_id}/cancel",
    summary="Stop a run; what it has found stays",
    **secured("cancel_planning_run", 404, 409, 422),
)
async def cancel_run(run_id: str, uow: Uow, state: AppState, speech: Spoken) -> schemas.RunAnswer:
    return _run_answer(speech, await runs.cancel_run(uow, state.cache, run_id))


@router.get("/candidates", summary="Candidate plans, without their booths", **secured("read_candidates", 422))
async def list_candidates(
    uow: Uow, speech: Spoken, campaign_id: Filter = None, run_id: Filter = None, after: After = None, limit: Limit = 100
) -> Page[schemas.CandidateAnswer]:
    items, next_after = await candidate_queries.list_candidates(
        uow, speech, campaign_id=campaign_id, run_id=run_id, after=after, limit=limit
    )
    return Page[schemas.CandidateAnswer].model_validate({"items": items, "next_after": next_after})


@router.get(
    "/candidates/{candidate_id}",
    summary="A candidate: its booths, its score, and why lines stay unserved",
    **secured("read_candidates", 404, 422),
)
async def get_candidate(
    candidate_id: str, uow: Uow, speech: Spoken, revision: Revision = None
) -> schemas.WholeCandidateAnswer:
    view = await candidate_queries.get_candidate(uow, speech, candidate_id, revision)
    return schemas.WholeCandidateAnswer.model_validate(view)


@router.get(
    "/candidates/{candidate_id}/comparison",
    summary="What another candidate does otherwise, and for whom",
    **secured("read_candidates", 404, 422),
)
async def compare_candidates(
    candidate_id: str, other: Other, uow: Uow, speech: Spoken, after: After = None, limit: Limit = 100
) -> schemas.CandidatesComparedAnswer:
    view = await candidate_queries.compare_candidates(uow, speech, candidate_id, other, after, limit)
    return schemas.CandidatesComparedAnswer.model_validate(view)


@router.post(
    "/candidates/{candidate_id}/check",
    summary="What an edit would come to: its score, or every rule that it breaks",
    **secured("edit_candidate", 404, 409, 422),
)
async def check_steps(candidate_id: str, body: schemas.CheckBody, uow: Uow, speech: Spoken) -> schemas.VerdictAnswer:
    view = await candidate_queries.check_steps(uow, speech, candidate_id, _steps(body.steps), body.from_revision)
    return schemas.VerdictAnswer.model_validate(view)


@router.post(
    "/candidates/{candidate_id}/edits",
    summary="Change a candidate by hand; makes its next revision",
    **secured("edit_candidate", 404, 409, 422),
)
async def edit_candidate(
    candidate_id: str, body: schemas.EditBody, uow: Uow, speech: Spoken
) -> schemas.WholeCandidateAnswer:
    steps = _steps(body.steps)
    await candidates.edit_candidate(uow, candidate_id, body.revision, steps, from_revision=body.from_revision)
    view = await candidate_queries.get_candidate(uow, speech, candidate_id)
    return schemas.WholeCandidateAnswer.model_validate(view)


@router.post(
    "/candidates/{candidate_id}/discard", summary="Put a candidate aside", **secured("discard_candidate", 404, 409, 422)
)
async def discard_candidate(candidate_id: str, uow: Uow, speech: Spoken) -> schemas.WholeCandidateAnswer:
    await candidates.discard_candidate(uow, candidate_id)
    view = await candidate_queries.get_candidate(uow, speech, candidate_id)
    return schemas.WholeCandidateAnswer.model_validate(view)


@router.get(
    "/candidates/{candidate_id}/diff",
    summary="What publishing it would change against what is published, and what that costs",
    **secured("read_candidates", 404, 409, 422),
)
async def diff_candidate(
    candidate_id: str, uow: Uow, speech: Spoken, after: After = None, limit: Limit = 100
) -> schemas.DiffAnswer:
    view = await candidate_queries.diff_candidate(uow, speech, candidate_id, after, limit)
    return schemas.DiffAnswer.model_validate(view)


@router.post(
    "/candidates/{candidate_id}/publish",
    summary="Put this revision of a candidate in force",
    **secured("publish_candidate", 404, 409, 422),
)
async def publish_candidate(
    candidate_id: str, body: schemas.PublishBody, uow: Uow, speech: Spoken, confirmed: Confirmed = frozenset()
) -> schemas.WholeCandidateAnswer:
    await candidates.publish_candidate(uow, candidate_id, body.revision, confirmed)
    view = await candidate_queries.get_candidate(uow, speech, candidate_id)
    return schemas.WholeCandidateAnswer.model_validate(view)


@router.get("/planning-rules", summary="Pins and bans", **secured("read_candidates", 422))
async def list_rules(
    uow: Uow, campaign_id: Filter = None, after: After = None, limit: Limit = 100
) -> Page[schemas.RuleAnswer]:
    items, next_after = await rules.list_rules(uow, campaign_id=campaign_id, after=after, limit=limit)
    return Page[schemas.RuleAnswer].model_validate({"items": items, "next_after": next_after})


@router.post(
    "/planning-rules",
    status_code=201,
    summary="Pin a line to a team and half-day, or forbid a combination",
    **secured("change_planning_rules", 409, 422),
)
async def add_rule(body: schemas.RuleBody, uow: Uow) -> schemas.RuleAnswer:
    return schemas.RuleAnswer.model_validate(await rules.add_rule(uow, **body.model_dump()))


@router.delete(
    "/planning-rules/{rule_id}",
    status_code=204,
    summary="Take a pin or a ban back",
    **secured("change_planning_rules", 404, 409, 422),
)
async def remove_rule(rule_id: str, uow: Uow) -> None:
    await rules.remove_rule(uow, rule_id)


def _run_answer(speech: Speech, run: PlanningRun) -> schemas.RunAnswer:
    return schemas.RunAnswer.model_validate(run_queries.run_view(speech, run))


def _steps(steps: Sequence[Any]) -> list[Step]:
    return [_step(step) for step in steps]


def _step(step: schemas.PlaceStep | schemas.TakeOutStep) -> Step:
    if isinstance(step, schemas.TakeOutStep):
        return TakenOut(step.line_id)
    return Placed(step.line_id, step.team_code, step.on, step.part)
