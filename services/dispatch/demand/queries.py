"""Reads of the lines of accepted orders."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.demand.tables import demand_line
from services.dispatch.policy import POLICY
from shared.db.paging import first_and_count
from shared.db.reach import within
from shared.tasks.kinds import Chosen, everything
from shared.unit_of_work import UnitOfWork

View = dict[str, Any]

Lines = dict[str, Row[Any]]
"""Rows of ``demand_line`` by line id."""

AT_ONCE = 10_000
"""Ids in one query: drivers take some ten thousand parameters."""


async def list_demand(
    uow: UnitOfWork, *, campaign_id: str | None, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    grant = uow.permit(POLICY, "read_demand")
    async with uow.reading() as session:
        query = select(demand_line).where(within(grant, township=demand_line.c.township_code))
        query = query.order_by(demand_line.c.line_id).limit(limit + 1)
        if campaign_id is not None:
            query = query.where(demand_line.c.campaign_id == campaign_id)
        if after is not None:
            query = query.where(demand_line.c.line_id > after)
        rows = [dict(row._mapping) for row in await session.execute(query)]
    return rows[:limit], rows[limit - 1]["line_id"] if len(rows) > limit else None


async def count_lines(session: AsyncSession) -> dict[str, dict[str, int]]:
    """How many lines each campaign has, by campaign and state."""
    query = select(demand_line.c.campaign_id, demand_line.c.state, func.count().label("lines"))
    counted: dict[str, dict[str, int]] = {}
    for row in await session.execute(
        query.group_by(demand_line.c.campaign_id, demand_line.c.state)
    ):
        counted.setdefault(row.campaign_id, {})[row.state] = row.lines
    return counted


async def lines_of_campaign(
    session: AsyncSession,
    campaign_id: str,
    states: Sequence[str],
    *,
    after: str | None = None,
    limit: int | None = None,
) -> Lines:
    """The campaign's lines in one of these states, by id: ``limit`` of them, or all, from behind ``after`` on."""
    query = select(demand_line).where(
        demand_line.c.campaign_id == campaign_id, demand_line.c.state.in_(states)
    )
    if after is not None:
        query = query.where(demand_line.c.line_id > after)
    query = query.limit(limit)
    return {
        row.line_id: row for row in await session.execute(query.order_by(demand_line.c.line_id))
    }


async def first_open_lines(
    session: AsyncSession,
    campaigns: Collection[str],
    *,
    chosen: Chosen = everything,
    limit: int,
) -> tuple[Sequence[Row[Any]], int]:
    """The first lines of these campaigns that no published plan serves, by id, and how many there are. ``chosen``
    restricts them by their orders."""
    query = select(demand_line).where(
        demand_line.c.campaign_id.in_(campaigns),
        demand_line.c.state == "open",
        chosen(demand_line.c.order_id),
    )
    return await first_and_count(session, query.order_by(demand_line.c.line_id), limit=limit)


async def orders_with_open_lines(
    session: AsyncSession, campaigns: Collection[str], order_ids: Collection[str]
) -> set[str]:
    """Those of these orders that have a line in one of these campaigns that no published plan serves."""
    query = select(demand_line.c.order_id).where(
        demand_line.c.order_id.in_(order_ids),
        demand_line.c.campaign_id.in_(campaigns),
        demand_line.c.state == "open",
    )
    return set(await session.scalars(query))


async def lines_by_id(session: AsyncSession, line_ids: Iterable[str]) -> Lines:
    """The lines with these ids, in whatever state; those that never existed are left out."""
    found: Lines = {}
    ids = sorted(set(line_ids))
    for begin in range(0, len(ids), AT_ONCE):
        some = ids[begin : begin + AT_ONCE]
        rows = await session.execute(select(demand_line).where(demand_line.c.line_id.in_(some)))
        found |= {row.line_id: row for row in rows}
    return found


async def lines_of_order(session: AsyncSession, order_id: str) -> Lines:
    """The lines of an order, in whatever state."""
    found = await session.execute(select(demand_line).where(demand_line.c.order_id == order_id))
    return {row.line_id: row for row in found}


async def is_line_of(session: AsyncSession, campaign_id: str, line_id: str) -> bool:
    query = select(demand_line.c.line_id).where(
        demand_line.c.campaign_id == campaign_id, demand_line.c.line_id == line_id
    )
    return await session.scalar(query) is not None


def volunteers_for(row: Row[Any]) -> int:
    """How many volunteers a line's booth is planned with."""
    return int(max(row.volunteers, row.sized or 0))


async def days_ruled_out(session: AsyncSession, line_ids: Collection[str]) -> set[str]:
    """The days that at least one of these lines rules out, in ISO 8601."""
    query = select(demand_line.c.ruled_out_on).where(demand_line.c.line_id.in_(line_ids))
    return {day for days in await session.scalars(query) for day in days}
