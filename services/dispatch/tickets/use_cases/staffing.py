"""The loop that 2014 lacked: what a queue measured sizes the next booths for its item, and the plan is repaired."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, select

from services.dispatch.demand.queries import lines_by_id
from services.dispatch.demand.use_cases import size_line
from services.dispatch.plans.use_cases.runs import queue_repairs
from services.dispatch.policy import POLICY
from services.dispatch.stops.queries.lookups import booths_to_come
from services.dispatch.tickets.domain.sizing import size
from services.dispatch.tickets.queries import measurements, spare_members
from services.dispatch.tickets.tables import staffing
from shared.kernel.errors import NotFound
from shared.unit_of_work import Transaction, UnitOfWork

MEASURED_FOR = timedelta(days=365)


async def look_for_staffing(uow: UnitOfWork) -> int:
    """Sizes all booths that are planned, by the queues of the last year; returns for how many more volunteers are
    proposed that were not before."""
    uow.permit(POLICY, "change_staffing")
    async with uow.transaction() as tx:
        return await size_booths(tx)


async def see_to_staffing(uow: UnitOfWork) -> None:
    """As a new business day does it: other booths are planned, and other queues are old."""
    async with uow.transaction() as tx:
        await size_booths(tx)


async def decline_staffing(uow: UnitOfWork, line_id: str) -> None:
    """The booth stays as it is planned; it is proposed again only if still more are needed.

    :raises NotFound: nothing is proposed for this line.
    """
    uow.permit(POLICY, "change_staffing")
    async with uow.transaction() as tx:
        declined = await tx.session.execute(
            staffing.update()
            .where(staffing.c.line_id == line_id)
            .values(state="declined")
            .returning(staffing.c.campaign_id)
        )
        campaign_id = declined.scalar()
        if campaign_id is None:
            raise NotFound("staffing", line_id)
        await size_line(tx, line_id, None)
        tx.note("staffing", line_id, state="declined")
        queue_repairs(tx, [campaign_id])


async def size_booths(tx: Transaction, item_code: str | None = None) -> int:
    """Proposes more volunteers for the booths to come whose expected wait is beyond the target, and queues a repair of
    their plans, in which they have as many. A booth that needs no more is proposed no more. Returns for how many booths
    it did."""
    await tx.lock_service()
    measured = await measurements(tx.session, tx.now - MEASURED_FOR, item_code)
    rows = await booths_to_come(tx.session, set(measured), tx.today)
    lines = await lines_by_id(tx.session, [row.line_id for row in rows])
    known = {
        row.line_id: row
        for row in await tx.session.execute(
            select(staffing).where(staffing.c.line_id.in_(sorted(lines)))
        )
    }
    changed: list[str] = []
    for row in rows:
        line, before = lines[row.line_id], known.get(row.line_id)
        found = measured[row.item_code]
        arrivals = found.arrivals_for(line.expected_attendance)
        if not arrivals:
            continue
        spare = await spare_members(tx.session, row)
        sized = size(
            row.volunteers, arrivals, found.service_minutes, found.arrival_minutes, most=spare
        )
        if sized.volunteers <= row.volunteers:
            if before is not None and line.sized is None:
                await _forget(tx, [row.line_id])
            continue
        if before is not None and before.to_volunteers >= sized.volunteers:
            continue
        await _forget(tx, [row.line_id])
        await tx.session.execute(
            staffing.insert().values(
                line_id=row.line_id,
                campaign_id=line.campaign_id,
                item_code=row.item_code,
                from_volunteers=row.volunteers,
                needed=sized.needed,
                to_volunteers=sized.volunteers,
                wait_now=sized.wait_now,
                wait_then=sized.wait_then,
                arrivals=arrivals,
                minutes_per_resident=found.minutes_per_resident,
                queues=found.queues,
                measured_wait=found.mean_wait_minutes,
                state="open",
                made_on=tx.today,
            )
        )
        await size_line(tx, row.line_id, sized.volunteers)
        changed.append(line.campaign_id)
    queue_repairs(tx, changed)
    return len(changed)


async def _forget(tx: Transaction, line_ids: Collection[str]) -> None:
    await tx.session.execute(delete(staffing).where(staffing.c.line_id.in_(line_ids)))
