"""Sending again what was, beside what is: each replay is a lane of its own, so that live delivery does not notice."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from services.notify.archive.queries import events_at, newest_position, position_at
from services.notify.archive.use_cases import ARCHIVE_TOPIC
from services.notify.policy import POLICY
from services.notify.subscribers.domain.lane import MOST_PENDING, OPEN_STATES, Lane
from services.notify.subscribers.domain.subscription import Subscription
from services.notify.subscribers.queries.events import disclosure_of, told
from services.notify.subscribers.queries.subscriptions import require_own
from services.notify.subscribers.tables import delivery, lane
from services.notify.subscribers.use_cases.fanning_out import WEBHOOK_TOPIC, delivery_row
from shared.cache.port import Cache
from shared.db.bulk_insert import insert_rows
from shared.kernel.errors import Conflict
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

MOST_REPLAYS = 3
"""Of one subscription at a time."""


async def replay(
    uow: UnitOfWork,
    cache: Cache,
    subscription_id: str,
    *,
    after: int = 0,
    since: datetime | None = None,
) -> None:
    """Sends everything again that lies behind the position ``after``, or that came at ``since`` or later, up to now.

    :raises NotFound: :raises IllegalTransition: it is not active. :raises Conflict: it is a feed, whose reader only
    has to ask for an earlier position; or several replays run.
    """
    uow.permit(POLICY, "replay_subscription")
    async with uow.transaction() as tx:
        found = await _replayable(uow, tx, subscription_id)
        end = await newest_position(tx.session)
        begin = after if since is None else await position_at(tx.session, since)
        # Due at once, though nothing waits yet: where there is nothing to send it ends so.
        tx.add(_lane(tx, found, min(begin, end), end))
        for topic in (ARCHIVE_TOPIC, WEBHOOK_TOPIC):
            tx.after_commit(cache.signal, topic)


async def replay_failed(
    uow: UnitOfWork, cache: Cache, subscription_id: str, *, since: datetime, until: datetime
) -> int:
    """Sends again what was given up between two times, as it is granted today; of several events of one object, in
    their order. Returns how many those are; what the archive has no longer is none of them.

    :raises NotFound: :raises IllegalTransition: :raises Conflict: as :func:`replay`; or more failed than one replay
    takes.
    """
    uow.permit(POLICY, "replay_subscription")
    async with uow.transaction() as tx:
        found = await _replayable(uow, tx, subscription_id)
        query = (
            select(delivery.c.position)
            .distinct()
            .where(
                delivery.c.subscription_id == found.id,
                delivery.c.state == "failed",
                delivery.c.position > 0,
                delivery.c.tried_at >= since,
                delivery.c.tried_at < until,
            )
            .order_by(delivery.c.position)
            .limit(MOST_PENDING + 1)
        )
        positions = list(await tx.session.scalars(query))
        if len(positions) > MOST_PENDING:
            raise Conflict("replay_too_long", field="until", most=MOST_PENDING)
        end = await newest_position(tx.session)
        made = _lane(tx, found, end, end)
        made.pending = await _fill(tx, found, made.id, positions)
        tx.add(made)
        tx.after_commit(cache.signal, WEBHOOK_TOPIC)
        return made.pending


async def _fill(
    tx: Transaction, found: Subscription, lane_id: str, positions: Collection[int]
) -> int:
    disclosure = await disclosure_of(
        tx.session, found.townships, person_numbers=found.person_numbers
    )
    rows = []
    for event in await events_at(tx.session, positions):
        if (body := told(event, disclosure)) is not None:
            row = delivery_row(lane_id, found.id, event, body)
            rows.append(row | {"made_at": tx.now, "next_at": tx.now})
    if rows:
        await tx.session.run_sync(
            lambda session: insert_rows(session.connection(), {delivery: rows})
        )
    return len(rows)


async def _replayable(uow: UnitOfWork, tx: Transaction, subscription_id: str) -> Subscription:
    found = await tx.get(Subscription, subscription_id)
    require_own(uow.actor, found)
    found.require("replay", found.state)
    found.require_webhook()
    running = select(func.count()).where(
        lane.c.subscription_id == found.id,
        lane.c.lane_kind == "replay",
        lane.c.state.in_(OPEN_STATES),
    )
    if (await tx.session.scalar(running) or 0) >= MOST_REPLAYS:
        raise Conflict("replays_too_many", most=MOST_REPLAYS)
    return found


def _lane(tx: Transaction, found: Subscription, begin: int, end: int) -> Lane:
    return Lane(
        id=new_id(),
        subscription_id=found.id,
        lane_kind="replay",
        cursor=begin,
        until=end,
        due_at=tx.now,
        made_at=tx.now,
    )
