"""Reading editions."""

from sqlalchemy import select

from services.catalog.editions.domain import Edition
from services.catalog.editions.tables import edition
from services.catalog.policy import POLICY
from shared.db.paging import page_of
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


async def list_editions(
    uow: UnitOfWork, *, after: str | None, limit: int
) -> tuple[list[Edition], str | None]:
    """Returns a page of editions in the order of their codes, and the code to go on from."""
    uow.permit(POLICY, "read_editions")
    async with uow.reading() as session:
        return await page_of(session, select(Edition), edition.c.code, after=after, limit=limit)


async def get_edition(uow: UnitOfWork, code: str) -> Edition:
    """Returns the edition with this code. :raises NotFound: there is none."""
    uow.permit(POLICY, "read_editions")
    async with uow.reading() as session:
        found = await session.get(Edition, code)
    if found is None:
        raise NotFound(Edition.kind, code, states=Edition.STEPS)
    return found
