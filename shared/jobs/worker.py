"""Workers: take jobs as they fall due, keep their leases while they are carried out, and stop when they are told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Generic

from shared.cache.port import Cache
from shared.cache.waking import Waking, waking
from shared.db.engine import store_is_away
from shared.jobs.queue import GiveUp, J, renew, take_due
from shared.kernel.ids import new_id
from shared.kernel.tasks import end
from shared.telemetry.logs import logger
from shared.unit_of_work import UnitOfWork

POLL_SECONDS = 5.0
"""How often the store is asked without a signal: one may get lost, and a job may fall due by time."""

SIGNS_PER_LEASE = 3
"""How often a lease is renewed in its length, so that one or two lost tries do no harm."""

CarryOut = Callable[[Sequence[J], Waking], Awaitable[None]]
"""Carries jobs out and says in the store what became of each. What it has not said when it raises is taken again when
the lease ends. The second argument wakes it at a signal, and tells it when the worker is to stop."""

log = logger(__name__)


class Worker(Generic[J]):
    """Takes jobs of one kind, ``batch`` at a time, and carries them out; ``run`` is a service's job."""

    def __init__(
        self,
        uow: UnitOfWork,
        cache: Cache,
        kind: type[J],
        carry_out: CarryOut[J],
        *,
        topic: str,
        batch: int = 1,
        poll_seconds: float = POLL_SECONDS,
        give_up: GiveUp[J] | None = None,
    ) -> None:
        """``topic`` is signalled when a job may be there to take. ``give_up``: see :func:`take_due`."""
        self._uow, self._cache, self._kind, self._carry_out = uow, cache, kind, carry_out
        self._topic, self._batch, self._poll_seconds, self._give_up = (
            topic,
            batch,
            poll_seconds,
            give_up,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Works until ``stop`` is set, then returns when what is in hand is finished or given back."""
        async with waking(self._cache, self._topic, stop.wait) as watch:
            while not stop.is_set():
                if taken := await self._take():
                    await self._work(taken, watch)
                else:
                    await watch.wait(self._poll_seconds)

    async def _take(self) -> list[J]:
        try:
            return await take_due(
                self._uow, self._kind, new_id(), limit=self._batch, give_up=self._give_up
            )
        except Exception as error:
            if not store_is_away(error):
                log.exception("jobs can't be taken, trying again", kind=self._kind.kind)
            return []

    async def _work(self, taken: list[J], watch: Waking) -> None:
        try:
            await self._carry_out(taken, watch)
        except (
            Exception
        ) as error:  # one job that fails must not end the worker; the lease brings it back
            if store_is_away(error):
                log.warning("jobs left, the store is away", kind=self._kind.kind, jobs=len(taken))
            else:
                log.exception("jobs failed", kind=self._kind.kind, jobs=[job.id for job in taken])


@asynccontextmanager
async def renewing(
    uow: UnitOfWork, jobs: Sequence[J], *, every_seconds: float | None = None
) -> AsyncIterator[asyncio.Event]:
    """Renews the leases of ``jobs`` for the length of the block; sets the event when none is theirs any more, so that
    whoever carries them out may stop early. ``every_seconds`` is a third of the lease unless something else is said."""
    lost = asyncio.Event()
    every_seconds = every_seconds or jobs[0].LEASE.total_seconds() / SIGNS_PER_LEASE
    sign = asyncio.create_task(_renew_until_lost(uow, jobs, lost, every_seconds))
    try:
        yield lost
    finally:
        await end(sign)


async def _renew_until_lost(
    uow: UnitOfWork, jobs: Sequence[J], lost: asyncio.Event, every_seconds: float
) -> None:
    held = list(jobs)
    while held:
        await asyncio.sleep(every_seconds)
        try:
            held = await renew(uow, held)
        except Exception as error:  # the next sign may come through before the lease ends
            log.warning("a lease was not renewed, trying again", error=type(error).__name__)
    lost.set()
