"""Operations on planning runs."""

from fastapi import APIRouter, Request
from sse_starlette import EventSourceResponse

from services.dispatch.plans.domain.run import PlanningRun
from services.dispatch.plans.queries import runs as queries
from services.dispatch.plans.queries.wording import Localizer
from services.dispatch.plans.routes.language import ReadersLocalizer
from services.dispatch.plans.routes.run_stream import open_run_stream
from services.dispatch.plans.schemas import runs as schemas
from services.dispatch.plans.use_cases import runs
from shared.http.inputs import After, AppState, Confirmed, Filter, IdempotencyKey, Limit, Page, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["planning"])


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
    localizer: ReadersLocalizer,
    idempotency_key: IdempotencyKey = None,
    confirmed: Confirmed = frozenset(),
) -> schemas.RunAnswer:
    run = await runs.start_run(
        uow,
        state.cache,
        state.planner,
        body,
        idempotency_key,
        **body.model_dump(),
        confirmed=confirmed,
    )
    return _run_answer(localizer, run)


@router.get("/planning-runs", summary="Planning runs", **secured("read_candidates", 422))
async def list_runs(
    uow: Uow,
    localizer: ReadersLocalizer,
    campaign_id: Filter = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.RunAnswer]:
    found, next_after = await queries.list_runs(
        uow, campaign_id=campaign_id, after=after, limit=limit
    )
    items = [_run_answer(localizer, run) for run in found]
    return Page[schemas.RunAnswer].model_validate({"items": items, "next_after": next_after})


@router.get(
    "/planning-runs/{run_id}", summary="One planning run", **secured("read_candidates", 404, 422)
)
async def get_run(run_id: str, uow: Uow, localizer: ReadersLocalizer) -> schemas.RunAnswer:
    return _run_answer(localizer, await queries.get_run(uow, run_id))


@router.get(
    "/planning-runs/{run_id}/stream",
    summary="A planning run as it goes on: server-sent events `run`, until it is over",
    response_class=EventSourceResponse,
    **secured("read_candidates", 404, 422),
)
async def stream_run(
    run_id: str, request: Request, uow: Uow, state: AppState, localizer: ReadersLocalizer
) -> EventSourceResponse:
    return await open_run_stream(
        uow, localizer, state.cache, run_id, holds=request.state.token.holds, streams=state.streams
    )


@router.post(
    "/planning-runs/{run_id}/cancel",
    summary="Stop a run; what it has found stays",
    **secured("cancel_planning_run", 404, 409, 422),
)
async def cancel_run(
    run_id: str, uow: Uow, state: AppState, localizer: ReadersLocalizer
) -> schemas.RunAnswer:
    return _run_answer(localizer, await runs.cancel_run(uow, state.cache, run_id))


def _run_answer(localizer: Localizer, run: PlanningRun) -> schemas.RunAnswer:
    return schemas.RunAnswer.model_validate(queries.run_view(localizer, run))
