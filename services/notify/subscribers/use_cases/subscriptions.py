"""Asking for a subscription, deciding it, and keeping it."""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from sqlalchemy import func, select

from services.notify.archive.queries import newest_position
from services.notify.archive.use_cases import ARCHIVE_TOPIC
from services.notify.policy import POLICY
from services.notify.subscribers.domain.lane import Lane
from services.notify.subscribers.domain.signing import WebhookSecret
from services.notify.subscribers.domain.subscription import (
    Channel,
    DeclineReason,
    Subscription,
)
from services.notify.subscribers.queries.catalogue import OFFERED
from services.notify.subscribers.queries.events import (
    FeedPage,
    encoded,
    read_feed,
)
from services.notify.subscribers.queries.subscriptions import (
    former_place,
    opened_secrets,
    require_own,
    secret_place,
)
from services.notify.subscribers.tables import subscription
from services.notify.subscribers.use_cases.fanning_out import WEBHOOK_TOPIC
from services.notify.subscribers.use_cases.sending import (
    TEST_TYPE,
    end_lanes,
    make_due,
    open_lanes,
    send_test,
)
from services.notify.subscribers.use_cases.signing import new_secret, public_key
from shared.cache.port import Cache
from shared.eventlog.envelope import CONTENT_TYPE
from shared.kernel.access import Role
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

MOST_OWN = 50
"""Subscriptions of one account that are not over."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a subscriber asks for."""

    name: str
    channel: Channel
    url: str | None
    types: Sequence[str]
    person_numbers: bool


async def request_subscription(
    uow: UnitOfWork, wanted: Wanted, *, plain_http: bool
) -> tuple[str, WebhookSecret | None]:
    """Asks for a subscription; an operator decides. Returns its id, and the secret of a webhook, which is not shown
    again. ``plain_http``: whether an address without TLS may be given; sending still refuses it to all but loopback.

    :raises InvalidInput: the address can't be one, or an event is not offered. :raises Conflict: too many are open.
    """
    uow.permit(POLICY, "subscribe")
    types = sorted(set(wanted.types))
    if unknown := [each for each in types if each not in OFFERED]:
        raise InvalidInput("event_type_unknown", field="types", type=unknown[0])
    url = None
    if wanted.channel == "webhook":
        if wanted.url is None:
            raise InvalidInput("webhook_url_missing", field="url")
        url = _checked(wanted.url, plain_http=plain_http)
    secret = new_secret() if url else None
    made = Subscription(
        id=new_id(),
        name=wanted.name,
        account_id=uow.actor.subject,
        channel=wanted.channel,
        url=url,
        types=types,
        wants_person_numbers=wanted.person_numbers,
        made_at=uow.now(),
        since=uow.now(),
    )
    if secret is not None:
        made.secret_sealed = uow.vault.seal(secret.text, secret_place(made.id))
    async with uow.transaction() as tx:
        if await _count_open(tx, made.account_id) >= MOST_OWN:
            raise Conflict("subscriptions_too_many", most=MOST_OWN)
        tx.add(made)
    return made.id, secret


