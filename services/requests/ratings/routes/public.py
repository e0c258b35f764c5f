"""Operations for residents, without an account: pages without script, to rate the booth whose sign they saw."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from services.requests.ratings import schemas
from services.requests.ratings.routes import pages
from services.requests.ratings.use_cases import residents
from services.requests.ratings.use_cases.residents import Device
from shared.http.forms import Form, with_form
from shared.http.free_text import CODE, ask_about
from shared.http.inputs import AppState, Uow
from shared.http.openapi import ignoring_unknown, public
from shared.http.resident_pages import page_route
from shared.kernel.doubts import ConfirmationNeeded

router = APIRouter(tags=["requests"], route_class=page_route("../../dispatch/public/townships"))

COOKIE = "rater"
COOKIE_SECONDS = 60 * 24 * 3600
Language = Annotated[
    str | None, Query(max_length=10, description="zh-CN or en; by default the browser's")
]
Link = Annotated[str, Path(max_length=1000, description="as the code on the sign has it")]


@router.get(
    "/public/ratings/{link}",
    summary="The page on which residents rate a booth",
    response_class=HTMLResponse,
    **ignoring_unknown(public("rate_as_resident", 404, 409, 410)),
)
async def show_form(
    request: Request, link: Link, uow: Uow, state: AppState, language: Language = None
) -> HTMLResponse:
    device = _device(request, uow)
    booth, rated = await residents.show_booth(uow, state.links, link, device)
    if rated is not None:
        return pages.thanks_page(request, booth, rated)
    page = pages.form_page(request, booth)
    if not device.cookie:
        page.set_cookie(
            COOKIE,
            residents.new_cookie(),
            max_age=COOKIE_SECONDS,
            path=None,  # the folder of the page, under whatever address it is reached
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
    return page


@router.post(
    "/public/ratings/{link}",
    summary="Rate a booth as a resident, once a device",
    response_class=HTMLResponse,
    **ignoring_unknown(
        with_form(public("rate_as_resident", 404, 409, 410, 422), "score", "text", "sure")
    ),
)
async def rate(
    request: Request,
    link: Link,
    uow: Uow,
    state: AppState,
    form: Form,
    language: Language = None,
) -> HTMLResponse:
    device = _device(request, uow)
    await residents.limit_rating(state.cache, state.links, link, device)
    try:
        said = schemas.ResidentRatingBody.model_validate(
            {"score": form.get("score", ""), "text": form.get("text", "").strip() or None}
        )
        doubts = ask_about(said, {CODE} if form.get("sure") else ())
        booth, rated = await residents.rate_as_resident(
            uow, state.links, link, device, score=said.score, text=said.text, confirmed=doubts
        )
    except (ValidationError, ConfirmationNeeded) as error:
        booth, _ = await residents.show_booth(uow, state.links, link, device)
        return pages.form_page(request, booth, form, error)
    return pages.thanks_page(request, booth, rated)


def _device(request: Request, uow: Uow) -> Device:
    return Device(
        address=uow.actor.address,
        browser=request.headers.get("user-agent", ""),
        cookie=request.cookies.get(COOKIE, "")[:40],
    )
