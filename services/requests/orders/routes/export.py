"""Lists of orders as an Excel file."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter, Request

from services.requests.orders.queries import orders as queries
from services.requests.orders.routes.filters import Filters, Sort
from shared.http.inputs import AppState, Uow
from shared.http.openapi import secured
from shared.http.spreadsheet import MOST_ROWS, Cell, ExcelFile, Heading, exported
from shared.http.texts import Texts, preferred_language
from shared.kernel.errors import InvalidInput

router = APIRouter()

COLUMNS = {
    "number": 12,
    "state": 10,
    "township": 16,
    "township_code": 16,
    "place": 30,
    "campaign": 24,
    "campaign_id": 18,
    "items": 50,
    "item_codes": 30,
    "attendance": 12,
    "priority": 10,
    "wished_on": 24,
    "ruled_out_on": 24,
    "scheduled_on": 14,
    "served": 12,
    "score": 10,
    "created_at": 17,
    "submitted_at": 17,
}
"""What the file says of an order, and how wide that is, in characters."""

AT_A_TIME = 500


@router.get(
    "/orders/export",
    summary="A list of orders as an Excel file",
    response_class=ExcelFile,
    **secured("read_orders", 422),
)
async def export_orders(
    request: Request, uow: Uow, filters: Filters, state: AppState, sort: Sort = "created"
) -> ExcelFile:
    counted = sum((await queries.count_orders(uow, filters)).values())
    if counted > MOST_ROWS:
        raise InvalidInput("too_many_to_export", count=counted, most=MOST_ROWS)
    language = preferred_language(request.headers.get("accept-language"))
    words = state.texts.render(language, "export.order")
    headings = [Heading(words[name], width) for name, width in COLUMNS.items()]
    return await exported(
        headings,
        _pages(uow, filters, sort, state.texts, language),
        title=words["title"],
        filename=f"{words['title']} {uow.today().isoformat()}.xlsx",
    )


async def _pages(
    uow: Uow, filters: Filters, sort: str, texts: Texts, language: str
) -> AsyncIterator[Sequence[Sequence[Cell]]]:
    async for page in queries.list_all_orders(uow, filters, sort=sort, at_a_time=AT_A_TIME):
        yield [_row(each, texts, language) for each in page]


def _row(named: queries.NamedOrder, texts: Texts, language: str) -> list[Cell]:
    order = named.order
    comma = texts.word(language, "phrases", "list_comma") or ", "
    days = sorted({line.on for line in order.lines if line.on is not None})
    served = [line.served for line in order.lines if line.served is not None]
    scores = [line.rating.score for line in order.lines if line.rating is not None]
    cells: dict[str, Any] = {
        "number": order.number,
        "state": texts.word(language, "states.order", order.state) or order.state,
        "township": _in(language, named.township),
        "township_code": order.township_code,
        "place": order.place,
        "campaign": _in(language, named.campaign),
        "campaign_id": order.campaign_id,
        "items": comma.join(_in(language, (line.name, line.name_en)) for line in order.lines),
        "item_codes": ", ".join(line.item_code for line in order.lines),
        "attendance": sum(line.expected_attendance for line in order.lines),
        "priority": order.priority,
        "wished_on": ", ".join(day.isoformat() for day in order.wished_on),
        "ruled_out_on": ", ".join(day.isoformat() for day in order.ruled_out_on),
        "scheduled_on": days[0] if days else None,
        "served": sum(served) if served else None,
        "score": round(sum(scores) / len(scores), 2) if scores else None,
        "created_at": order.created_at,
        "submitted_at": order.submitted_at,
    }
    return [cells[name] for name in COLUMNS]


def _in(language: str, names: tuple[str, str]) -> str:
    chinese, english = names
    return english if language == "en" and english else chinese
