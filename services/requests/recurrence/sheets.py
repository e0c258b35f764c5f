"""What an Excel file says of each recurring order."""

from collections.abc import Sequence

from services.requests.menu.queries import names_of_townships
from services.requests.recurrence.schemas import SeriesAnswer
from shared.http.exports import Fields, Sheet
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork


async def _names_of(
    uow: UnitOfWork, found: Sequence[SeriesAnswer], wording: Wording
) -> list[Fields]:
    async with uow.reading() as session:
        townships = await names_of_townships(session, {each.township_code for each in found})
    return [
        {
            "township": wording.named(*townships.get(each.township_code, ("", ""))),
            "item_names": wording.listed(wording.named(i.name, i.name_en) for i in each.items),
            "item_codes": ", ".join(item.item_code for item in each.items),
            "attendance": sum(item.expected_attendance for item in each.items),
        }
        for each in found
    ]


SERIES = Sheet(
    "recurring_orders",
    {
        "number": 8,
        "state": 10,
        "township": 16,
        "township_code": 16,
        "place": 30,
        "item_names": 40,
        "item_codes": 30,
        "attendance": 12,
        "words": 30,
        "rrule": 30,
        "starts_on": 14,
        "last_on": 14,
        "on_holiday": 20,
        "days_around": 12,
        "due_on": 14,
    },
    words={"state": "states.recurring_order", "on_holiday": "choices"},
    complete=_names_of,
)
