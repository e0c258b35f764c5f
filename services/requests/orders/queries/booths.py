"""Reads the booths of orders: what a team did for a line at a stop."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.orders.tables import order_line, service_order


@dataclass(frozen=True, slots=True)
class Booth:
    """A booth that is to come or was there."""

    assignment_id: str
    order_id: str
    line_id: str
    stop_id: str
    township_code: str
    campaign_id: str
    place: str
    team_code: str
    item_code: str
    name: str
    name_en: str
    on: date
    part: str


async def booths_at(session: AsyncSession, stop_id: str) -> list[Booth]:
    """Returns the booths of a stop that stand, in the order of their ids."""
    return await _booths(session, stop_id=stop_id)


async def booth_of(
    session: AsyncSession, assignment_id: str, *, hold: bool = False
) -> Booth | None:
    """Returns the booth of an assignment; None where no line has it any more. With ``hold``, its team and its
    township stay the same until the transaction ends."""
    if hold:  # the order first, as everywhere; a statement of its own, so that the next reads what it says by then
        of_order = select(order_line.c.order_id).where(order_line.c.assignment_id == assignment_id)
        order = select(service_order.c.id).where(service_order.c.id.in_(of_order))
        await session.execute(order.with_for_update(read=True))
    found = await _booths(session, hold=hold, assignment_id=assignment_id)
    return found[0] if found else None


async def _booths(session: AsyncSession, *, hold: bool = False, **named: str) -> list[Booth]:
    query = (
        select(
            order_line.c.assignment_id,
            order_line.c.order_id,
            order_line.c.id.label("line_id"),
            order_line.c.stop_id,
            service_order.c.township_code,
            service_order.c.campaign_id,
            service_order.c.place,
            order_line.c.team_code,
            order_line.c.item_code,
            order_line.c.name,
            order_line.c.name_en,
            order_line.c.on,
            order_line.c.part,
        )
        .join(service_order, service_order.c.id == order_line.c.order_id)
        .where(
            order_line.c.state.in_(("scheduled", "served")),
            *(order_line.c[name] == value for name, value in named.items()),
        )
        .order_by(order_line.c.assignment_id)
    )
    if hold:
        query = query.with_for_update(read=True, of=order_line)
    return [Booth(**row._mapping) for row in await session.execute(query)]
