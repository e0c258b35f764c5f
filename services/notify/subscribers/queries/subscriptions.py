"""Reads of subscriptions: who has which, where they stand, and what was delivered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.archive.queries import newest_position
from services.notify.policy import POLICY
from services.notify.subscribers.domain.lane import OPEN_STATES, WARN_AFTER, Lane
from services.notify.subscribers.domain.signing import WebhookSecret
from services.notify.subscribers.domain.subscription import Subscription
from services.notify.subscribers.tables import delivery, lane, subscription
from shared.db.paging import Listed, SortedBy, counted_page_of
from shared.db.vault import Vault, place_of
from shared.kernel.access import Actor, Role
from shared.kernel.errors import NotFound
from shared.tasks.task import MOST_OF_A_KIND, Task
from shared.unit_of_work import UnitOfWork

TO_DECIDE = "subscription_to_decide"
FAILING = "subscription_failing"

Group = tuple[str, int, list[Task]]
"""A code, how many tasks of it there are, and the first of them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a lane is. ``behind`` is how many positions of the archive lie between it and its end; ``waiting_since``
    is when the oldest delivery that waits was made."""

    lane: Lane
    behind: int
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """A subscription with the state of its lanes, the live one first."""

    subscription: Subscription
    lanes: list[Progress]
    newest: int


def may_see(actor: Actor, found: Subscription) -> bool:
    """Owners see their own; operators and auditors see all."""
    return (
        actor.is_system
        or not actor.roles.isdisjoint({Role.OPERATOR, Role.AUDITOR})
        or found.account_id == actor.subject
    )


def require_own(actor: Actor, found: Subscription) -> None:
    """:raises NotFound: it is somebody else's."""
    if found.account_id != actor.subject:
        raise NotFound(Subscription.kind, found.id, states=Subscription.STEPS)


async def list_subscriptions(
    uow: UnitOfWork, *, state: str | None, after: str | None, limit: int
) -> Listed[SubscriptionView]:
    """Returns the actor's own, all for operators and auditors; the newest first."""
    uow.permit(POLICY, "read_subscriptions")
    query = select(Subscription)
    if uow.actor.roles.isdisjoint({Role.OPERATOR, Role.AUDITOR}):
        query = query.where(subscription.c.account_id == uow.actor.subject)
    if state is not None:
        query = query.where(subscription.c.state == state)
    async with uow.reading() as session:
        found = await counted_page_of(
            session,
            query,
            subscription.c.id,
            after=after,
            limit=limit,
            by=SortedBy(subscription.c.made_at, descending=True),
        )
        return Listed(await _views(session, found.items), found.next_after, found.total)


async def get_subscription(uow: UnitOfWork, subscription_id: str) -> SubscriptionView:
    """:raises NotFound: there is none, or it is somebody else's."""
    uow.permit(POLICY, "read_subscriptions")
    async with uow.reading() as session:
        found = await session.get(Subscription, subscription_id)
        if found is None or not may_see(uow.actor, found):
            raise NotFound(Subscription.kind, subscription_id, states=Subscription.STEPS)
        return (await _views(session, [found]))[0]


async def _views(session: AsyncSession, found: Sequence[Subscription]) -> list[SubscriptionView]:
    ids = [each.id for each in found]
    query = select(Lane).where(lane.c.subscription_id.in_(ids), lane.c.state.in_(OPEN_STATES))
    lanes = (await session.scalars(query.order_by(lane.c.lane_kind, lane.c.made_at))).all()
    oldest = (
        select(delivery.c.lane_id, func.min(delivery.c.made_at).label("since"))
        .where(delivery.c.lane_id.in_([each.id for each in lanes]), delivery.c.state == "pending")
        .group_by(delivery.c.lane_id)
    )
    since = {row.lane_id: row.since for row in await session.execute(oldest)}
    newest = await newest_position(session)

    def progress(each: Lane) -> Progress:
        end = newest if each.until is None else each.until
        return Progress(each, max(0, end - each.cursor), since.get(each.id))

    return [
        SubscriptionView(
            each, [progress(one) for one in lanes if one.subscription_id == each.id], newest
        )
        for each in found
    ]


