"""The menu and the order form as files to print or to fill in."""

from collections.abc import AsyncIterator, Callable, Sequence

from fastapi import APIRouter, Request

from services.catalog.editions.domain import Edition
from services.catalog.open_menu import queries
from services.catalog.open_menu.queries import Offer
from services.catalog.open_menu.routes import printing
from shared.http.inputs import AppState, Code, Uow
from shared.http.openapi import secured
from shared.http.pdf import PdfFile, pdf_file
from shared.http.spreadsheet import Cell, ExcelFile, Heading, exported
from shared.http.texts import Texts, preferred_language

router = APIRouter(tags=["catalog"])

PaperOf = Callable[[Edition, Sequence[Offer], Texts, str], printing.Paper]


@router.get(
    "/editions/{code}/menu.pdf",
    summary="An edition's menu, to print on A4",
    response_class=PdfFile,
    **secured("read_editions", 404, 422),
)
async def print_menu(code: Code, request: Request, uow: Uow, state: AppState) -> PdfFile:
    return await _printed("menu", printing.menu_paper, code, request, uow, state)


@router.get(
    "/editions/{code}/order-form.pdf",
    summary="A form to order from an edition on paper",
    response_class=PdfFile,
    **secured("read_editions", 404, 422),
)
async def print_order_form(code: Code, request: Request, uow: Uow, state: AppState) -> PdfFile:
    return await _printed("order_form", printing.form_paper, code, request, uow, state)


@router.get(
    "/editions/{code}/menu.xlsx",
    summary="An edition's menu as an Excel file",
    response_class=ExcelFile,
    **secured("read_editions", 404, 422),
)
async def export_menu(code: Code, request: Request, uow: Uow, state: AppState) -> ExcelFile:
    edition, offers = await queries.offers_of(uow, code)
    language = _language(request)
    words = state.texts.render(language, "export.menu")
    headings = [Heading(words[name], width) for name, width in COLUMNS.items()]
    return await exported(
        headings,
        _rows(offers, state.texts, language),
        title=words["title"],
        filename=f"{edition.title}.xlsx",
    )


COLUMNS = {
    "item_code": 22,
    "name": 30,
    "name_en": 30,
    "category": 16,
    "agencies": 24,
    "mode": 10,
    "asks": 50,
    "qualification": 22,
}


async def _rows(
    offers: Sequence[Offer], texts: Texts, language: str
) -> AsyncIterator[Sequence[Sequence[Cell]]]:
    comma = texts.word(language, "phrases", "list_comma") or ", "
    yield [
        [
            offer.item_code,
            str(offer.dish["name"]),
            str(offer.dish["name_en"]),
            offer.category.name if offer.category else None,
            comma.join(agency.name for agency in offer.agencies),
            texts.word(language, "hsds.mode", str(offer.dish.get("mode", "booth"))),
            printing.asks(offer, texts, language),
            _text(offer.dish.get("qualification")),
        ]
        for offer in offers
    ]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _language(request: Request) -> str:
    return preferred_language(request.headers.get("accept-language"))


async def _printed(
    template: str, paper_of: PaperOf, code: str, request: Request, uow: Uow, state: AppState
) -> PdfFile:
    edition, offers = await queries.offers_of(uow, code)
    paper = paper_of(edition, offers, state.texts, _language(request))
    file = printing.TEMPLATES / f"{template}.typ"
    return await pdf_file(file, paper, plain=template, name=paper["title"])
