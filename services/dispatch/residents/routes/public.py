"""Operations for residents, without an account: pages for browsers, and one stop also as JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.dispatch.residents import queries
from services.dispatch.residents import schemas as maps
from services.dispatch.residents.routes import pages
from services.dispatch.residents.routes.calendar import MEDIA_TYPE, calendar_of
from services.dispatch.stops import schemas
from services.dispatch.stops.use_cases import residents
from services.dispatch.tickets.use_cases.residents import link_to_queue, show_calls
from shared.http.entity_tags import POLLED
from shared.http.inputs import AppState, Uow
from shared.http.openapi import ignoring_unknown, public
from shared.http.pages import is_browser
from shared.http.resident_pages import KEPT_SECONDS, language_of, page_route, texts_of

router = APIRouter(tags=["dispatch"], route_class=page_route("townships"))

Language = Annotated[
    str | None, Query(max_length=10, description="zh-CN or en; by default the browser's")
]


class GeoJson(JSONResponse):
    media_type = "application/geo+json"


TownshipCode = Annotated[str, Path(max_length=40)]


def _page(action: str, *refusals: int) -> dict[str, Any]:
    """The keyword arguments of a route that anybody may use, from any link: messengers add
    parameters to those that people pass on."""
    return ignoring_unknown(public(action, *refusals))


@router.get(
    "/public/townships",
    summary="The page on which residents choose their township",
    response_class=HTMLResponse,
    **_page("show_townships"),
)
async def show_townships(request: Request, uow: Uow, language: Language = None) -> HTMLResponse:
    return pages.townships_page(request, await queries.list_public_townships(uow))


@router.get(
    "/public/townships/{township_code}",
    summary="The page with what comes to a township",
    response_class=HTMLResponse,
    **_page("show_townships", 404),
)
async def show_township(
    request: Request,
    township_code: TownshipCode,
    uow: Uow,
    state: AppState,
    language: Language = None,
) -> HTMLResponse:
    outlook = await queries.get_outlook(uow, state.links, township_code)
    return pages.township_page(request, outlook)


@router.get(
    "/public/townships/{township_code}/calendar",
    summary="The same as a calendar (iCalendar)",
    response_class=Response,
    **_page("show_townships", 404),
)
async def show_calendar(
    request: Request,
    township_code: TownshipCode,
    uow: Uow,
    state: AppState,
    language: Language = None,
) -> Response:
    outlook = await queries.get_outlook(uow, state.links, township_code)
    calendar = calendar_of(outlook, texts_of(request), language_of(request), uow.now())
    headers = {
        "Content-Disposition": f'attachment; filename="diancai-{outlook.code}.ics"',
        "Cache-Control": f"public, max-age={KEPT_SECONDS}",
        "Vary": "Accept-Language",
    }
    return Response(calendar, headers=headers, media_type=f"{MEDIA_TYPE}; charset=utf-8")


@router.get(
    "/public/stops.geojson",
    summary="The announced stops of a township or a campaign on a map (GeoJSON, RFC 7946)",
    response_model=maps.StopFeatures,
    response_class=GeoJson,
    dependencies=[POLLED],
    **_page("show_townships", 404),
)
async def show_points(
    uow: Uow,
    township_code: Annotated[str | None, Query(max_length=40)] = None,
    campaign_id: Annotated[str | None, Query(max_length=80)] = None,
) -> GeoJson:
    found = await queries.list_points(uow, township_code=township_code, campaign_id=campaign_id)
    features = maps.StopFeatures.model_validate({"features": found})
    headers = {"Cache-Control": f"public, max-age={KEPT_SECONDS}"}
    return GeoJson(features.model_dump(mode="json"), headers=headers)


@router.get(
    "/public/stops/{link}",
    summary="The stop of a link, for residents; browsers get a page",
    response_model=schemas.PublicStopAnswer,
    **_page("show_stop", 404, 410, 422),
)
async def show_stop(
    request: Request, link: str, uow: Uow, state: AppState, language: Language = None
) -> Any:
    stop = await residents.show_stop(uow, state.links, link)
    if is_browser(request):
        _, queues = await show_calls(uow, stop["id"])
        opened = {
            key: (queue, link_to_queue(state.links, key, uow))
            for key, queue in queues.items()
            if queue["state"] == "open"
        }
        return pages.stop_page(request, stop, opened)
    return schemas.PublicStopAnswer.model_validate(stop)
