"""Reading the directory."""

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import Column, select

from services.catalog.directory.domain import Agency, Category, Entry, Team, Township
from services.catalog.directory.tables import agency, category, team, township
from services.catalog.policy import POLICY
from shared.db.paging import page_of
from shared.kernel.errors import InvalidInput, NotFound
from shared.unit_of_work import Transaction, UnitOfWork

E = TypeVar("E", bound=Entry)

_CODES: dict[type[Entry], Column[str]] = {
    Agency: agency.c.code,
    Category: category.c.code,
    Team: team.c.code,
    Township: township.c.code,
}


async def list_entries(
    uow: UnitOfWork, kind: type[E], *, after: str | None, limit: int
) -> tuple[list[E], str | None]:
    """Returns a page of entries in the order of their codes, and the code to go on from."""
    uow.permit(POLICY, "read_directory")
    async with uow.reading() as session:
        return await page_of(session, select(kind), _CODES[kind], after=after, limit=limit)


async def get_entry(uow: UnitOfWork, kind: type[E], code: str) -> E:
    """Returns the entry with this code. :raises NotFound: there is none."""
    uow.permit(POLICY, "read_directory")
    async with uow.reading() as session:
        found = await session.get(kind, code)
    if found is None:
        raise NotFound(kind.kind, code, states=kind.STEPS)
    return found


async def require_known(
    tx: Transaction, kind: type[Entry], codes: Iterable[str], *, field: str
) -> None:
    """Checks that there are entries with these codes, and locks them.

    :raises InvalidInput: names those codes that no entry of the ``kind`` has.
    """
    unknown = [code for code in codes if await tx.find(kind, code) is None]
    if unknown:
        raise InvalidInput("unknown_code", field=field, kind=kind.kind, codes=", ".join(unknown))
