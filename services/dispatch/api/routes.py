"""dispatch's operations: look at demand and supply, plan, publish, and carry the circuit out."""

from fastapi import APIRouter, Request

from services.dispatch.api import schemas
from services.dispatch.api.inputs import After, Filter, Limit
from services.dispatch.application import fieldwork, mending, planning, queries, residents
from services.dispatch.domain.stop import Reason
from shared.http.free_text import ask_about
from shared.http.inputs import AppState, Confirmed, IdempotencyKey, Page, ReasonBody, Uow
from shared.http.openapi import public, secured
from shared.http.texts import preferred_language

router = APIRouter(tags=["dispatch"])


@router.get("/townships", summary="Townships as dispatch knows them", **secured("read_supply", 422))
async def list_townships(uow: Uow, after: After = None, limit: Limit = 100) -> Page[schemas.TownshipAnswer]:
    items, next_after = await queries.list_townships(uow, after=after, limit=limit)
    return Page[schemas.TownshipAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/teams", summary="Teams as dispatch knows them", **secured("read_supply", 422))
async def list_teams(uow: Uow, after: After = None, limit: Limit = 100) -> Page[schemas.TeamAnswer]:
    items, next_after = await queries.list_teams(uow, after=after, limit=limit)
    return Page[schemas.TeamAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/items", summary="Service items as dispatch knows them", **secured("read_supply", 422))
async def list_items(uow: Uow, after: After = None, limit: Limit = 100) -> Page[schemas.ItemAnswer]:
    items, next_after = await queries.list_items(uow, after=after, limit=limit)
    return Page[schemas.ItemAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/demand", summary="Lines of accepted orders", **secured("read_demand", 422))
async def list_demand(
    uow: Uow, campaign_id: Filter = None, after: After = None, limit: Limit = 100
) -> Page[schemas.DemandAnswer]:
    items, next_after = await queries.list_demand(uow, campaign_id=campaign_id, after=after, limit=limit)
    return Page[schemas.DemandAnswer].model_validate({"items": items, "next_after": next_after})


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
    plan = await planning.propose_plan(
        uow, state.planner, body, idempotency_key, **body.model_dump(), confirmed=confirmed
    )
    return await _plan_answer(request, uow, plan.id)


@router.get("/plans", summary="Plans, without their stops", **secured("read_plans", 422))
async def list_plans(
    request: Request, uow: Uow, campaign_id: Filter = None, after: After = None, limit: Limit = 100
) -> Page[schemas.PlanAnswer]:
    items, next_after = await queries.list_plans(uow, campaign_id=campaign_id, after=after, limit=limit)
    views = [_with_reasons(request, view) for view in items]
    return Page[schemas.PlanAnswer].model_validate({"items": views, "next_after": next_after})


@router.get("/plans/{plan_id}", summary="One plan with its stops", **secured("read_plans", 404, 422))
async def get_plan(plan_id: str, request: Request, uow: Uow) -> schemas.PlanAnswer:
    return await _plan_answer(request, uow, plan_id)


@router.post("/plans/{plan_id}/publish", summary="Put a plan in force", **secured("publish_plan", 404, 409, 422))
async def publish_plan(
    plan_id: str, request: Request, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.PlanAnswer:
    await planning.publish_plan(uow, plan_id, confirmed)
    return await _plan_answer(request, uow, plan_id)


@router.post("/plans/{plan_id}/withdraw", summary="Put a proposal aside", **secured("withdraw_plan", 404, 409, 422))
async def withdraw_plan(plan_id: str, request: Request, uow: Uow) -> schemas.PlanAnswer:
    await planning.withdraw_plan(uow, plan_id)
    return await _plan_answer(request, uow, plan_id)


@router.get("/stops", summary="Stops", **secured("read_stops", 422))
async def list_stops(
    uow: Uow,
    plan_id: Filter = None,
    township_code: Filter = None,
    state: Filter = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.StopAnswer]:
    items, next_after = await queries.list_stops(
        uow, plan_id=plan_id, township_code=township_code, state=state, after=after, limit=limit
    )
    return Page[schemas.StopAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/stops/{stop_id}", summary="One stop", **secured("read_stops", 404, 422))
async def get_stop(stop_id: str, uow: Uow) -> schemas.StopAnswer:
    return schemas.StopAnswer.model_validate(await queries.get_stop(uow, stop_id))


@router.post(
    "/stops/{stop_id}/link",
    summary="A link under which residents see the stop",
    **secured("make_stop_link", 404, 409, 422),
)
async def make_stop_link(stop_id: str, uow: Uow, state: AppState) -> schemas.StopLinkAnswer:
    link = await residents.make_stop_link(uow, state.links, stop_id)
    return schemas.StopLinkAnswer(path=f"/api/dispatch/public/stops/{link.text}", expires_at=link.expires_at)


@router.get("/public/stops/{link}", summary="The stop of a link, for residents", **public("show_stop", 404, 410, 422))
async def show_stop(link: str, uow: Uow, state: AppState) -> schemas.PublicStopAnswer:
    return schemas.PublicStopAnswer.model_validate(await residents.show_stop(uow, state.links, link))


@router.post(
    "/stops/{stop_id}/postpone",
    summary="Move a stop to a later half-day, or call it off where there is none",
    **secured("postpone_stop", 404, 409, 422),
)
async def postpone_stop(
    stop_id: str, body: schemas.PostponeBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.StopAnswer:
    await mending.postpone_stop(uow, stop_id, _reason(body), body.not_before, ask_about(body, confirmed))
    return schemas.StopAnswer.model_validate(await queries.get_stop(uow, stop_id))


@router.post("/stops/{stop_id}/cancel", summary="Call a stop off", **secured("cancel_stop", 404, 409, 422))
async def cancel_stop(
    stop_id: str, body: schemas.CancelStopBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.StopAnswer:
    await fieldwork.cancel_stop(uow, stop_id, _reason(body), ask_about(body, confirmed))
    return schemas.StopAnswer.model_validate(await queries.get_stop(uow, stop_id))


@router.post(
    "/stops/{stop_id}/start", summary="The teams are there, on the stop's day", **secured("start_stop", 404, 409, 422)
)
async def start_stop(
    stop_id: str, uow: Uow, body: schemas.OffDayBody | None = None, confirmed: Confirmed = frozenset()
) -> schemas.StopAnswer:
    said = body or schemas.OffDayBody()
    await fieldwork.start_stop(uow, stop_id, off_day_reason=said.off_day_reason, confirmed=ask_about(said, confirmed))
    return schemas.StopAnswer.model_validate(await queries.get_stop(uow, stop_id))


@router.post(
    "/stops/{stop_id}/reports",
    summary="What booths did, on the stop's day; with the last one the stop is over",
    **secured("report_booths", 404, 409, 422),
)
async def report_booths(
    stop_id: str, body: schemas.ReportsBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.StopAnswer:
    doubts = ask_about(body, confirmed)
    await fieldwork.report_booths(uow, stop_id, body.reports(), off_day_reason=body.off_day_reason, confirmed=doubts)
    return schemas.StopAnswer.model_validate(await queries.get_stop(uow, stop_id))


@router.get("/assignments", summary="Assignments, with where and when", **secured("read_assignments", 422))
async def list_assignments(
    uow: Uow, team_code: Filter = None, state: Filter = None, after: After = None, limit: Limit = 100
) -> Page[schemas.DutyAnswer]:
    items, next_after = await queries.list_assignments(uow, team_code=team_code, state=state, after=after, limit=limit)
    return Page[schemas.DutyAnswer].model_validate({"items": items, "next_after": next_after})


@router.post(
    "/assignments/{assignment_id}/accept",
    summary="The team takes the booth",
    **secured("accept_assignment", 404, 409, 422),
)
async def accept_assignment(assignment_id: str, uow: Uow, confirmed: Confirmed = frozenset()) -> schemas.StopAnswer:
    stop = await fieldwork.accept_assignment(uow, assignment_id, confirmed)
    return schemas.StopAnswer.model_validate(await queries.get_stop(uow, stop.id))


@router.post(
    "/assignments/{assignment_id}/decline",
    summary="The team can't; another is asked",
    **secured("decline_assignment", 404, 409, 422),
)
async def decline_assignment(
    assignment_id: str, body: schemas.DeclineBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.StopAnswer:
    stop = await mending.decline_assignment(uow, assignment_id, _reason(body), ask_about(body, confirmed))
    return schemas.StopAnswer.model_validate(await queries.get_stop(uow, stop.id))


def _reason(body: ReasonBody) -> Reason:
    return Reason(body.reason_code, body.reason)


async def _plan_answer(request: Request, uow: Uow, plan_id: str) -> schemas.PlanAnswer:
    return schemas.PlanAnswer.model_validate(_with_reasons(request, await queries.get_plan(uow, plan_id)))


def _with_reasons(request: Request, view: queries.View) -> queries.View:
    """The plan with the reasons of its unserved lines in the reader's words."""
    language = preferred_language(request.headers.get("accept-language"))
    texts = request.app.state.texts
    unserved = [line | {"detail": texts.render(language, line["reason"])["detail"]} for line in view["unserved"]]
    return view | {"unserved": unserved}
