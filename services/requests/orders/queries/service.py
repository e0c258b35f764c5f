"""What was served, by month, and what still waits or is to come."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.orders.tables import last_served, order_line, service_month


class Served(NamedTuple):
    """What a township got of an item in some time: booths, residents, the last day, and how often each score from 1 to
    5 was given."""

    township_code: str
    item_code: str
    services: int
    residents: int
    last_on: date
    scores: tuple[int, int, int, int, int]


class Covered(NamedTuple):
    """What a township got of an item: booths and residents since some month, and the last day of all."""

    township_code: str
    item_code: str
    services: int
    residents: int
    last_on: date


class InHand(NamedTuple):
    """What a township ordered of an item and has not had yet: lines without a day, since when the first of them was
    ordered, lines with a day, and the first of these days."""

    township_code: str
    item_code: str
    waiting: int
    since: date | None
    scheduled: int
    next_on: date | None


class Waiting(NamedTuple):
    """Lines of one item, township, state and reason that were not served yet: how many, since when the first of them
    was ordered, and the first day on which one is to be served."""

    township_code: str
    item_code: str
    state: str
    reason_code: str | None
    lines: int
    since: date | None
    next_on: date | None


async def list_covered(session: AsyncSession, since: date) -> Sequence[Covered]:
    """What every township got of every item, counted from ``since``, the first day of a month, in no order."""
    month, last = service_month.c, last_served.c
    recent = (
        select(
            month.township_code,
            month.item_code,
            func.sum(month.services),
            func.sum(month.residents),
        )
        .where(month.month >= since)
        .group_by(month.township_code, month.item_code)
    )
    counted = {(row[0], row[1]): (row[2], row[3]) for row in await session.execute(recent)}
    ever = select(last.township_code, last.item_code, last.on)
    return [
        Covered(row[0], row[1], *counted.get((row[0], row[1]), (0, 0)), row[2])
        for row in await session.execute(ever)
    ]


async def list_in_hand(session: AsyncSession) -> Sequence[InHand]:
    """What every township ordered and has not had yet, of orders that are not over, by item, in no order."""
    line = order_line.c
    has_day = line.state == "scheduled"
    query = (
        select(
            line.township_code,
            line.item_code,
            func.count().filter(~has_day),
            func.min(line.ordered_on).filter(~has_day),
            func.count().filter(has_day),
            func.min(line.on).filter(has_day),
        )
        .where(line.township_code.is_not(None))
        .group_by(line.township_code, line.item_code)
    )
    return [InHand(*row) for row in await session.execute(query)]


async def list_served(
    session: AsyncSession, *within: ColumnElement[bool], campaign_id: str
) -> Sequence[Served]:
    """What was served in a campaign, in no order; ``within`` are conditions on :data:`TOWNSHIP_SERVED`."""
    month = service_month.c
    scores = (month[f"rated_{score}"] for score in range(1, 6))
    query = (
        select(
            month.township_code,
            month.item_code,
            func.sum(month.services),
            func.sum(month.residents),
            func.max(month.last_on),
            *(func.sum(score) for score in scores),
        )
        .where(month.campaign_id == campaign_id, *within)
        .group_by(month.township_code, month.item_code)
    )
    return [
        Served(row[0], row[1], row[2], row[3], row[4], tuple(row[5:10]))
        for row in await session.execute(query)
    ]


async def list_waiting(
    session: AsyncSession, *within: ColumnElement[bool], campaign_id: str
) -> Sequence[Waiting]:
    """What was ordered in a campaign and not served yet, of orders that are not over, in no order; ``within`` are
    conditions on :data:`TOWNSHIP_ORDERED`."""
    line = order_line.c
    by = (line.township_code, line.item_code, line.state, line.unserved_reason)
    query = (
        select(
            *by,
            func.count().label("lines"),
            func.min(line.ordered_on).label("since"),
            func.min(line.on).label("next_on"),
        )
        .where(line.township_code.is_not(None), line.campaign_id == campaign_id, *within)
        .group_by(*by)
    )
    return [Waiting(*row) for row in await session.execute(query)]


TOWNSHIP_SERVED = service_month.c.township_code
TOWNSHIP_ORDERED = order_line.c.township_code
