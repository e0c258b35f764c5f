"""What runs beside the consumer: the mailer."""

import asyncio

from services.notify.channels.use_cases import Send, send_due
from services.notify.inbox.use_cases import MAIL_TOPIC
from shared.cache.port import Cache
from shared.cache.waking import waking
from shared.http.texts import Texts
from shared.service import Job
from shared.telemetry.logs import logger
from shared.unit_of_work import UnitOfWork

POLL_SECONDS = 5.0

log = logger(__name__)


def mailer(uow: UnitOfWork, cache: Cache, texts: Texts, send: Send, *, retry_seconds: float) -> Job:
    """Sends mail as it falls due; woken when some is written, and now and then by itself."""

    async def run(stop: asyncio.Event) -> None:
        async with waking(cache, MAIL_TOPIC, stop.wait) as watch:
            while not stop.is_set():
                if not await _round(uow, texts, send, retry_seconds):
                    await watch.wait(min(POLL_SECONDS, retry_seconds))

    return run


async def _round(uow: UnitOfWork, texts: Texts, send: Send, retry_seconds: float) -> int:
    try:
        return await send_due(uow, texts, send, retry_seconds=retry_seconds)
    except Exception as error:
        # The store is away, or a lock was lost; what was taken comes back when its lease is over.
        log.warning("mailer failed, trying again", error=type(error).__name__)
        return 0
