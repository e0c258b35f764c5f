"""What runs beside the consumer: deliveries made from the archive, deliveries sent, and old ones deleted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.archive.use_cases import ARCHIVE_TOPIC
from services.notify.networks.queries import Reach, read_reach
from services.notify.subscribers.domain.lane import Lane
from services.notify.subscribers.tables import delivery
from services.notify.subscribers.use_cases.fanning_out import WEBHOOK_TOPIC, fan_out
from services.notify.subscribers.use_cases.sending import (
    Ledger,
    Load,
    Send,
    load_rounds,
    send_round,
)
from shared.cache.port import Cache
from shared.cache.waking import waking
from shared.db.engine import store_is_away
from shared.jobs.queue import take_due
from shared.jobs.worker import POLL_SECONDS
from shared.kernel.ids import new_id
from shared.kernel.tasks import end
from shared.privacy.retention import BATCH, Prune
from shared.service import Job
from shared.telemetry.logs import logger
from shared.unit_of_work import UnitOfWork

GATHER_SECONDS = 0.2
"""Between two looks at the archive, so that under load a look finds a page and not an event."""

LEAVING_SECONDS = 1.5
"""How long answers are waited for when the process is to stop; jobs have two seconds."""

DELIVERIES_KEPT = timedelta(days=30)

log = logger(__name__)


def fanning_out(uow: UnitOfWork, cache: Cache) -> Job:
    """Makes deliveries of what is archived."""

    async def run(stop: asyncio.Event) -> None:
        async with waking(cache, ARCHIVE_TOPIC, stop.wait) as watch:
            while not stop.is_set():
                if not await _tried(lambda: fan_out(uow, cache), "deliveries not made"):
                    await watch.wait(POLL_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)

    return run


async def _tried(work: Callable[[], Awaitable[bool]], what: str) -> bool:
    try:
        return await work()
    except Exception as error:
        if store_is_away(error):
            log.warning(what, error=type(error).__name__)
        else:
            log.exception(what)
        return False


class Dispatcher:
    """Takes lanes as they fall due, up to ``slots`` at a time, each for a round of its own: one that takes long holds
    its slot and nobody else's. ``allow`` is told from time to time which private networks may be reached."""

    def __init__(
        self,
        uow: UnitOfWork,
        cache: Cache,
        send: Send,
        *,
        slots: int,
        allow: Callable[[Reach], None] | None = None,
    ) -> None:
        self._uow, self._cache, self._send, self._slots = uow, cache, send, slots
        self._allow = allow
        self._ledger = Ledger(uow, cache)
        self.busy: set[asyncio.Task[None]] = set()
        """The rounds that are under way."""
        self._leaving = asyncio.Event()
        self._networks_until = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Works until ``stop`` is set."""
        async with self.noting(), waking(self._cache, WEBHOOK_TOPIC, stop.wait) as watch:
            while not stop.is_set():
                if not await self.take():
                    await watch.wait(POLL_SECONDS, *self.busy)

    @asynccontextmanager
    async def noting(self) -> AsyncIterator[None]:
        """Notes what comes of rounds for the length of the block. What is being sent when it ends is waited for a
        little; after that it is given up, and comes again."""
        self._leaving.clear()
        writing = asyncio.create_task(self._ledger.run())
        try:
            yield
        finally:
            self._leaving.set()
            if self.busy:
                await asyncio.wait(self.busy, timeout=LEAVING_SECONDS)
            await end(*self.busy, writing)

    async def take(self) -> bool:
        """Begins rounds of lanes that are due, as many as there are free slots; returns whether there was one."""
        self.busy = {task for task in self.busy if not task.done()}
        free = self._slots - len(self.busy)
        if free <= 0:
            return False

        async def begin() -> bool:
            await self._read_networks()
            taken = await take_due(self._uow, Lane, new_id(), limit=free)
            loads = await load_rounds(self._uow, taken) if taken else []
            self.busy |= {asyncio.create_task(self._round(load)) for load in loads}
            return bool(taken)

        return await _tried(begin, "webhooks not taken")

    async def _read_networks(self) -> None:
        """From time to time: what an operator changes holds some seconds later."""
        now = asyncio.get_running_loop().time()
        if self._allow is not None and now >= self._networks_until:
            async with self._uow.reading() as session:
                self._allow(await read_reach(session))
            self._networks_until = now + POLL_SECONDS

    async def _round(self, load: Load) -> None:
        try:
            await send_round(self._uow, self._ledger, self._send, load, self._leaving)
        except Exception as error:  # the lease brings it back
            if store_is_away(error):
                log.warning("webhooks left, the store is away", lane=load.lane.id)
            else:
                log.exception("webhooks failed", lane=load.lane.id)


async def old_deliveries(session: AsyncSession, now: datetime) -> int:
    """Deletes deliveries that were made longer ago than :data:`DELIVERIES_KEPT`, what still waits with them. It looks
    at the beginning only, where the oldest lie."""
    first = select(delivery.c.id, delivery.c.made_at).order_by(delivery.c.id).limit(BATCH)
    rows = (await session.execute(first)).all()
    old = [row.id for row in rows if row.made_at < now - DELIVERIES_KEPT]
    if old:
        await session.execute(delete(delivery).where(delivery.c.id.in_(old)))
    return len(old)


OLD_DELIVERIES: Prune = old_deliveries
