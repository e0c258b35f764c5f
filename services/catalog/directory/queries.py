"""Reading the directory."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Literal, TypeVar

from sqlalchemy import Column, Row, Select, Table, inspect, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.directory.domain import (
    Agency,
    Category,
    Entry,
    MergeableEntry,
    Team,
    TeamState,
    Township,
)
from services.catalog.directory.tables import agency, category, team, township
from services.catalog.policy import POLICY
from shared.db.paging import Listed, SortedBy, contains, counted_page_of
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import InvalidInput, NotFound
from shared.unit_of_work import Transaction, UnitOfWork

E = TypeVar("E", bound=Entry)

_TABLES: dict[type[Entry], Table] = {
    Agency: agency,
    Category: category,
    Team: team,
    Township: township,
}

MOST_IN_A_QUERY = 500
"""Codes or names."""

Sort = Literal["code", "name"]
"""By what a list of entries can be ordered."""


async def list_entries(
    uow: UnitOfWork, kind: type[E], *, q: str | None, sort: Sort, after: str | None, limit: int
) -> Listed[E]:
    """Returns a page of entries, whose names or codes contain ``q``; without those that were merged into others."""
    return await _page(
        uow, _unmerged(kind), _TABLES[kind], q=q, sort=sort, after=after, limit=limit
    )


async def list_teams(
    uow: UnitOfWork,
    *,
    q: str | None,
    sort: Sort,
    agency_code: str | None,
    state: TeamState | None,
    after: str | None,
    limit: int,
) -> Listed[Team]:
    """Returns a page of teams: of an agency, in a state, whose names or codes contain ``q``. Those that were merged
    into others are listed only if that is asked for."""
    query = _unmerged(Team) if state is None else select(Team).where(team.c.state == state)
    if agency_code is not None:
        query = query.where(team.c.agency_code == agency_code)
    return await _page(uow, query, team, q=q, sort=sort, after=after, limit=limit)


def _unmerged(kind: type[E]) -> Select[Any]:
    """Selects entries that were not merged into others."""
    query = select(kind)
    if issubclass(kind, MergeableEntry):
        query = query.where(_column(kind, "merged_into").is_(None))
    return query


async def _page(
    uow: UnitOfWork,
    query: Select[Any],
    table: Table,
    *,
    q: str | None,
    sort: Sort,
    after: str | None,
    limit: int,
) -> Listed[E]:
    uow.permit(POLICY, "read_directory")
    if q is not None:
        query = query.where(
            contains(q, table.c.name, table.c.name_en, table.c.code, table.c.spelling)
        )
    by = SortedBy(table.c.name) if sort == "name" else None
    async with uow.reading() as session:
        return await counted_page_of(session, query, table.c.code, after=after, limit=limit, by=by)


async def get_entry(uow: UnitOfWork, kind: type[E], code: str) -> E:
    """Returns the entry with this code. :raises NotFound: there is none."""
    uow.permit(POLICY, "read_directory")
    async with uow.reading() as session:
        found = await session.get(kind, code)
    if found is None:
        raise NotFound(kind.kind, code, states=kind.STEPS)
    return found


async def entries_of(session: AsyncSession, kind: type[E], codes: Collection[str]) -> dict[str, E]:
    """Returns those of ``codes`` that there are, each with its entry, which may be a service item too."""
    found: dict[str, E] = {}
    for some in some_of(codes):
        query = select(kind).where(_column(kind, "code").in_(some))
        found |= {entry.code: entry for entry in await session.scalars(query)}
    return found


async def codes_by_name(
    session: AsyncSession, kind: type[Entry], names: Collection[str]
) -> dict[str, list[str]]:
    """Returns the codes of the entries that have one of these names, by name; a merged one's name means the entry that
    stayed."""
    found: dict[str, list[str]] = {}
    for some in some_of(names):
        name, code = _column(kind, "name"), _column(kind, "code")
        query = _unmerged(kind).with_only_columns(name, code)
        for row in await session.execute(query.where(name.in_(some)).order_by(code)):
            found.setdefault(row.name, []).append(row.code)
    return found


def _column(kind: type[Entry], name: str) -> Column[Any]:
    column: Column[Any] = inspect(kind).local_table.c[name]
    return column


def some_of(values: Collection[str]) -> Iterator[list[str]]:
    """In parts that a query takes."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), MOST_IN_A_QUERY):
        yield ordered[start : start + MOST_IN_A_QUERY]


