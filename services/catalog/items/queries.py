"""Reading service items."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.directory.queries import Sort
from services.catalog.items.domain import ServiceItem
from services.catalog.items.tables import service_item
from services.catalog.policy import POLICY
from shared.db.paging import Listed, SortedBy, contains, counted_page_of
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


async def list_items(
    uow: UnitOfWork,
    *,
    q: str | None,
    sort: Sort,
    category_code: str | None,
    team_code: str | None,
    after: str | None,
    limit: int,
) -> Listed[ServiceItem]:
    """Returns a page of service items: of a category, of a team, whose names or codes contain ``q``."""
    uow.permit(POLICY, "read_directory")
    query = select(ServiceItem)
    if q is not None:
        columns = [service_item.c[name] for name in ("name", "name_en", "code", "spelling")]
        query = query.where(contains(q, *columns))
    if category_code is not None:
        query = query.where(service_item.c.category_code == category_code)
    if team_code is not None:
        query = query.where(offered_by(team_code))
    by = SortedBy(service_item.c.name) if sort == "name" else None
    async with uow.reading() as session:
        return await counted_page_of(
            session, query, service_item.c.code, after=after, limit=limit, by=by
        )


def offered_by(team_code: str) -> ColumnElement[bool]:
    """Whether a service item names a team."""
    return cast(service_item.c.teams, String).contains(f'"{team_code}"', autoescape=True)


async def get_item(uow: UnitOfWork, code: str) -> ServiceItem:
    """Returns the service item with this code. :raises NotFound: there is none."""
    uow.permit(POLICY, "read_directory")
    async with uow.reading() as session:
        found = await session.get(ServiceItem, code)
    if found is None:
        raise NotFound(ServiceItem.kind, code, states=ServiceItem.STEPS)
    return found


async def items_of(session: AsyncSession, codes: Collection[str]) -> list[ServiceItem]:
    """Returns the service items with these codes, in no order."""
    return list(await session.scalars(select(ServiceItem).where(service_item.c.code.in_(codes))))


async def items_by_qualification(session: AsyncSession) -> dict[str, list[ServiceItem]]:
    """Returns the service items that need a qualification, by what they call it, in the order of those names."""
    query = select(ServiceItem).where(service_item.c.qualification.is_not(None))
    found: dict[str, list[ServiceItem]] = {}
    for item in await session.scalars(
        query.order_by(service_item.c.qualification, service_item.c.code)
    ):
        found.setdefault(item.qualification or "", []).append(item)
    return found


async def items_offered_by(session: AsyncSession, team_code: str) -> list[str]:
    """Returns the codes of the service items that name a team, in order."""
    query = select(service_item.c.code).where(offered_by(team_code))
    return list(await session.scalars(query.order_by(service_item.c.code)))
