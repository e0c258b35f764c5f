"""Copies what dispatch says: hours, and who stands at which booth."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from services.catalog.records.tables import service_record, stop_booth
from shared.contracts.dispatch import AssignmentEvent, HoursEvent, RosterChanged
from shared.kernel.clock import Clock
from shared.privacy.retention import Prune, by_business_time, older_than
from shared.unit_of_work import Transaction

BOOTHS_KEPT = timedelta(days=60)
"""From their day on: a booth is reported within ten working days, and what hours were is settled after that, by the
sheet that was signed."""


async def keep_record(
    tx: Transaction,
    event: HoursEvent,
    *,
    counts: bool = True,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> None:
    """Stores what an event says; an older one changes nothing."""
    key = service_record.c.hours_id == event.hours_id
    known = await tx.session.scalar(select(service_record.c.revision).where(key).with_for_update())
    if known is not None and known >= event.hours_revision:
        return
    row = {
        "hours_id": event.hours_id,
        "revision": event.hours_revision,
        "counts": counts,
        "volunteer_no": event.volunteer_no,
        "team_code": event.team_code,
        "on": event.on,
        "said_at": tx.business_now,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "minutes": event.minutes,
        "evidence": event.evidence,
        "item_name": event.item_name,
        "item_name_en": event.item_name_en,
        "place": event.place,
        "township_code": event.township_code,
    }
    if known is None:
        await tx.session.execute(insert(service_record).values(**row))
    else:
        await tx.session.execute(update(service_record).where(key).values(**row))


async def keep_booth(tx: Transaction, event: AssignmentEvent) -> None:
    """Stores that a team is to stand at a booth. Where it is known it is on another half-day now, and who stands there
    is said by the next event of its roster."""
    await _put_booth(tx, event, {})


async def keep_roster(tx: Transaction, event: RosterChanged) -> None:
    """Stores who stands at a booth; an older event changes nothing. The roster of a booth that was given up says
    nothing new: the booth is gone, or goes with the next event."""
    if event.reason_code == "booth_released":
        return
    of_booth = stop_booth.c.assignment_id == event.assignment_id
    known = await tx.session.scalar(select(stop_booth.c.revision).where(of_booth))
    if known is not None and known >= event.revision:
        return
    said = {
        "volunteer_nos": list(event.volunteer_nos),
        "standby_nos": list(event.standby_nos),
        "revision": event.revision,
    }
    await _put_booth(tx, event, said)


async def drop_booth(tx: Transaction, assignment_id: str) -> None:
    """Nobody of the team is to stand there any more."""
    gone = delete(stop_booth).where(stop_booth.c.assignment_id == assignment_id)
    await tx.session.execute(gone)


async def _put_booth(tx: Transaction, event: AssignmentEvent, roster: dict[str, Any]) -> None:
    row = {
        "stop_id": event.stop_id,
        "on": event.on,
        "part": event.part,
        "place": event.place,
        "township_code": event.township_code,
        "item_name": event.item_name,
        "item_name_en": event.item_name_en,
        "team_code": event.team_code,
        "volunteers": event.volunteers,
        **roster,
    }
    of_booth = stop_booth.c.assignment_id == event.assignment_id
    if await tx.session.scalar(select(stop_booth.c.stop_id).where(of_booth).with_for_update()):
        await tx.session.execute(update(stop_booth).where(of_booth).values(**row))
        return
    nobody = {"volunteer_nos": [], "standby_nos": [], "revision": 0}
    new = nobody | row | {"assignment_id": event.assignment_id}
    await tx.session.execute(insert(stop_booth).values(**new))


def old_booths(clock: Clock) -> Prune:
    """Deletes booths whose day is longer ago than :data:`BOOTHS_KEPT`."""
    return by_business_time(older_than(stop_booth.c.on, BOOTHS_KEPT), clock)