def _checked(url: str, *, plain_http: bool) -> str:
    """:raises InvalidInput: it is no address that webhooks could be sent to."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise InvalidInput("address_refused", field="url", reason="unknown") from error
    if not parsed.host:
        raise InvalidInput("address_refused", field="url", reason="unknown")
    if parsed.scheme != "https" and not (plain_http and parsed.scheme == "http"):
        raise InvalidInput("address_refused", field="url", reason="scheme")
    if parsed.userinfo:
        raise InvalidInput("address_refused", field="url", reason="password")
    return url


async def _count_open(tx: Transaction, account_id: str) -> int:
    query = select(func.count()).where(
        subscription.c.account_id == account_id,
        subscription.c.state.not_in(("declined", "ended")),
    )
    return await tx.session.scalar(query) or 0


async def approve_subscription(
    uow: UnitOfWork,
    cache: Cache,
    subscription_id: str,
    *,
    townships: Sequence[str],
    person_numbers: bool,
) -> None:
    """From now on it is told what happens. ``townships``: none means all.

    :raises NotFound: there is none. :raises IllegalTransition: it does not wait for that.
    """
    uow.permit(POLICY, "decide_subscription")
    async with uow.transaction() as tx:
        found = await tx.get(Subscription, subscription_id)
        found.approve(sorted(set(townships)), person_numbers, tx.now)
        if found.channel == "webhook":
            tx.add(
                Lane(
                    id=found.id,
                    subscription_id=found.id,
                    lane_kind="live",
                    cursor=await newest_position(tx.session),
                    due_at=None,
                    made_at=tx.now,
                )
            )
        tx.after_commit(cache.signal, ARCHIVE_TOPIC)


async def decline_subscription(
    uow: UnitOfWork, subscription_id: str, reason_code: DeclineReason
) -> None:
    """:raises NotFound: there is none. :raises IllegalTransition: it does not wait for that."""
    uow.permit(POLICY, "decide_subscription")
    async with uow.transaction() as tx:
        (await tx.get(Subscription, subscription_id)).decline(reason_code, tx.now)


async def pause_subscription(uow: UnitOfWork, subscription_id: str) -> None:
    """:raises NotFound: :raises IllegalTransition: it is not active."""
    uow.permit(POLICY, "keep_subscription")
    async with uow.transaction() as tx:
        (await _kept(uow, tx, subscription_id)).pause(tx.now)


async def resume_subscription(uow: UnitOfWork, cache: Cache, subscription_id: str) -> None:
    """What came meanwhile is sent now, and what failed before is tried again at once.

    :raises NotFound: :raises IllegalTransition: it neither paused nor was disabled.
    """
    uow.permit(POLICY, "keep_subscription")
    async with uow.transaction() as tx:
        found = await _kept(uow, tx, subscription_id)
        found.resume(tx.now)
        for lane_id in await open_lanes(tx, found.id):
            await make_due(tx, lane_id, afresh=True)
        for topic in (ARCHIVE_TOPIC, WEBHOOK_TOPIC):
            tx.after_commit(cache.signal, topic)


async def end_subscription(uow: UnitOfWork, subscription_id: str) -> None:
    """:raises NotFound: :raises IllegalTransition: it is over."""
    uow.permit(POLICY, "keep_subscription")
    async with uow.transaction() as tx:
        found = await _kept(uow, tx, subscription_id)
        is_own = found.account_id == uow.actor.subject
        found.end("owner" if is_own else "operator", tx.now)
        await end_lanes(tx, found.id)


async def _kept(uow: UnitOfWork, tx: Transaction, subscription_id: str) -> Subscription:
    """:raises NotFound: there is none, or it is somebody else's."""
    found = await tx.get(Subscription, subscription_id)
    if Role.OPERATOR not in uow.actor.roles:
        require_own(uow.actor, found)
    return found


async def rotate_secret(uow: UnitOfWork, subscription_id: str) -> WebhookSecret:
    """Makes another secret, which is not shown again; the one before signs for a day more.

    :raises NotFound: :raises IllegalTransition: it is over. :raises Conflict: it is a feed.
    """
    uow.permit(POLICY, "rotate_webhook_secret")
    async with uow.transaction() as tx:
        found = await tx.get(Subscription, subscription_id)
        require_own(uow.actor, found)
        before = opened_secrets(uow.vault, found, tx.now)[:1]
        secret = new_secret()
        former = [uow.vault.seal(each.text, former_place(found.id)) for each in before]
        sealed = uow.vault.seal(secret.text, secret_place(found.id))
        found.rotate(sealed, former[0] if former else None, tx.now)
    return secret


async def test_subscription(uow: UnitOfWork, cache: Cache, subscription_id: str) -> str:
    """Sends an event that is none to the subscriber's server, in its turn; returns its webhook-id.

    :raises NotFound: :raises IllegalTransition: it is not active. :raises Conflict: it is a feed.
    """
    uow.permit(POLICY, "replay_subscription")
    async with uow.transaction() as tx:
        found = await tx.get(Subscription, subscription_id)
        require_own(uow.actor, found)
        found.require("test", found.state)
        found.require_webhook()
        body = encoded(
            {
                "specversion": "1.0",
                "id": f"test:{found.id}/{new_id()}",
                "source": "/diancai/notify",
                "type": TEST_TYPE,
                "subject": f"test:{found.id}",
                "time": tx.now.isoformat(),
                "datacontenttype": CONTENT_TYPE,
                "data": {"subscription_id": found.id},
            }
        )
        tx.after_commit(cache.signal, WEBHOOK_TOPIC)
        return await send_test(tx, found, body)


async def read_subscribed(
    uow: UnitOfWork, subscription_id: str, *, after: int | None, limit: int
) -> FeedPage:
    """Returns a stretch of the subscription's feed. A webhook's events can be read so, too.

    :raises NotFound: :raises IllegalTransition: it is not active. :raises Unsettled: see the archive.
    """
    uow.permit(POLICY, "read_subscribed_events")
    async with uow.reading() as session:
        found = await session.get(Subscription, subscription_id)
        if found is None or found.account_id != uow.actor.subject:
            raise NotFound(Subscription.kind, subscription_id, states=Subscription.STEPS)
        found.require("read", found.state)
        return await read_feed(session, found, after=after or 0, limit=limit)


async def public_keys_at(uow: UnitOfWork, url: str) -> list[str]:
    """Returns the public keys that sign what is sent to an address now; for the service itself."""
    query = select(Subscription).where(subscription.c.url == url)
    async with uow.reading() as session:
        found = (await session.scalars(query)).all()
    secrets = [secret for each in found for secret in opened_secrets(uow.vault, each, uow.now())]
    return [public_key(secret) for secret in secrets]
