"""Operations for residents, without an account: pages without script, to speak on a draft and read the answer."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from services.catalog.consultation import queries, schemas
from services.catalog.consultation.domain import Saying
from services.catalog.consultation.routes import pages
from services.catalog.consultation.use_cases import residents
from shared.http.forms import Form, with_form
from shared.http.free_text import CODE, ask_about
from shared.http.inputs import AppState, Typed, Uow
from shared.http.openapi import ignoring_unknown, public
from shared.http.resident_pages import page_route
from shared.kernel.doubts import ConfirmationNeeded
from shared.kernel.errors import InvalidInput

router = APIRouter(tags=["catalog"], route_class=page_route("consultations"))

Language = Annotated[
    str | None, Query(max_length=10, description="zh-CN or en; by default the browser's")
]
EditionCode = Annotated[str, Path(max_length=40), Typed]


@router.get(
    "/public/consultations",
    summary="The page with the drafts on which residents may speak",
    response_class=HTMLResponse,
    **ignoring_unknown(public("show_consultation")),
)
async def show_consultations(request: Request, uow: Uow, language: Language = None) -> HTMLResponse:
    return pages.list_page(request, await queries.list_public_consultations(uow))


@router.get(
    "/public/consultations/{code}",
    summary="The page on which residents say what they think of a draft",
    response_class=HTMLResponse,
    **ignoring_unknown(public("show_consultation", 404, 409)),
)
async def show_form(
    request: Request, code: EditionCode, uow: Uow, state: AppState, language: Language = None
) -> HTMLResponse:
    found, ticket = await residents.show_form(uow, state.links, code)
    return pages.form_page(request, found, ticket)


@router.post(
    "/public/consultations/{code}",
    summary="Say what a resident thinks of a draft; gives a receipt",
    response_class=HTMLResponse,
    **ignoring_unknown(
        with_form(
            public("speak_as_resident", 404, 409, 422),
            *("ticket", "item_code", "stance", "text", "sure"),
        )
    ),
)
async def speak(
    request: Request,
    code: EditionCode,
    uow: Uow,
    state: AppState,
    form: Form,
    language: Language = None,
) -> HTMLResponse:
    await residents.limit_speaking(
        state.cache, uow.actor.address, request.headers.get("user-agent", "")
    )
    fields = {name: form.get(name, "") for name in ("stance", "text")}
    try:
        said = schemas.ResidentOpinionBody.model_validate(
            fields | {"item_code": form.get("item_code") or None}
        )
        doubts = ask_about(said, {CODE} if form.get("sure") else ())
        saying = Saying(stance=said.stance, text=said.text, item_code=said.item_code)
        receipt = await residents.speak(
            uow, state.links, code, saying, form.get("ticket", ""), doubts
        )
    except (ValidationError, ConfirmationNeeded, InvalidInput) as error:
        found, ticket = await residents.show_form(uow, state.links, code)
        is_old = isinstance(error, InvalidInput) and error.code == "form_too_old"
        kept = ticket if is_old else form.get("ticket") or ticket
        return pages.form_page(request, found, kept, form, error)
    return pages.sent_page(request, receipt)


@router.get(
    "/public/opinions",
    summary="The page on which residents look up the answer to their opinion",
    response_class=HTMLResponse,
    **ignoring_unknown(public("show_consultation")),
)
async def ask_for_receipt(request: Request, uow: Uow, language: Language = None) -> HTMLResponse:
    return pages.receipt_page(request)


@router.post(
    "/public/opinions",
    summary="The answer to the opinion of a receipt",
    response_class=HTMLResponse,
    **ignoring_unknown(with_form(public("show_consultation", 422), "receipt")),
)
async def look_up(
    request: Request, uow: Uow, form: Form, language: Language = None
) -> HTMLResponse:
    return pages.answer_page(request, await residents.look_up(uow, form.get("receipt", "")))
