"""What runs beside the consumer: for each channel a worker that sends what is due, and one that sends summaries."""

from collections.abc import Sequence
from datetime import timedelta

from services.notify.channels.use_cases.channel import Channel
from services.notify.channels.use_cases.sending import give_up, send_due, topic_of
from services.notify.channels.use_cases.summaries import give_up_summary, send_summaries
from services.notify.inbox.domain.delivery import KINDS, Delivery
from services.notify.inbox.domain.summary import Summary
from shared.cache.port import Cache
from shared.cache.waking import Waking
from shared.http.texts import Texts
from shared.jobs.worker import POLL_SECONDS, Worker
from shared.kernel.leased import Backoff
from shared.service import Job
from shared.unit_of_work import UnitOfWork

BATCH = 10
"""Letters that are sent together: mails over one connection, messages to one group merged where there are too many."""

FACTOR = 4
"""By how much each wait is longer than the one before."""


def sending(
    uow: UnitOfWork,
    cache: Cache,
    texts: Texts,
    channel: Channel,
    *,
    retry_seconds: float,
    batch: int = BATCH,
) -> Job:
    """Sends a channel's letters as they fall due; the first repetition comes after ``retry_seconds``."""
    backoff = Backoff(first=timedelta(seconds=retry_seconds), factor=FACTOR)

    async def carry_out(deliveries: Sequence[Delivery], _watch: Waking) -> None:
        await send_due(uow, texts, channel, backoff, deliveries)

    return Worker(
        uow,
        cache,
        KINDS[channel.code],
        carry_out,
        topic=topic_of(channel.code),
        batch=batch,
        poll_seconds=min(POLL_SECONDS, retry_seconds),
        give_up=give_up,
    ).run


def summarising(
    uow: UnitOfWork, cache: Cache, texts: Texts, channel: Channel, *, retry_seconds: float
) -> Job:
    """Sends summaries by a channel as they fall due, which is by time, so nobody signals it."""
    backoff = Backoff(first=timedelta(seconds=retry_seconds), factor=FACTOR)

    async def carry_out(summaries: Sequence[Summary], _watch: Waking) -> None:
        await send_summaries(uow, texts, channel, backoff, summaries)

    return Worker(
        uow,
        cache,
        Summary,
        carry_out,
        topic="summaries",
        batch=BATCH,
        poll_seconds=min(POLL_SECONDS, retry_seconds),
        give_up=give_up_summary,
    ).run
