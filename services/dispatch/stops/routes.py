"""Operations on stops and assignments: look at them, and carry them out as planned."""

from fastapi import APIRouter

from services.dispatch.stops import schemas
from services.dispatch.stops.queries import views as queries
from services.dispatch.stops.sheets import ASSIGNMENTS, STOPS
from services.dispatch.stops.use_cases import acting, residents
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import After, AppState, Confirmed, Filter, Limit, Page, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["dispatch"])


@router.get("/stops", summary="Stops", **secured("read_stops", 422))
async def list_stops(
    uow: Uow,
    plan_id: Filter = None,
    township_code: Filter = None,
    state: Filter = None,
    confirmation: Filter = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.StopAnswer]:
    items, next_after = await queries.list_stops(
        uow,
        plan_id=plan_id,
        township_code=township_code,
        state=state,
        confirmation=confirmation,
        after=after,
        limit=limit,
    )
    return Page[schemas.StopAnswer].model_validate({"items": items, "next_after": next_after})


add_export(router, "/stops.xlsx", list_stops, STOPS, action="read_stops")


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
    url = f"{state.public_url}/public/stops/{link.text}" if state.public_url else None
    return schemas.StopLinkAnswer(
        path=f"/api/dispatch/public/stops/{link.text}", url=url, expires_at=link.expires_at
    )


@router.post(
    "/stops/{stop_id}/start",
    summary="The teams are there, on the stop's day",
    **secured("start_stop", 404, 409, 422),
)
async def start_stop(
    stop_id: str,
    uow: Uow,
    body: schemas.OffDayBody | None = None,
    confirmed: Confirmed = frozenset(),
) -> schemas.StopAnswer:
    said = body or schemas.OffDayBody()
    await acting.start_stop(
        uow, stop_id, off_day_reason=said.off_day_reason, confirmed=ask_about(said, confirmed)
    )
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
    await acting.report_booths(
        uow, stop_id, body.reports(), off_day_reason=body.off_day_reason, confirmed=doubts
    )
    return schemas.StopAnswer.model_validate(await queries.get_stop(uow, stop_id))


@router.post(
    "/assignments/{assignment_id}/figures/accept",
    summary="The corps has looked at odd figures: they are right",
    **secured("accept_figures", 404, 409, 422),
)
async def accept_figures(
    assignment_id: str, body: schemas.FiguresBody, uow: Uow
) -> schemas.StopAnswer:
    stop = await acting.accept_figures(uow, assignment_id, body.figures())
    return schemas.StopAnswer.model_validate(await queries.get_stop(uow, stop.id))


@router.get(
    "/assignments", summary="Assignments, with where and when", **secured("read_assignments", 422)
)
async def list_assignments(
    uow: Uow,
    team_code: Filter = None,
    state: Filter = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.DutyAnswer]:
    items, next_after = await queries.list_assignments(
        uow, team_code=team_code, state=state, after=after, limit=limit
    )
    return Page[schemas.DutyAnswer].model_validate({"items": items, "next_after": next_after})


add_export(router, "/assignments.xlsx", list_assignments, ASSIGNMENTS, action="read_assignments")


@router.post(
    "/assignments/{assignment_id}/accept",
    summary="The team takes the booth",
    **secured("accept_assignment", 404, 409, 422),
)
async def accept_assignment(
    assignment_id: str, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.StopAnswer:
    stop = await acting.accept_assignment(uow, assignment_id, confirmed)
    return schemas.StopAnswer.model_validate(await queries.get_stop(uow, stop.id))
