"""Weeks in which an item is served as often as it can be."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.menu.domain import Edition
from services.requests.orders.tables import order_line
from shared.kernel.doubts import Doubts

TAKEN = ("scheduled", "served")


async def doubt_full_weeks(
    session: AsyncSession,
    edition: Edition,
    item_codes: Collection[str],
    wished_on: Collection[date],
    doubts: Doubts,
) -> None:
    """Adds a doubt for each wished day whose week, Monday to Sunday, is full of one of the items: plans have put as
    many of it there as its weekly capacity allows."""
    limited = edition.limited(item_codes) if wished_on else []
    for number, day in enumerate(wished_on):
        monday = day - timedelta(days=day.weekday())
        sunday = monday + timedelta(days=6)
        for dish in limited:
            most = dish["weekly_capacity"] or 0
            taken = await _taken(session, dish["item_code"], monday, sunday)
            if taken >= most:
                doubts.add(
                    "week_is_full",
                    f"wished_on[{number}]",
                    day=day,
                    item={"zh-CN": dish["name"], "en": dish["name_en"]},
                    most=most,
                    first=monday,
                    last=sunday,
                )


async def _taken(session: AsyncSession, item_code: str, first: date, last: date) -> int:
    query = select(func.count()).where(
        order_line.c.item_code == item_code,
        order_line.c.on.between(first, last),
        order_line.c.state.in_(TAKEN),
    )
    return await session.scalar(query) or 0
