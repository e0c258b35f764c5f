"""Faults of the services' processes: killed, stopped, restarted, of another release, with a wrong clock."""

import asyncio
import os
import random
import signal

from tests.storm.ground import Ground

NEXT_RELEASE = ("-m", "tests.storm.next_release")
LONGEST_JUMP_SECONDS = 3600.0


async def kill(ground: Ground, dice: random.Random) -> str:
    part = ground.some_part(dice)
    ground.deployment.kill9(part)
    await asyncio.sleep(dice.uniform(0, 1))
    ground.deployment.start(part)
    return f"kill -9 {part[1]}"


async def restart(ground: Ground, dice: random.Random) -> str:
    part = ground.some_part(dice)
    await asyncio.to_thread(ground.deployment.terminate, part)
    ground.deployment.start(part)
    return f"SIGTERM {part[1]}"


async def stop(ground: Ground, dice: random.Random) -> str:
    part = ground.some_part(dice)
    pid = ground.deployment.pid(part)
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(dice.uniform(1, 4))
    finally:
        os.kill(pid, signal.SIGCONT)
    return f"SIGSTOP {part[1]}"


async def change_release(ground: Ground, dice: random.Random) -> str:
    """One process after another becomes the next release, or the present one again: in between both run side by
    side, on one store and in one another's queues."""
    deployment = ground.deployment
    part = ground.some_part(dice)
    is_next = part in deployment.others
    await deployment.replace(part, None if is_next else NEXT_RELEASE)
    return f"{'back to this' if is_next else 'on to the next'} release: {part[1]}"


async def shift_clock(ground: Ground, dice: random.Random) -> str:
    """Of one process, by seconds or up to an hour, ahead or back."""
    part = ground.some_part(dice)
    far = LONGEST_JUMP_SECONDS ** dice.random()
    seconds = dice.choice((-1, 1)) * far
    ground.clocks[part].shift_clock(seconds)
    try:
        await asyncio.sleep(dice.uniform(1, 4))
    finally:
        ground.clocks[part].heal()
    return f"clock {'ahead' if seconds > 0 else 'behind'} of {part[1]}"
