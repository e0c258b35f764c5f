"""Reads of the directory: its lists, and what the other capabilities ask about townships, teams, items, campaigns."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.directory.tables import campaign, item, team, township
from services.dispatch.policy import POLICY
from shared.kernel.text import matched
from shared.unit_of_work import UnitOfWork

View = dict[str, Any]

BothNames = tuple[str, str]
"""A name in Chinese and in English."""


async def list_townships(
    uow: UnitOfWork, *, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    return await _list_copies(uow, township, after=after, limit=limit)


async def list_teams(
    uow: UnitOfWork, *, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    return await _list_copies(uow, team, after=after, limit=limit)


async def list_items(
    uow: UnitOfWork, *, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    return await _list_copies(uow, item, after=after, limit=limit)


async def _list_copies(
    uow: UnitOfWork, table: Table, *, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    """Rows of a table of copies, in the order of their codes."""
    uow.permit(POLICY, "read_supply")
    async with uow.reading() as session:
        query = select(table).order_by(table.c.code).limit(limit + 1)
        if after is not None:
            query = query.where(table.c.code > after)
        rows = [dict(row._mapping) for row in await session.execute(query)]
    return rows[:limit], rows[limit - 1]["code"] if len(rows) > limit else None


async def names_of_townships(
    session: AsyncSession, codes: Collection[str] | None = None
) -> dict[str, BothNames]:
    """By code; None stands for all townships. A township that is not known yet is left out."""
    return await _names(session, township, codes)


async def names_of_teams(
    session: AsyncSession, codes: Collection[str] | None = None
) -> dict[str, BothNames]:
    """By code; None stands for all teams. A team that is not known yet is left out."""
    return await _names(session, team, codes)


async def names_of_items(
    session: AsyncSession, codes: Collection[str] | None = None
) -> dict[str, BothNames]:
    """By code; None stands for all items. An item that is not known yet is left out."""
    return await _names(session, item, codes)


async def pictures_of_items(session: AsyncSession, codes: Collection[str]) -> dict[str, str]:
    """The ids of the pictures that catalog has of these items, by code; one without a picture is left out."""
    query = select(item.c.code, item.c.picture).where(
        item.c.code.in_(codes), item.c.picture.is_not(None)
    )
    return {row.code: row.picture for row in await session.execute(query)}


async def names_of_campaigns(
    session: AsyncSession, codes: Collection[str] | None = None
) -> dict[str, BothNames]:
    """By code; None stands for all campaigns. A campaign that is not known yet is left out."""
    return await _names(session, campaign, codes)


async def _names(
    session: AsyncSession, table: Table, codes: Collection[str] | None
) -> dict[str, BothNames]:
    query = select(table.c.code, table.c.name, table.c.name_en)
    rows = await session.execute(query if codes is None else query.where(table.c.code.in_(codes)))
    return {row.code: (row.name, row.name_en) for row in rows}


async def points_of_townships(session: AsyncSession) -> dict[str, tuple[float, float]]:
    """Latitude and longitude of each township's centre, in degrees (WGS-84), by code."""
    rows = await session.execute(select(township.c.code, township.c.lat, township.c.lon))
    return {row.code: (row.lat, row.lon) for row in rows}


async def open_campaigns(session: AsyncSession, today: date) -> dict[str, BothNames]:
    """Names of the campaigns that are open and not over, by code."""
    query = select(campaign.c.code, campaign.c.name, campaign.c.name_en).where(
        campaign.c.state == "open", campaign.c.ends_on >= today
    )
    return {row.code: (row.name, row.name_en) for row in await session.execute(query)}


async def campaign_of(session: AsyncSession, code: str) -> Row[Any] | None:
    """The campaign's row (code, name, name_en, starts_on, ends_on, state, themes, revision); None when it is not
    known yet."""
    return (await session.execute(select(campaign).where(campaign.c.code == code))).one_or_none()


async def all_campaigns(session: AsyncSession) -> list[Row[Any]]:
    """The rows of all campaigns (see :func:`campaign_of`), the latest first."""
    query = select(campaign).order_by(campaign.c.starts_on.desc(), campaign.c.code)
    return list(await session.execute(query))


async def active_teams(
    session: AsyncSession, among: Collection[str] | None = None
) -> list[Row[Any]]:
    """Code, members and area of the teams that have not left the corps, by code; None stands for all of them."""
    query = select(team.c.code, team.c.members, team.c.area)
    query = query.where(team.c.state == "active").order_by(team.c.code)
    return list(
        await session.execute(query if among is None else query.where(team.c.code.in_(among)))
    )


async def is_retired(session: AsyncSession, code: str) -> bool:
    """Whether a team has left the corps; not one that is unknown here."""
    return await session.scalar(select(team.c.state).where(team.c.code == code)) == "retired"


async def members_of(session: AsyncSession, code: str) -> int | None:
    """How many volunteers a team can send at once; None when it is not known yet."""
    members: int | None = await session.scalar(select(team.c.members).where(team.c.code == code))
    return members


async def items_by_team(session: AsyncSession) -> dict[str, set[str]]:
    """What each team offers."""
    offered: dict[str, set[str]] = {}
    for row in await session.execute(select(item.c.code, item.c.teams)):
        for code in row.teams:
            offered.setdefault(code, set()).add(row.code)
    return offered


async def teams_offering(session: AsyncSession, item_code: str) -> list[str]:
    return await session.scalar(select(item.c.teams).where(item.c.code == item_code)) or []


async def minutes_per_resident(
    session: AsyncSession, item_codes: Iterable[str]
) -> dict[str, int | None]:
    """How long one resident takes at a booth, in minutes; None where catalog does not say it."""
    query = select(item.c.code, item.c.minutes_per_resident).where(item.c.code.in_(item_codes))
    return {row.code: row.minutes_per_resident for row in await session.execute(query)}


async def demands_of_items(
    session: AsyncSession, item_codes: Iterable[str]
) -> dict[str, tuple[str | None, str | None, bool, bool]]:
    """What these items ask of volunteers, by code: the qualification as the item calls it and as it is compared,
    whether only adults serve, and whether a written agreement is needed."""
    query = select(
        item.c.code, item.c.qualification, item.c.adults_only, item.c.agreement_needed
    ).where(item.c.code.in_(item_codes))
    return {
        row.code: (
            row.qualification,
            matched(row.qualification) if row.qualification else None,
            row.adults_only,
            row.agreement_needed,
        )
        for row in await session.execute(query)
    }


async def provisions_of_items(
    session: AsyncSession, item_codes: Iterable[str]
) -> dict[str, list[str]]:
    """What a township provides for each of these items; items that ask for nothing are left out."""
    query = select(item.c.code, item.c.township_provides).where(item.c.code.in_(item_codes))
    return {
        row.code: row.township_provides
        for row in await session.execute(query)
        if row.township_provides
    }


async def weekly_capacities(session: AsyncSession, item_codes: Iterable[str]) -> dict[str, int]:
    """How often those of these items that have a limit may be served from Monday to Sunday."""
    query = select(item.c.code, item.c.weekly_capacity).where(
        item.c.code.in_(item_codes), item.c.weekly_capacity.is_not(None)
    )
    return {row.code: row.weekly_capacity for row in await session.execute(query)}
