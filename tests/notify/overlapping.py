"""Transactions that apply events at the same moment, as those of two consumer processes do."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import text

from services.notify.consumers import subscriptions
from shared.cache.memory import MemoryCache
from shared.unit_of_work import Transaction
from tests.notify.rui_an import Told
from tests.support.house import House
from tests.support.waiting import until

Step = Callable[[Transaction, str], Awaitable[None]]

_WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
)


async def apply(
    house: House,
    story: Sequence[Told],
    *,
    after_first: Callable[[], Awaitable[object]] | None = None,
    before_commit: Step | None = None,
) -> None:
    """Applies the events in one transaction, without a retry: what a consumer would heal is an error here."""
    uow = house.uow("notify")
    handlers = subscriptions(MemoryCache(), [])
    envelopes = [house.envelope(stream, event) for stream, event in story]
    async with uow.transaction() as tx:
        for number, (envelope, (_, event)) in enumerate(zip(envelopes, story, strict=True)):
            tx.cause = envelope
            await handlers[type(event)](uow.nested(tx), event)
            if number == 0 and after_first is not None:
                await after_first()
        if before_commit is not None:
            tx.at_end(before_commit, "")


async def one_inside_the_other(
    house: House,
    first: Sequence[Told],
    second: Sequence[Told],
    *,
    meanwhile: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Begins ``second`` when ``first`` has written everything. Commits ``first`` when ``second`` waits for it, or is
    stored because nothing made it wait. ``meanwhile`` is called in between."""
    written, go_on = asyncio.Event(), asyncio.Event()

    async def pause(tx: Transaction, _key: str) -> None:
        await tx.flush()
        written.set()
        await go_on.wait()

    async def has_got_as_far_as_it_can() -> bool:
        if other.done():
            return True
        async with house.uow("notify").reading() as session:
            return bool(await session.scalar(_WAITING))

    async with asyncio.TaskGroup() as group:
        group.create_task(apply(house, first, before_commit=pause))
        await written.wait()
        other = group.create_task(apply(house, second))
        await until(has_got_as_far_as_it_can)
        if meanwhile is not None:
            await meanwhile()
        go_on.set()


async def side_by_side(house: House, first: Sequence[Told], second: Sequence[Told]) -> None:
    """Applies both; each has applied its first event before the other goes on to its second."""
    barrier = asyncio.Barrier(2)
    async with asyncio.TaskGroup() as group:
        group.create_task(apply(house, first, after_first=barrier.wait))
        group.create_task(apply(house, second, after_first=barrier.wait))
