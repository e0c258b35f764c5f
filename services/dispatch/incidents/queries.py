"""Reads incidents: those of a stop, and those that the corps has to see to."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.incidents.domain import Incident
from services.dispatch.incidents.tables import incident
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import Stop
from services.dispatch.stops.queries.first import first_stops_among
from services.dispatch.stops.queries.views import require_stop
from shared.kernel.errors import NotFound
from shared.tasks.kinds import Chosen, everything
from shared.unit_of_work import UnitOfWork


async def list_incidents(uow: UnitOfWork, stop_id: str) -> list[Incident]:
    """Those of a stop, the latest first: for the corps all of them, for a team or a township what it noted.

    :raises NotFound: there is no such stop, or it does not concern whoever asks.
    """
    grant = uow.permit(POLICY, "read_incidents")
    query = select(Incident).where(incident.c.stop_id == stop_id).order_by(incident.c.number.desc())
    async with uow.reading() as session:
        stop = await session.get(Stop, stop_id)
        if stop is None:
            raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
        require_stop(grant, stop)
        found = list(await session.scalars(query))
    return [
        each
        for each in found
        if (
            grant.covers(teams=[each.team_code])
            if each.team_code is not None
            else grant.covers(township=stop.township_code)
        )
    ]


async def last_number(session: AsyncSession, stop_id: str) -> int:
    query = select(func.max(incident.c.number)).where(incident.c.stop_id == stop_id)
    return await session.scalar(query) or 0


async def first_with_open(
    session: AsyncSession, *, chosen: Chosen = everything, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """The first stops with incidents that nobody has seen to, in the order of time, and how many there are."""
    stops = select(incident.c.stop_id).where(incident.c.state == "open")
    return await first_stops_among(session, stops, chosen=chosen, limit=limit)


async def stops_with_open(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Those of these stops at which there is an incident that nobody has seen to."""
    query = select(incident.c.stop_id).where(
        incident.c.stop_id.in_(ids), incident.c.state == "open"
    )
    return set(await session.scalars(query))
