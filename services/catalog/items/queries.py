"""Reading service items."""

from sqlalchemy import select

from services.catalog.items.domain import ServiceItem
from services.catalog.items.tables import service_item
from services.catalog.policy import POLICY
from shared.db.paging import page_of
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


async def list_items(
    uow: UnitOfWork, *, after: str | None, limit: int
) -> tuple[list[ServiceItem], str | None]:
    """Returns a page of service items in the order of their codes, and the code to go on from."""
    uow.permit(POLICY, "read_directory")
    async with uow.reading() as session:
        return await page_of(
            session, select(ServiceItem), service_item.c.code, after=after, limit=limit
        )


async def get_item(uow: UnitOfWork, code: str) -> ServiceItem:
    """Returns the service item with this code. :raises NotFound: there is none."""
    uow.permit(POLICY, "read_directory")
    async with uow.reading() as session:
        found = await session.get(ServiceItem, code)
    if found is None:
        raise NotFound(ServiceItem.kind, code, states=ServiceItem.STEPS)
    return found
