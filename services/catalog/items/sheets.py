"""What an Excel file says of each service item; an import reads such a file again."""

from collections.abc import Sequence

from services.catalog.directory.domain import Category
from services.catalog.directory.queries import names_of
from services.catalog.items.domain import ServiceItem
from shared.http.exports import Fields, Sheet
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork


async def _categories_of(
    uow: UnitOfWork, items: Sequence[ServiceItem], wording: Wording
) -> list[Fields]:
    async with uow.reading() as session:
        names = await names_of(session, Category, {item.category_code for item in items})
    return [{"category": wording.named(*names.get(item.category_code, ("", "")))} for item in items]


ITEMS = Sheet(
    "items",
    {
        "code": 16,
        "name": 30,
        "name_en": 30,
        "category_code": 16,
        "category": 20,
        "teams": 40,
        "volunteers_needed": 16,
        "minutes_per_resident": 16,
        "mode": 12,
        "residents_per_volunteer": 16,
        "notice_days": 12,
        "weekly_capacity": 12,
        "township_provides": 30,
        "qualification": 24,
        "risks": 40,
        "adults_only": 12,
        "agreement_needed": 14,
    },
    words={
        "mode": "choices",
        "township_provides": "choices",
        "adults_only": "choices",
        "agreement_needed": "choices",
    },
    complete=_categories_of,
)
