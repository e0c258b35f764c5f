"""Operations for residents, without an account: draw a ticket, see when it is called, and the display on the wall."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.dispatch.stops.use_cases.residents import show_stop
from services.dispatch.tickets.routes import display, pages
from services.dispatch.tickets.use_cases import residents
from services.dispatch.tickets.use_cases.residents import Device
from shared.http.forms import Form, with_form
from shared.http.inputs import AppState, Uow
from shared.http.openapi import ignoring_unknown, public
from shared.http.resident_pages import chosen_language, page_route

router = APIRouter(tags=["dispatch"], route_class=page_route("townships"))

COOKIE = "taker"
COOKIE_SECONDS = 24 * 3600
Language = Annotated[
    str | None, Query(max_length=10, description="zh-CN or en; by default the browser's")
]
Link = Annotated[str, Path(max_length=1000, description="as the code on the sign has it")]
Token = Annotated[str, Path(max_length=100, description="of the ticket")]


@router.get(
    "/public/queues/{link}",
    summary="The page on which residents draw a ticket for a booth",
    response_class=HTMLResponse,
    **ignoring_unknown(public("draw_ticket", 404, 410)),
)
async def show_queue(
    request: Request, link: Link, uow: Uow, state: AppState, language: Language = None
) -> HTMLResponse:
    mark = request.cookies.get(COOKIE, "")[:40]
    made = residents.new_mark()
    device = _device(request, uow, mark or made)
    outlook = await residents.show_queue(uow, state.links, link, device)
    if outlook.turns_away and (
        mark or await residents.is_believed(state.cache, state.links, link, device)
    ):
        await residents.note_turned_away(uow, outlook, device)
    page = pages.queue_page(request, outlook, made)
    if not mark:
        page.set_cookie(
            COOKIE,
            made,
            max_age=COOKIE_SECONDS,
            path=None,  # the folder of the page, under whatever address it is reached
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
    return page


@router.post(
    "/public/queues/{link}",
    summary="Draw a ticket, one that is live for a device and booth",
    response_class=RedirectResponse,
    status_code=303,
    **ignoring_unknown(with_form(public("draw_ticket", 404, 409, 410, 422), "priority", "mark")),
)
async def draw_ticket(
    request: Request,
    link: Link,
    uow: Uow,
    state: AppState,
    form: Form,
    language: Language = None,
) -> Response:
    mark = request.cookies.get(COOKIE, "")[:40] or form.get("mark", "")[:40]
    device = _device(request, uow, mark or residents.new_mark())
    await residents.limit_drawing(state.cache, state.links, link, device)
    drawn = await residents.draw_ticket(
        uow, state.links, link, device, priority=form.get("priority") == "yes"
    )
    return _to(request, f"../tickets/{drawn.token}")


@router.get(
    "/public/tickets/{token}",
    summary="A ticket: how many are called before it, and whether it is called",
    response_class=HTMLResponse,
    **ignoring_unknown(public("draw_ticket", 404)),
)
async def show_ticket(
    request: Request, token: Token, uow: Uow, language: Language = None
) -> HTMLResponse:
    return pages.ticket_page(request, await residents.show_ticket(uow, token))


@router.post(
    "/public/tickets/{token}",
    summary="Wait no longer",
    response_class=RedirectResponse,
    status_code=303,
    **ignoring_unknown(with_form(public("draw_ticket", 404, 422), "leave")),
)
async def leave_queue(
    request: Request, token: Token, uow: Uow, form: Form, language: Language = None
) -> Response:
    await residents.leave_queue(uow, token)
    return _to(request, f"../tickets/{token}")


@router.get(
    "/public/stops/{link}/calls",
    summary="The numbers that are called at a stop, for a display on the wall",
    response_class=HTMLResponse,
    **ignoring_unknown(public("show_stop", 404, 410)),
)
async def show_calls(
    request: Request, link: Link, uow: Uow, state: AppState, language: Language = None
) -> HTMLResponse:
    stop = await show_stop(uow, state.links, link)
    booths, queues = await residents.show_calls(uow, stop["id"])
    return display.calls_page(request, stop, booths, queues)


def _device(request: Request, uow: Uow, mark: str) -> Device:
    browser = request.headers.get("user-agent", "")
    return Device(address=uow.actor.address, browser=browser, mark=mark)


def _to(request: Request, address: str) -> RedirectResponse:
    language = chosen_language(request)
    query = f"?language={language}" if language else ""
    return RedirectResponse(address + query, 303, headers={"Cache-Control": "no-store"})