async def agencies_with_credit_code(session: AsyncSession, credit_code: str) -> dict[str, str]:
    """Returns the names of the agencies that have this credit code, by code."""
    query = select(agency.c.code, agency.c.name).where(
        agency.c.credit_code == credit_code, agency.c.merged_into.is_(None)
    )
    return {row.code: row.name for row in await session.execute(query)}


async def active_among(session: AsyncSession, codes: Collection[str]) -> set[str]:
    """Returns those of the ``codes`` whose teams are in the corps."""
    query = select(team.c.code).where(team.c.code.in_(codes), team.c.state == "active")
    return set(await session.scalars(query))


async def townships_among(session: AsyncSession, codes: Collection[str]) -> set[str]:
    """Returns those of the ``codes`` that townships have."""
    return set(await session.scalars(select(township.c.code).where(township.c.code.in_(codes))))


async def township_codes(session: AsyncSession, today: date) -> list[str]:
    """Returns the codes of all townships, each by the one that it has today."""
    query = select(township.c.code).where(
        or_(township.c.valid_from.is_(None), township.c.valid_from <= today),
        or_(township.c.valid_to.is_(None), township.c.valid_to >= today),
    )
    return list(await session.scalars(query.order_by(township.c.code)))


async def townships_to_hand_over(session: AsyncSession, today: date) -> list[str]:
    """Returns the codes of the townships that have another one since today or before, and still hold something."""
    query = select(township.c.code).where(
        township.c.new_code.is_not(None),
        township.c.is_former.is_(False),
        township.c.valid_to < today,
    )
    return list(await session.scalars(query.order_by(township.c.code)))


async def teams_serving(session: AsyncSession, township_code: str) -> list[str]:
    """Returns the codes of the teams whose area names the township."""
    found = await session.execute(select(team.c.code, team.c.area).order_by(team.c.code))
    return [row.code for row in found if township_code in row.area]


async def teams_of_agency(session: AsyncSession, agency_code: str) -> list[str]:
    """Returns the codes of the teams that an agency has, in order; without those that were merged into others."""
    query = _unmerged(Team).with_only_columns(team.c.code).where(team.c.agency_code == agency_code)
    return list(await session.scalars(query.order_by(team.c.code)))


async def unmerged_names(session: AsyncSession, kind: type[Entry]) -> Sequence[Row[Any]]:
    """Returns code, name and, of agencies, credit code of all entries of a kind that were not merged into others."""
    columns = [_column(kind, name) for name in ("code", "name")]
    if kind is Agency:
        columns.append(agency.c.credit_code)
    return (await session.execute(_unmerged(kind).with_only_columns(*columns))).all()


async def active_team_codes(session: AsyncSession) -> list[str]:
    """Returns the codes of the teams that are in the corps."""
    query = select(team.c.code).where(team.c.state == "active")
    return list(await session.scalars(query.order_by(team.c.code)))


async def require_known(
    tx: Transaction, kind: type[Aggregate], codes: Iterable[str], *, field: str
) -> None:
    """Checks that there are entries with these codes, and locks them.

    :raises InvalidInput: names those codes that no entry of the ``kind`` has, or one that was merged into another.
    """
    unknown: list[str] = []
    for code in codes:
        found = await tx.find(kind, code)
        if found is None:
            unknown.append(code)
        elif isinstance(found, MergeableEntry):
            found.require_choosable(field)
    if unknown:
        raise InvalidInput("unknown_code", field=field, kind=kind.kind, codes=", ".join(unknown))


async def names_of(
    session: AsyncSession, kind: type[Entry], codes: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Returns the Chinese and the English name of each entry with one of these codes."""
    table = _TABLES[kind]
    found = await session.execute(
        select(table.c.code, table.c.name, table.c.name_en).where(table.c.code.in_(codes))
    )
    return {row.code: (row.name, row.name_en) for row in found}


async def entries_by_code(
    session: AsyncSession, kind: type[E], codes: Collection[str]
) -> dict[str, E]:
    """Returns the entries of a kind with these codes, by code."""
    found = await session.scalars(select(kind).where(inspect(kind).primary_key[0].in_(codes)))
    return {entry.code: entry for entry in found}
