"""Operations on order forms: fetch one to fill in, see what one would make, bring it in."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.requests.order_forms import queries, use_cases
from services.requests.order_forms.schemas.answers import (
    EnteredFormAnswer,
    FormAnswer,
    Rendering,
)
from services.requests.order_forms.schemas.cells import read_form, understanding
from services.requests.order_forms.sheets import blank_form
from services.requests.policy import POLICY
from shared.http.downloads import disposition
from shared.http.inputs import AppState, Code, Confirmed, TownshipCode, Uow
from shared.http.openapi import secured, taking_file
from shared.http.spreadsheet import ExcelFile
from shared.http.texts import preferred_language
from shared.sheets.reading import read_table

router = APIRouter(tags=["requests"])

ACTION = "enter_order_form"

ForTownship = Annotated[
    TownshipCode | None, Query(description="whose form it is, where it names no township")
]


@router.get(
    "/editions/{edition_id}/order-form.xlsx",
    summary="A form to order from an edition, to be filled in in Excel and brought in later",
    response_class=ExcelFile,
    **secured("read_menu", 404, 422),
)
async def get_form(
    edition_id: Code,
    request: Request,
    uow: Uow,
    state: AppState,
    campaign_id: Annotated[Code, Query()],
    township_code: TownshipCode | None = None,
) -> Response:
    form = await queries.get_blank_form(
        uow, edition_id, campaign_id=campaign_id, township_code=township_code
    )
    language = preferred_language(request.headers.get("accept-language"))
    title = state.texts.render(language, "order_form.sheet")["title"]
    whose = f" {form.township.name}" if form.township else ""
    name = f"{title}{whose} {form.edition.title}.xlsx"
    return Response(
        blank_form(form, state.texts, language),
        media_type=ExcelFile.media_type,
        headers=disposition("attachment", "order_form.xlsx", name),
    )


@router.post(
    "/order-forms/preview",
    summary="What a filled-in form would make: its faults, or its orders; nothing is stored",
    **taking_file(secured(ACTION, 409, 413)),
)
async def preview_form(
    request: Request, uow: Uow, state: AppState, township_code: ForTownship = None
) -> FormAnswer:
    uow.permit(POLICY, ACTION)  # before the file is read
    form, columns = read_form(state.texts, await read_table(await request.body()))
    checked = await use_cases.check_form(
        uow, state.menu, form, understanding(columns), township_code=township_code
    )
    language = preferred_language(request.headers.get("accept-language"))
    return Rendering(state.texts, language, columns).form(checked)


@router.post(
    "/order-forms",
    status_code=201,
    summary="Hand in the orders of a filled-in form, all of them or none; the same form again makes no second order",
    **taking_file(secured(ACTION, 409, 413)),
)
async def enter_form(
    request: Request,
    uow: Uow,
    state: AppState,
    township_code: ForTownship = None,
    confirmed: Confirmed = frozenset(),
) -> EnteredFormAnswer:
    uow.permit(POLICY, ACTION)  # before the file is read
    form, columns = read_form(state.texts, await read_table(await request.body()))
    entered = await use_cases.enter_form(
        uow,
        state.menu,
        state.numbers,
        form,
        understanding(columns),
        township_code=township_code,
        confirmed=confirmed,
    )
    return EnteredFormAnswer.of(entered)
