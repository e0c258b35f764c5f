"""What an Excel file says of each edition of the menu."""

from collections.abc import Sequence

from services.catalog.editions.domain import Edition
from shared.http.exports import Fields, Sheet
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork


async def _counts_of(
    _uow: UnitOfWork, editions: Sequence[Edition], _wording: Wording
) -> list[Fields]:
    return [{"items": len(edition.item_codes)} for edition in editions]


EDITIONS = Sheet(
    "editions",
    {
        "code": 20,
        "title": 30,
        "effective_on": 12,
        "retires_on": 12,
        "state": 12,
        "items": 10,
        "item_codes": 60,
    },
    words={"state": "states.edition"},
    complete=_counts_of,
)
