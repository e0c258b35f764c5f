"""From the archive to the lanes: each event becomes a delivery for every subscription that is told of it."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.archive.domain import Archived
from services.notify.archive.queries import newest_position, read_archive
from services.notify.subscribers.domain.disclosure import Disclosure
from services.notify.subscribers.domain.lane import MOST_PENDING, OPEN_STATES
from services.notify.subscribers.queries.events import (
    PAGE,
    Granted,
    disclosures,
    told,
    webhook_id_of,
)
from services.notify.subscribers.tables import delivery, lane, subscription
from shared.cache.port import Cache
from shared.db.bulk_insert import insert_rows
from shared.unit_of_work import Transaction, UnitOfWork

WEBHOOK_TOPIC = "webhooks"
"""Signalled when there may be something to send."""


@dataclass(frozen=True, slots=True)
class Open:
    """A lane that can take more."""

    id: str
    subscription_id: str
    cursor: int
    until: int | None
    types: frozenset[str]
    granted: Granted

    def takes(self, event: Archived) -> bool:
        return event.position > self.cursor and (self.until is None or event.position <= self.until)


async def fan_out(uow: UnitOfWork, cache: Cache) -> bool:
    """Takes a page of the archive for the lanes that are farthest, and one for others that are behind, so that whoever
    reads the whole history holds up nobody. Returns whether there was anything.

    Lanes' cursors move in the transaction that makes the deliveries, so that each event becomes one delivery of a
    lane, however often and in however many processes this runs.

    :raises Unsettled: see :func:`read_archive`.
    """
    async with uow.reading() as session:
        lanes = await _open_lanes(session)
    cursors = {each.cursor for each in lanes}
    if not cursors:
        return False
    farthest = max(cursors)
    behind = sorted(cursors - {farthest})
    chosen = [farthest, *([secrets.choice(behind)] if behind else [])]
    moved = [await _fan_out_behind(uow, cache, cursor, lanes) for cursor in chosen]
    return any(moved)


async def _open_lanes(session: AsyncSession) -> list[Open]:
    query = (
        select(
            lane.c.id,
            lane.c.subscription_id,
            lane.c.cursor,
            lane.c.until,
            subscription.c.types,
            subscription.c.townships,
            subscription.c.person_numbers,
        )
        .join(subscription, subscription.c.id == lane.c.subscription_id)
        .where(
            subscription.c.state == "active",
            lane.c.state.in_(OPEN_STATES),
            lane.c.pending < MOST_PENDING,
            lane.c.cursor < func.coalesce(lane.c.until, await newest_position(session)),
        )
    )
    return [_opened(row) for row in await session.execute(query)]


def _opened(row: Row[*tuple[Any, ...]]) -> Open:
    granted = (frozenset(row.townships), row.person_numbers)
    return Open(row.id, row.subscription_id, row.cursor, row.until, frozenset(row.types), granted)


async def _fan_out_behind(
    uow: UnitOfWork, cache: Cache, cursor: int, lanes: Collection[Open]
) -> bool:
    async with uow.reading() as session:
        page = await read_archive(session, after=cursor, limit=PAGE)
        if not page:
            return False
        last = page[-1].position
        served = {each.id: each for each in lanes if cursor <= each.cursor < last}
        granted = await disclosures(session, {each.granted for each in served.values()})
    rows = _deliveries(page, served.values(), granted)
    async with uow.transaction() as tx:
        unmoved = await _lock(tx, served)
        ours = [row for row in rows if row["lane_id"] in unmoved]
        for row in ours:
            row["made_at"] = row["next_at"] = tx.now
        if ours:
            await tx.session.run_sync(
                lambda session: insert_rows(session.connection(), {delivery: ours})
            )
        await _move(tx, unmoved, last, Counter(row["lane_id"] for row in ours))
        tx.after_commit(cache.signal, WEBHOOK_TOPIC)
    return True


def _deliveries(
    page: Sequence[Archived], lanes: Collection[Open], granted: Mapping[Granted, Disclosure]
) -> list[dict[str, Any]]:
    takers: defaultdict[str, list[Open]] = defaultdict(list)
    for each in lanes:
        for event_type in each.types:
            takers[event_type].append(each)
    rows = []
    for event in page:
        bodies: dict[Granted, bytes | None] = {}
        for each in takers.get(event.type, ()):
            if not each.takes(event):
                continue
            if each.granted not in bodies:
                bodies[each.granted] = told(event, granted[each.granted])
            if (body := bodies[each.granted]) is not None:
                rows.append(delivery_row(each.id, each.subscription_id, event, body))
    return rows


def delivery_row(
    lane_id: str, subscription_id: str, event: Archived, body: bytes
) -> dict[str, Any]:
    return {
        "lane_id": lane_id,
        "subscription_id": subscription_id,
        "position": event.position,
        "webhook_id": webhook_id_of(event),
        "type": event.type,
        "stream": "/".join(event.stream),
        "body": body,
        "state": "pending",
        "attempts": 0,
        "next_at": None,
        "status": None,
        "error": None,
        "made_at": None,
        "tried_at": None,
    }


async def _lock(tx: Transaction, lanes: Mapping[str, Open]) -> dict[str, Open]:
    """Locks the lanes in the order of their ids; returns those that nobody has moved or ended meanwhile."""
    query = (
        select(lane.c.id, lane.c.cursor)
        .where(lane.c.id.in_(lanes), lane.c.state.in_(OPEN_STATES))
        .order_by(lane.c.id)
        .with_for_update()
    )
    rows = await tx.session.execute(query)
    return {row.id: lanes[row.id] for row in rows if row.cursor == lanes[row.id].cursor}


async def _move(
    tx: Transaction, lanes: Mapping[str, Open], last: int, new: Mapping[str, int]
) -> None:
    """Moves cursors. A lane with something new, or at its end, is due at once, unless a worker has it: who looks again
    before leaving."""
    ended = {key for key, each in lanes.items() if each.until is not None and each.until <= last}
    still = [key for key in lanes if key not in new and key not in ended]
    if still:
        await tx.session.execute(
            update(lane).where(lane.c.id.in_(still)).values(cursor=last, version=lane.c.version + 1)
        )
    changed = [
        {"key": key, "to": lanes[key].until if key in ended else last, "more": new.get(key, 0)}
        for key in sorted({*new, *ended})
    ]
    if changed:
        is_idle = (lane.c.state == "queued") & (
            lane.c.due_at.is_(None) | (lane.c.failures == 0) & (lane.c.due_at > tx.now)
        )
        await tx.session.execute(
            update(lane)
            .where(lane.c.id == bindparam("key"))
            .values(
                cursor=bindparam("to"),
                pending=lane.c.pending + bindparam("more"),
                due_at=case((is_idle, tx.now), else_=lane.c.due_at),
                version=lane.c.version + 1,
            ),
            changed,
        )
