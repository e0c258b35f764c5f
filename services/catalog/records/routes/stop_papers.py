"""Paper for the day of service: who stands at which booth of a stop, and a sheet to sign in on."""

from fastapi import APIRouter, Request

from services.catalog.records.domain import PaperForm
from services.catalog.records.routes import paper
from services.catalog.records.use_cases.paper import print_sheet
from shared.http.inputs import AppState, Uow
from shared.http.openapi import secured
from shared.http.pdf import PdfFile, pdf_file
from shared.http.texts import preferred_language

router = APIRouter(tags=["catalog"])


@router.get(
    "/stops/{stop_id}/duty-roster.pdf",
    summary="Who stands at which booth of a stop, by name, to print; it is noted who asked",
    response_class=PdfFile,
    **secured("print_sheets", 404, 422),
)
async def print_duty_roster(stop_id: str, request: Request, uow: Uow, state: AppState) -> PdfFile:
    return await _printed("duty_roster", stop_id, request, uow, state)


@router.get(
    "/stops/{stop_id}/sign-in-sheet.pdf",
    summary="A sheet on which those who stand at a stop sign in and out; it is noted who asked",
    response_class=PdfFile,
    **secured("print_sheets", 404, 422),
)
async def print_sign_in_sheet(stop_id: str, request: Request, uow: Uow, state: AppState) -> PdfFile:
    return await _printed("sign_in_sheet", stop_id, request, uow, state)


async def _printed(
    sheet: PaperForm, stop_id: str, request: Request, uow: Uow, state: AppState
) -> PdfFile:
    stop = await print_sheet(uow, stop_id, sheet)
    language = preferred_language(request.headers.get("accept-language"))
    said = paper.stop_paper(sheet, stop, uow.business_now(), state.texts, language)
    name = f"{said['title']}-{stop.on}-{stop.place}"
    plain = sheet.replace("_", "-")
    return await pdf_file(paper.TEMPLATE, said, plain=plain, name=name, is_personal=True)
