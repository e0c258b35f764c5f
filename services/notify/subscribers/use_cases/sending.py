"""Sending what is due in a lane, and noting what became of it.

No transaction is open while a subscriber's server takes its time. Whoever dies between sending and noting sends again,
under the same webhook-id; nothing else is sent twice.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.archive.use_cases import ARCHIVE_TOPIC
from services.notify.subscribers.domain.lane import (
    LONGEST_ASKED,
    MOST_PENDING,
    OPEN_STATES,
    Lane,
    Result,
    next_wait,
)
from services.notify.subscribers.domain.signing import WebhookSecret
from services.notify.subscribers.domain.subscription import Subscription
from services.notify.subscribers.queries.subscriptions import opened_secrets
from services.notify.subscribers.tables import delivery, lane, subscription
from shared.cache.port import Cache
from shared.jobs.worker import renewing
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

AT_ONCE = 8
"""So many streams of one subscription are sent at once, so that a slow subscriber can't have more."""
ROUND = 256
"""Deliveries that one round looks at."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request to a subscriber. ``secrets`` sign it, the newest first."""

    url: str
    secrets: Sequence[WebhookSecret]
    webhook_id: str
    sent_at: datetime
    body: bytes


Send = Callable[[Webhook], Awaitable[Result]]
"""Sends a webhook. Never raises for what a server does."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of one try of a delivery."""

    delivery_id: int
    attempts: int
    result: Result


@dataclass(slots=True)
class Round:
    """What a worker did with a lane that it took."""

    lane: Lane
    arrived: bool = False
    failed: bool = False
    gone: bool = False
    asked_pause: timedelta = timedelta(0)
    in_a_row: int = 0
    """Tries that failed since one arrived."""
    is_stopped: bool = False
    """Its subscription was paused or ended meanwhile."""

    def add(self, result: Result) -> None:
        if result.outcome == "delivered":
            self.arrived, self.in_a_row = True, 0
            return
        self.failed, self.in_a_row = True, self.in_a_row + 1
        self.gone = self.gone or result.outcome == "gone"
        if result.pause:
            self.asked_pause = max(self.asked_pause, min(result.pause, LONGEST_ASKED))

    @property
    def is_hopeless(self) -> bool:
        """Whether to leave the server alone for now."""
        return self.gone or bool(self.asked_pause) or self.in_a_row >= AT_ONCE

    @property
    def is_over(self) -> bool:
        """Whether to send nothing more in this round."""
        return self.is_stopped or self.is_hopeless


@dataclass(slots=True)
class Ledger:
    """Notes what became of deliveries and lanes, together what comes together: a transaction each would cost more than
    the sending. :meth:`run` writes; the others return when theirs is committed."""

    uow: UnitOfWork
    cache: Cache
    _waiting: list[tuple[Noted | Round, "asyncio.Future[bool]"]] = field(default_factory=list)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def note(self, entry: Noted | Round) -> bool:
        """Returns whether the subscription takes more.

        :raises Exception: it could not be stored.
        """
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, stored))
        self._woken.set()
        return await stored

    async def run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            taken, self._waiting = self._waiting, []
            try:
                await self._write(taken)
            except Exception:  # a deadlock, say: what is wrong with one costs no other
                for each in taken:
                    try:
                        await self._write([each])
                    except Exception as error:
                        if not each[1].done():
                            each[1].set_exception(error)

    async def _write(self, taken: Sequence[tuple[Noted | Round, "asyncio.Future[bool]"]]) -> None:
        stopped = await write(self.uow, self.cache, [entry for entry, _ in taken])
        for entry, stored in taken:
            if not stored.done():
                stored.set_result(not (isinstance(entry, Noted) and entry.delivery_id in stopped))


@dataclass(frozen=True, slots=True)
class Load:
    """What a worker needs of a lane for a round: where to send, with which secrets, and the first deliveries that wait.
    ``url`` is None where nothing may be sent now."""

    lane: Lane
    url: str | None
    secrets: Sequence[WebhookSecret]
    rows: Sequence[Row[*tuple[Any, ...]]]


async def load_rounds(uow: UnitOfWork, held: Sequence[Lane]) -> list[Load]:
    """Reads all in one session: one for each lane would cost more than what it reads."""
    async with uow.reading() as session:
        ids = {each.subscription_id for each in held}
        query = select(Subscription).where(subscription.c.id.in_(ids))
        owners = {each.id: each for each in await session.scalars(query)}
        loads = []
        for each in held:
            owner = owners.get(each.subscription_id)
            if owner is None or owner.state != "active":
                loads.append(Load(each, None, (), ()))
                continue
            secrets = opened_secrets(uow.vault, owner, uow.now())
            loads.append(Load(each, owner.url, secrets, await _pending(session, each.id)))
    return loads


