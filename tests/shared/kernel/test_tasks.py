"""Ending tasks, also such that take their cancellation for something else."""

import asyncio

from shared.kernel.tasks import end


async def test_a_task_that_swallows_its_cancellation_is_ended_all_the_same() -> None:
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed == 3:
                    raise

    async def faulty() -> None:
        raise RuntimeError("long before")

    tasks = [asyncio.create_task(stubborn()), asyncio.create_task(faulty())]
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await end(*tasks)
    assert swallowed == 3
    assert all(task.done() for task in tasks)


async def test_ending_nothing_ends() -> None:
    await end()
