"""Waiting for what is new in a feed."""

import asyncio
from datetime import datetime

from services.notify.archive.queries import position_at
from services.notify.archive.use_cases import ARCHIVE_TOPIC
from services.notify.subscribers.queries.events import FeedPage
from services.notify.subscribers.queries.subscriptions import get_subscription
from services.notify.subscribers.use_cases.subscriptions import read_subscribed
from shared.cache.port import Cache
from shared.cache.waking import waking
from shared.unit_of_work import UnitOfWork

POLL_SECONDS = 1.0
"""A signal may get lost."""


async def next_events(
    uow: UnitOfWork, cache: Cache, subscription_id: str, after: int, limit: int, seconds: float
) -> FeedPage:
    """Returns what is new behind ``after`` as soon as there is something; nothing when the time is over.

    :raises NotFound: :raises IllegalTransition: see :func:`read_subscribed`.
    """
    until = asyncio.get_running_loop().time() + seconds
    over = asyncio.Event()
    async with waking(cache, ARCHIVE_TOPIC, over.wait) as watch:
        while True:
            page = await read_subscribed(uow, subscription_id, after=after, limit=limit)
            left = until - asyncio.get_running_loop().time()
            if page.lines or left <= 0:
                return page
            after = page.next_after
            await watch.wait(min(left, POLL_SECONDS))


async def position_of(uow: UnitOfWork, subscription_id: str, since: datetime) -> int:
    """Returns the position behind which all lies that came at ``since`` or later.

    :raises NotFound: there is no such subscription, or it is somebody else's.
    """
    await get_subscription(uow, subscription_id)
    async with uow.reading() as session:
        return await position_at(session, since)
