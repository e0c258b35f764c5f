"""Reads what townships get ready for stops."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.directory.queries import provisions_of_items
from services.dispatch.policy import POLICY
from services.dispatch.preparation.domain import Preparation
from services.dispatch.preparation.tables import preparation
from services.dispatch.stops.domain.stop import Stop
from services.dispatch.stops.queries.lookups import stops_between
from services.dispatch.stops.queries.views import require_stop
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

View = dict[str, Any]
AHEAD = timedelta(days=14)


async def get_preparation(uow: UnitOfWork, stop_id: str) -> View:
    """What the items at a stop ask its township for, for which of them, and what is ready.

    :raises NotFound: there is no such stop, or it does not concern whoever asks.
    """
    grant = uow.permit(POLICY, "read_stops")
    async with uow.reading() as session:
        stop = await session.get(Stop, stop_id)
        if stop is None:
            raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
        require_stop(grant, stop)
        (wanted,) = await wanted_at(session, [stop])
        kept: Preparation | None = await session.scalar(
            select(Preparation).where(preparation.c.stop_id == stop_id)
        )
    ready = kept.ready_for(stop.half_day) if kept is not None else frozenset()
    names = {each.item_code: (each.item_name, each.item_name_en) for each in stop.assignments}
    return {
        "said_on": kept.said_on if kept is not None and ready else None,
        "is_open": stop.state == "planned" and stop.on >= uow.today(),
        "provisions": [
            {
                "code": code,
                "is_ready": code in ready,
                "items": [
                    {"item_name": names[item][0], "item_name_en": names[item][1]} for item in items
                ],
            }
            for code, items in wanted.items()
        ],
    }


async def wanted_at(session: AsyncSession, stops: Sequence[Stop]) -> list[dict[str, list[str]]]:
    """For each of these stops, what its township has to provide, with the items that ask for it."""
    items = {entry.item_code for stop in stops for entry in stop.assignments}
    provisions = await provisions_of_items(session, items)
    found = []
    for stop in stops:
        wanted: dict[str, list[str]] = {}
        held = [entry for entry in stop.assignments if entry.is_live or entry.is_done]
        for item in sorted({entry.item_code for entry in held}):
            for code in provisions.get(item, ()):
                wanted.setdefault(code, []).append(item)
        found.append(wanted)
    return found


async def unprepared(
    session: AsyncSession, first: date, last: date, townships: Collection[str] | None = None
) -> list[tuple[Stop, list[str]]]:
    """The planned stops from ``first`` to ``last`` for which something is not ready, with what that is; ``townships``:
    only at these."""
    stops = await stops_between(session, first, last, townships)
    query = select(Preparation).where(preparation.c.stop_id.in_([stop.id for stop in stops]))
    kept = {each.stop_id: each for each in await session.scalars(query)}
    found = []
    for stop, wanted in zip(stops, await wanted_at(session, stops), strict=True):
        ready = kept[stop.id].ready_for(stop.half_day) if stop.id in kept else frozenset()
        if missing := sorted(wanted.keys() - ready):
            found.append((stop, missing))
    return found
