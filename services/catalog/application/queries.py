"""What catalog can be asked."""

from typing import TypeVar

from sqlalchemy import inspect, select

from services.catalog.application.policy import POLICY
from services.catalog.domain.campaign import Campaign
from services.catalog.domain.directory import Entry
from services.catalog.domain.edition import Edition
from shared.db.paging import page_of
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

A = TypeVar("A", bound=Aggregate)


async def list_entries(
    uow: UnitOfWork, kind: type[Entry] | type[Campaign] | type[Edition], *, after: str | None, limit: int
) -> tuple[list[Entry | Campaign | Edition], str | None]:
    """Entries in the order of their codes, and the code to go on from."""
    uow.permit(POLICY, _action(kind))
    async with uow.reading() as session:
        return await page_of(session, select(kind), inspect(kind).columns.code, after=after, limit=limit)


async def get_entry(uow: UnitOfWork, kind: type[A], code: str) -> A:
    """:raises NotFound: there is none under this code."""
    uow.permit(POLICY, _action(kind))
    async with uow.reading() as session:
        found = await session.get(kind, code)
    if found is None:
        raise NotFound(kind.kind, code, states=kind.STEPS)
    return found


def _action(kind: type[Aggregate]) -> str:
    return {Edition: "read_editions", Campaign: "read_campaigns"}.get(kind, "read_directory")