async def list_deliveries(
    uow: UnitOfWork, subscription_id: str, *, state: str | None, before: int | None, limit: int
) -> list[Row[Any]]:
    """Returns deliveries, the newest first, without their bodies.

    :raises NotFound: there is no such subscription, or it is somebody else's.
    """
    await get_subscription(uow, subscription_id)
    columns = [each for each in delivery.columns if each is not delivery.c.body]
    query = select(*columns).where(delivery.c.subscription_id == subscription_id)
    if state is not None:
        query = query.where(delivery.c.state == state)
    if before is not None:
        query = query.where(delivery.c.id < before)
    async with uow.reading() as session:
        rows = await session.execute(query.order_by(delivery.c.id.desc()).limit(limit))
        return list(rows.all())


async def get_delivery(uow: UnitOfWork, subscription_id: str, delivery_id: int) -> Row[Any]:
    """Returns a delivery with its body, which may name persons: for the owner alone.

    :raises NotFound: there is none, or it is somebody else's.
    """
    uow.permit(POLICY, "read_subscribed_events")
    async with uow.reading() as session:
        found = await session.get(Subscription, subscription_id)
        query = select(delivery).where(
            delivery.c.id == delivery_id, delivery.c.subscription_id == subscription_id
        )
        row = (await session.execute(query)).one_or_none()
    if found is None or row is None or found.account_id != uow.actor.subject:
        raise NotFound("webhook_delivery", str(delivery_id))
    return row


def opened_secrets(vault: Vault, found: Subscription, now: datetime) -> list[WebhookSecret]:
    """Returns the secrets that sign now, the newest first."""
    if found.secret_sealed is None:
        return []
    secrets = [WebhookSecret.of(vault.open(found.secret_sealed, secret_place(found.id)))]
    if found.former_secret_sealed is not None and found.signs_with_former(now):
        former = vault.open(found.former_secret_sealed, former_place(found.id))
        secrets.append(WebhookSecret.of(former))
    return secrets


def secret_place(subscription_id: str) -> str:
    return place_of(subscription.c.secret_sealed, subscription_id)


def former_place(subscription_id: str) -> str:
    return place_of(subscription.c.former_secret_sealed, subscription_id)


async def subscriptions_waiting(uow: UnitOfWork, session: AsyncSession) -> list[Group]:
    """What waits for whoever asks: requests to decide for operators; and for them and the owners, subscriptions to
    which nothing has come through for a day, or that were disabled."""
    is_operator = Role.OPERATOR in uow.actor.roles
    if not is_operator and Role.SUBSCRIBER not in uow.actor.roles:
        return []
    owned = select(Subscription)
    if not is_operator:
        owned = owned.where(subscription.c.account_id == uow.actor.subject)
    failing = select(lane.c.subscription_id).where(
        lane.c.state.in_(OPEN_STATES),
        lane.c.lane_kind == "live",
        lane.c.failing_since <= uow.now() - WARN_AFTER,
    )
    is_failing = (subscription.c.state == "disabled") | (
        (subscription.c.state == "active") & subscription.c.id.in_(failing)
    )
    bad = (await session.scalars(owned.where(is_failing).order_by(subscription.c.since))).all()
    waiting: Sequence[Subscription] = ()
    if is_operator:
        query = select(Subscription).where(subscription.c.state == "requested")
        waiting = (await session.scalars(query.order_by(subscription.c.made_at))).all()
    return [_group(TO_DECIDE, waiting), _group(FAILING, bad)]


def _group(code: str, found: Sequence[Subscription]) -> Group:
    tasks = [Task(code, each.stream, _facts(each)) for each in found[:MOST_OF_A_KIND]]
    return code, len(found), tasks


def _facts(found: Subscription) -> Mapping[str, str | int]:
    return {"name": found.name}
