"""Reads corrections: those of a stop, and those that wait for the corps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.corrections.domain import Correction, Done
from services.dispatch.corrections.tables import correction
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import Assignment, Stop
from services.dispatch.stops.queries.first import first_booths_among
from services.dispatch.stops.queries.views import require_stop
from shared.kernel.errors import NotFound
from shared.tasks.kinds import Chosen, everything
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A correction as whoever asks may read it: the words are for the corps and the teams of the booth."""

    number: int
    assignment_id: str
    item_name: str
    item_name_en: str
    state: str
    before: Done
    after: Done
    reason_code: str
    reason: str | None
    made_at: datetime
    by: str | None
    decided_at: datetime | None
    decided_by: str | None
    refusal_code: str | None
    refusal: str | None


async def list_corrections(uow: UnitOfWork, stop_id: str) -> list[CorrectionView]:
    """Those of a stop, the latest first. :raises NotFound: there is none, or it does not concern whoever asks."""
    grant = uow.permit(POLICY, "read_stops")
    query = (
        select(Correction)
        .where(correction.c.stop_id == stop_id)
        .order_by(correction.c.number.desc())
    )
    async with uow.reading() as session:
        found = await session.get(Stop, stop_id)
        if found is None:
            raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
        require_stop(grant, found)
        corrections = (await session.scalars(query)).all()
    views = []
    for each in corrections:
        booth = found.assignment(each.assignment_id)
        teams = {each.before["team_code"], each.after["team_code"], booth.team_code}
        views.append(_view(each, booth, may_read=grant.covers(teams=teams)))
    return views


def _view(each: Correction, booth: Assignment, *, may_read: bool) -> CorrectionView:
    return CorrectionView(
        number=each.number,
        assignment_id=each.assignment_id,
        item_name=booth.item_name,
        item_name_en=booth.item_name_en,
        state=each.state,
        before=each.before,
        after=each.after,
        reason_code=each.reason_code,
        reason=each.reason if may_read else None,
        made_at=each.made_at,
        by=each.by,
        decided_at=each.decided_at,
        decided_by=each.decided_by,
        refusal_code=each.refusal_code,
        refusal=each.refusal if may_read else None,
    )


async def last_number(session: AsyncSession, stop_id: str) -> int:
    """How many corrections a stop has had, or was to have."""
    query = select(func.max(correction.c.number)).where(correction.c.stop_id == stop_id)
    return await session.scalar(query) or 0


async def waiting_for(session: AsyncSession, assignment_id: str) -> int | None:
    """The number of the correction of a booth that waits for the corps; None where none does."""
    number: int | None = await session.scalar(
        select(correction.c.number).where(
            correction.c.assignment_id == assignment_id, correction.c.state == "proposed"
        )
    )
    return number


async def first_waiting(
    session: AsyncSession, *, chosen: Chosen = everything, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """The first booths whose correction waits for the corps, in the order of time, and how many there are."""
    waiting = select(correction.c.assignment_id).where(correction.c.state == "proposed")
    return await first_booths_among(session, waiting, chosen=chosen, limit=limit)


async def stops_with_waiting(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Those of these stops at which a correction waits for the corps."""
    query = select(correction.c.stop_id).where(
        correction.c.stop_id.in_(ids), correction.c.state == "proposed"
    )
    return set(await session.scalars(query))
