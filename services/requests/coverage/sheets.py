"""What an Excel file says of each township and item."""

from collections.abc import Sequence

from services.requests.coverage.domain import Cell
from services.requests.menu.queries import names_of_items, names_of_townships
from shared.http.exports import Fields, Sheet
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork


async def _names_of(uow: UnitOfWork, cells: Sequence[Cell], wording: Wording) -> list[Fields]:
    async with uow.reading() as session:
        townships = await names_of_townships(session, {cell.township_code for cell in cells})
        items = await names_of_items(session, {cell.item_code for cell in cells})
    return [
        {
            "township": wording.named(*townships.get(cell.township_code, ("", ""))),
            "item": wording.named(*items.get(cell.item_code, ("", ""))),
            "is_behind": "yes" if cell.is_behind else "no",
        }
        for cell in cells
    ]


COVERAGE = Sheet(
    "coverage",
    {
        "township_code": 16,
        "township": 16,
        "item_code": 18,
        "item": 24,
        "last_served_on": 14,
        "services": 14,
        "residents": 14,
        "waiting": 10,
        "waiting_since": 14,
        "scheduled": 10,
        "next_on": 14,
        "is_behind": 10,
    },
    words={"is_behind": "yes_no"},
    complete=_names_of,
)