async def send_round(
    uow: UnitOfWork, ledger: Ledger, send: Send, load: Load, leaving: asyncio.Event
) -> None:
    """Sends what is due in a lane that its worker holds: streams beside each other, each in its order. Ends early where
    nothing arrives, and when the worker is ``leaving``; then the lane rests."""
    said = Round(load.lane)
    url = load.url
    if url is not None and load.rows:
        streams: defaultdict[str, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
        for row in load.rows:
            streams[row.stream].append(row)
        async with renewing(uow, [load.lane]) as lost:
            todo = iter(list(streams.values()))

            async def work() -> None:
                for stream in todo:  # shared: each takes the next
                    for row in stream:
                        is_over = lost.is_set() or leaving.is_set() or said.is_over
                        if is_over or row.next_at > uow.now():
                            break
                        hook = Webhook(url, load.secrets, row.webhook_id, uow.now(), row.body)
                        result = await send(hook)
                        said.add(result)
                        tried = Noted(row.id, row.attempts + 1, result)
                        said.is_stopped |= not await ledger.note(tried)
                        if result.outcome != "delivered":
                            break

            await asyncio.gather(*(work() for _ in range(min(AT_ONCE, len(streams)))))
    await ledger.note(said)


async def _pending(session: AsyncSession, lane_id: str) -> Sequence[Row[*tuple[Any, ...]]]:
    query = (
        select(
            delivery.c.id,
            delivery.c.stream,
            delivery.c.webhook_id,
            delivery.c.body,
            delivery.c.attempts,
            delivery.c.next_at,
        )
        .where(delivery.c.lane_id == lane_id, delivery.c.state == "pending")
        .order_by(delivery.c.id)
        .limit(ROUND)
    )
    return (await session.execute(query)).all()


async def write(uow: UnitOfWork, cache: Cache, entries: Sequence[Noted | Round]) -> set[int]:
    """Notes tries and ends rounds, in one transaction. Returns the deliveries whose subscription takes no more."""
    async with uow.transaction() as tx:
        rounds = sorted(
            (each for each in entries if isinstance(each, Round)), key=lambda each: each.lane.id
        )
        # Lanes before their deliveries, as whoever resumes or ends a subscription locks them.
        lanes = await tx.find_all(Lane, [each.lane.id for each in rounds])
        tries = [each for each in entries if isinstance(each, Noted)]
        await _write_tries(tx, tries)
        stopped = await _stopped(tx.session, [each.delivery_id for each in tries])
        if not rounds:
            return stopped
        held = [
            (each, found)
            for each in rounds
            if (found := lanes.get(each.lane.id)) and found.is_held_by(each.lane.holder)
        ]
        counts, due = await _state_of(tx.session, [found.id for _, found in held])
        active = await _active(tx.session, {found.subscription_id for _, found in held})
        for each, found in held:
            before = found.pending
            found.pending = counts.get(found.id, 0)
            found.note_round(each.arrived, each.failed, tx.now)
            is_active = found.subscription_id in active
            await _end_round(tx, found, each, due.get(found.id) if is_active else None)
            if before >= MOST_PENDING > found.pending:
                tx.after_commit(cache.signal, ARCHIVE_TOPIC)
        return stopped


async def _stopped(session: AsyncSession, delivery_ids: Sequence[int]) -> set[int]:
    """Those of these deliveries whose subscription was paused, disabled or ended."""
    query = (
        select(delivery.c.id)
        .join(subscription, subscription.c.id == delivery.c.subscription_id)
        .where(delivery.c.id.in_(delivery_ids), subscription.c.state != "active")
    )
    return set(await session.scalars(query)) if delivery_ids else set()


async def _write_tries(tx: Transaction, tries: Sequence[Noted]) -> None:
    changes = []
    for each in sorted(tries, key=lambda one: one.delivery_id):
        result = each.result
        # No security hangs on it: it only spreads what failed together.
        jitter = random.random()  # noqa: S311
        wait = None if result.outcome != "failed" else next_wait(each.attempts, result, jitter)
        state = "pending" if wait else "delivered" if result.outcome == "delivered" else "failed"
        changes.append(
            {
                "key": each.delivery_id,
                "said": state,
                "tries": each.attempts,
                "next": tx.now + wait if wait else None,
                "answered": result.status,
                "fault": result.error,
            }
        )
    if changes:
        await tx.session.execute(
            update(delivery)
            .where(delivery.c.id == bindparam("key"), delivery.c.state == "pending")
            .values(
                state=bindparam("said"),
                attempts=bindparam("tries"),
                next_at=bindparam("next"),
                status=bindparam("answered"),
                error=bindparam("fault"),
                tried_at=tx.now,
            ),
            changes,
        )


async def _state_of(
    session: AsyncSession, lane_ids: Sequence[str]
) -> tuple[dict[str, int], dict[str, datetime]]:
    """How many deliveries wait in each lane, and when the first of them may be tried: the first of each stream."""
    is_theirs: ColumnElement[bool] = delivery.c.lane_id.in_(lane_ids)
    waiting = is_theirs & (delivery.c.state == "pending")
    counted = (
        select(delivery.c.lane_id, func.count().label("waiting"))
        .where(waiting)
        .group_by(delivery.c.lane_id)
    )
    counts = {row.lane_id: row.waiting for row in await session.execute(counted)}
    heads = (
        select(func.min(delivery.c.id).label("id"))
        .where(waiting)
        .group_by(delivery.c.lane_id, delivery.c.stream)
        .subquery()
    )
    first = (
        select(delivery.c.lane_id, func.min(delivery.c.next_at).label("due"))
        .join(heads, heads.c.id == delivery.c.id)
        .group_by(delivery.c.lane_id)
    )
    return counts, {row.lane_id: row.due for row in await session.execute(first)}


async def _end_round(tx: Transaction, found: Lane, said: Round, due: datetime | None) -> None:
    if said.gone or found.must_be_disabled(tx.now):
        owner = await tx.get(Subscription, found.subscription_id)
        if owner.state == "active":
            owner.disable("gone" if said.gone else "failing", tx.now)
        found.rest(None)
        return
    if found.is_done():
        found.finish()
        return
    rest = max(found.pause(), said.asked_pause)
    found.rest(None if due is None else max(due, tx.now + rest))


async def _active(session: AsyncSession, ids: Collection[str]) -> set[str]:
    query = select(subscription.c.id).where(
        subscription.c.id.in_(ids), subscription.c.state == "active"
    )
    return set(await session.scalars(query))


async def send_test(tx: Transaction, found: Subscription, body: bytes) -> str:
    """Makes a delivery of an event that is none, so that a subscriber can try the own server; returns its id."""
    row = {
        "lane_id": found.id,
        "subscription_id": found.id,
        "position": 0,
        "webhook_id": f"notify/test:{new_id()}",
        "type": TEST_TYPE,
        "stream": f"notify/test:{found.id}",
        "body": body,
        "state": "pending",
        "attempts": 0,
        "next_at": tx.now,
        "made_at": tx.now,
    }
    await make_due(tx, found.id, more=1)
    await tx.session.execute(delivery.insert().values(**row))
    return str(row["webhook_id"])


TEST_TYPE = "notify.subscription_tested.v1"
"""No event of the log: only a subscriber who asks for it ever gets one."""


async def make_due(tx: Transaction, lane_id: str, *, more: int = 0, afresh: bool = False) -> None:
    """A lane has something to send at once. ``afresh``: what was tried before is tried again without waiting."""
    found = await tx.get(Lane, lane_id)
    found.pending += more
    if afresh:
        found.failures, found.failing_since = 0, None
        waiting = (delivery.c.lane_id == lane_id) & (delivery.c.state == "pending")
        await tx.session.execute(update(delivery).where(waiting).values(next_at=tx.now))
    if found.state == "queued" and (found.due_at is None or found.due_at > tx.now):
        found.due_at = tx.now


async def open_lanes(tx: Transaction, subscription_id: str) -> list[str]:
    """The ids of a subscription's lanes that are not over, its replays' included, in the order of locking."""
    query = select(lane.c.id).where(
        lane.c.subscription_id == subscription_id, lane.c.state.in_(OPEN_STATES)
    )
    return sorted(await tx.session.scalars(query))


async def end_lanes(tx: Transaction, subscription_id: str) -> None:
    """Nothing more is sent for a subscription; what waited is given up."""
    ended = await open_lanes(tx, subscription_id)
    for lane_id in ended:
        found = await tx.get(Lane, lane_id)
        if not found.is_over:
            found.cancel()
            found.pending = 0
    waiting = delivery.c.lane_id.in_(ended) & (delivery.c.state == "pending")
    await tx.session.execute(
        update(delivery).where(waiting).values(state="failed", error="ended", next_at=None)
    )
