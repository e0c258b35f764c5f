"""Operations on plans."""

from fastapi import APIRouter, Request

from services.dispatch.plans.queries import plans as queries
from services.dispatch.plans.schemas import plans as schemas
from services.dispatch.plans.use_cases import proposals
from shared.http.inputs import After, AppState, Confirmed, Filter, IdempotencyKey, Limit, Page, Uow
from shared.http.openapi import secured
from shared.http.texts import preferred_language

router = APIRouter(tags=["dispatch"])


@router.post(
    "/plans",
    status_code=201,
    summary="Plan what is open at once, by list scheduling; a planning run searches on",
    **secured("propose_plan", 409, 422),
)
async def propose_plan(
    body: schemas.PlanBody,
    request: Request,
    uow: Uow,
    state: AppState,
    idempotency_key: IdempotencyKey = None,
    confirmed: Confirmed = frozenset(),
) -> schemas.PlanAnswer:
    plan = await proposals.propose_plan(
        uow, state.planner, body, idempotency_key, **body.model_dump(), confirmed=confirmed
    )
    return await _plan_answer(request, uow, plan.id)


@router.get("/plans", summary="Plans, without their stops", **secured("read_plans", 422))
async def list_plans(
    request: Request, uow: Uow, campaign_id: Filter = None, after: After = None, limit: Limit = 100
) -> Page[schemas.PlanAnswer]:
    items, next_after = await queries.list_plans(
        uow, campaign_id=campaign_id, after=after, limit=limit
    )
    views = [_with_reasons(request, view) for view in items]
    return Page[schemas.PlanAnswer].model_validate({"items": views, "next_after": next_after})


@router.get(
    "/plans/{plan_id}", summary="One plan with its stops", **secured("read_plans", 404, 422)
)
async def get_plan(plan_id: str, request: Request, uow: Uow) -> schemas.PlanAnswer:
    return await _plan_answer(request, uow, plan_id)


@router.post(
    "/plans/{plan_id}/publish",
    summary="Put a plan in force",
    **secured("publish_plan", 404, 409, 422),
)
async def publish_plan(
    plan_id: str, request: Request, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.PlanAnswer:
    await proposals.publish_plan(uow, plan_id, confirmed)
    return await _plan_answer(request, uow, plan_id)


@router.post(
    "/plans/{plan_id}/withdraw",
    summary="Put a proposal aside",
    **secured("withdraw_plan", 404, 409, 422),
)
async def withdraw_plan(plan_id: str, request: Request, uow: Uow) -> schemas.PlanAnswer:
    await proposals.withdraw_plan(uow, plan_id)
    return await _plan_answer(request, uow, plan_id)


async def _plan_answer(request: Request, uow: Uow, plan_id: str) -> schemas.PlanAnswer:
    return schemas.PlanAnswer.model_validate(
        _with_reasons(request, await queries.get_plan(uow, plan_id))
    )


def _with_reasons(request: Request, view: queries.View) -> queries.View:
    """The plan with the reasons of its unserved lines in the reader's words."""
    language = preferred_language(request.headers.get("accept-language"))
    texts = request.app.state.texts
    unserved = [
        line | {"detail": texts.render(language, line["reason"])["detail"]}
        for line in view["unserved"]
    ]
    return view | {"unserved": unserved}
