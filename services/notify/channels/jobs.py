"""What runs beside the consumer: the mailer."""

from collections.abc import Sequence
from datetime import timedelta

from services.notify.channels.use_cases import Send, give_up, send_mails
from services.notify.inbox.domain.delivery import Delivery
from services.notify.inbox.use_cases import MAIL_TOPIC
from shared.cache.port import Cache
from shared.cache.waking import Waking
from shared.http.texts import Texts
from shared.jobs.worker import POLL_SECONDS, Worker
from shared.kernel.leased import Backoff
from shared.service import Job
from shared.unit_of_work import UnitOfWork

BATCH = 10
"""Mails that share a connection to the mail server."""

FACTOR = 4
"""By how much each wait is longer than the one before."""


def mailer(uow: UnitOfWork, cache: Cache, texts: Texts, send: Send, *, retry_seconds: float) -> Job:
    """Sends mail as it falls due; the first repetition comes after ``retry_seconds``."""
    backoff = Backoff(first=timedelta(seconds=retry_seconds), factor=FACTOR)

    async def carry_out(deliveries: Sequence[Delivery], _watch: Waking) -> None:
        await send_mails(uow, texts, send, backoff, deliveries)

    return Worker(
        uow,
        cache,
        Delivery,
        carry_out,
        topic=MAIL_TOPIC,
        batch=BATCH,
        poll_seconds=min(POLL_SECONDS, retry_seconds),
        give_up=give_up,
    ).run
