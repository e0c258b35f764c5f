"""Workers: woken by a signal, stopped in good order, unharmed by a job that fails, alive while they work."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest

from shared.cache.memory import MemoryCache
from shared.cache.waking import Waking
from shared.jobs.queue import still_held, take_due
from shared.jobs.worker import CarryOut, Worker, renewing
from shared.kernel.tasks import end
from tests.shared.jobs.errands import Errand, Office
from tests.support.rolls import Rolls
from tests.support.waiting import until

TOPIC = "errands"


@pytest.fixture
async def office(rolls: Rolls) -> Office:
    return await Office(rolls).open()


@dataclass
class Clerk:
    """Finishes errands; fails on those in ``trouble``."""

    office: Office
    trouble: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    def has_done(self, number: int) -> bool:
        return len(self.done) == number

    async def carry_out(self, jobs: Sequence[Errand], watch: Waking) -> None:
        for job in jobs:
            if job.id in self.trouble:
                raise ZeroDivisionError
            async with self.office.uow.transaction() as tx:
                held = await still_held(tx, job)
                assert held is not None
                held.finish()
            self.done.append(job.id)


@asynccontextmanager
async def at_work(
    office: Office, cache: MemoryCache, carry_out: CarryOut[Errand]
) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    worker = Worker(office.uow, cache, Errand, carry_out, topic=TOPIC, poll_seconds=3600)
    running = asyncio.create_task(worker.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait([running], timeout=20)
        await end(running)


async def test_a_signal_wakes_the_worker(office: Office) -> None:
    cache, clerk = MemoryCache(), Clerk(office)
    async with cache.running(), at_work(office, cache, clerk.carry_out):
        for number, name in enumerate(("first", "second"), start=1):
            await office.put(name)
            cache.signal(TOPIC)
            await until(partial(clerk.has_done, number))


async def test_a_job_that_fails_does_not_end_the_worker_and_comes_again(office: Office) -> None:
    cache, clerk = MemoryCache(), Clerk(office, trouble={"poison"})
    await office.put("poison")
    await office.put("sound", due_at=office.clock.now)
    async with cache.running(), at_work(office, cache, clerk.carry_out):
        await until(lambda: clerk.done == ["sound"])
        assert (await office.look("poison")).state == "running"
        clerk.trouble.clear()
        office.clock.move(seconds=30)
        cache.signal(TOPIC)
        await until(lambda: clerk.done == ["sound", "poison"])


async def test_a_worker_that_is_told_to_stop_finishes_what_it_has_in_hand(office: Office) -> None:
    cache, clerk, begun, go_on = MemoryCache(), Clerk(office), asyncio.Event(), asyncio.Event()

    async def slowly(jobs: Sequence[Errand], watch: Waking) -> None:
        begun.set()
        await go_on.wait()
        await clerk.carry_out(jobs, watch)

    await office.put("first", "second")
    async with cache.running(), at_work(office, cache, slowly) as stop:
        await begun.wait()
        stop.set()
        go_on.set()
    assert clerk.done == ["first"]
    assert (await office.look("second")).state == "queued"


async def test_a_lease_is_renewed_while_the_work_goes_on_and_its_loss_is_noticed(
    office: Office,
) -> None:
    await office.put("long")
    (job,) = await take_due(office.uow, Errand, "a")
    async with renewing(office.uow, [job], every_seconds=0.01) as lost:
        office.clock.move(seconds=5)
        renewed_until = office.clock.now + Errand.LEASE

        async def is_renewed() -> bool:
            return (await office.look("long")).due_at == renewed_until

        await until(is_renewed)
        assert not lost.is_set()
        await office.cancel("long")
        await asyncio.wait_for(lost.wait(), 20)
