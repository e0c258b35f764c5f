"""Faults of the servers, their disks, and the wires to them."""

import asyncio
import os
import random
import signal
from contextlib import suppress

import psutil
from aio_pika.exceptions import AMQPError

from shared.messaging.resizing import exists
from shared.messaging.supervisor import connect
from shared.messaging.topology import resend_queue
from tests.storm.ground import Ground
from tests.support.deployment import ROLES
from tests.support.pair import PostgresPair
from tests.support.private import DISK_FREE_LIMIT, PrivateServer

KINDS = ("rabbitmq", "postgresql", "redis")
DECLARED_SECONDS = 20.0
"""So long the services may take to make their queues anew before the broker is killed all the same."""


async def kill(ground: Ground, dice: random.Random) -> str:
    strike = dice.choice((_kill_broker, _kill_store, _kill_redis))
    return await strike(ground, dice)


async def _kill_broker(ground: Ground, dice: random.Random) -> str:
    """Any node, or the one that leads a queue."""
    number, queue = dice.random(), f"{dice.choice(sorted(ROLES))}.0"
    nodes = ground.nodes()
    if len(nodes) == 1:
        struck = await _kill(nodes[0], dice)
        ground.outside.subscribe_again()
        return struck
    if number < 0.5:
        await _kill(await asyncio.to_thread(ground.leader_of, queue), dice)
        return "kill -9 leader of a queue"
    await _kill(nodes[int(number * 1000) % len(nodes)], dice)
    return "kill -9 node of rabbitmq"


async def _kill_store(ground: Ground, dice: random.Random) -> str:
    pair = ground.postgres
    if not isinstance(pair, PostgresPair):
        return await _kill(pair, dice)
    if dice.random() < 0.3:
        await _kill(pair.standby, dice)
        return "kill -9 standby"
    await asyncio.to_thread(pair.fail_over)
    ground.wires["postgresql"].lead_to(pair.url)
    await asyncio.sleep(dice.uniform(0, 1))
    await asyncio.to_thread(pair.rejoin)
    return "kill -9 primary, fail over"


async def _kill_redis(ground: Ground, dice: random.Random) -> str:
    return await _kill(ground.redis, dice)


async def _kill(server: PrivateServer, dice: random.Random) -> str:
    await asyncio.to_thread(server.kill9)
    await asyncio.sleep(dice.uniform(0, 1))
    await asyncio.to_thread(server.start)
    return f"kill -9 {server.name}"


async def stop(ground: Ground, dice: random.Random) -> str:
    """It stands still with all its processes, and its connections stay."""
    server = _server(ground, dice.choice(KINDS))
    family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    _send(family, signal.SIGSTOP)
    try:
        await asyncio.sleep(dice.uniform(1, 4))
    finally:
        _send(family, signal.SIGCONT)
    return f"SIGSTOP {server.name}"


async def break_wire(ground: Ground, dice: random.Random) -> str:
    name, how, seconds = (
        dice.choice(KINDS),
        dice.choice(("drop", "cut", "stall")),
        dice.uniform(0.5, 3),
    )
    wire = ground.wires[name]
    if how == "drop":
        wire.drop()
    elif how == "cut":
        wire.cut()
        await asyncio.sleep(seconds)
        wire.mend()
    else:
        wire.stall()
        await asyncio.sleep(seconds)
        wire.flow()
    return f"{how} {name}"


async def alarm_memory(ground: Ground, dice: random.Random) -> str:
    """The broker takes no more, and still gives out what it has."""
    await _alarm(ground, dice, "set_vm_memory_high_watermark", "0.0000001", "0.6")
    return "memory alarm"


async def alarm_disk(ground: Ground, dice: random.Random) -> str:
    await _alarm(ground, dice, "set_disk_free_limit", "100000GB", DISK_FREE_LIMIT)
    return "disk alarm"


async def _alarm(ground: Ground, dice: random.Random, limit: str, sick: str, sound: str) -> None:
    await asyncio.to_thread(ground.broker.control, limit, sick)
    await asyncio.sleep(dice.uniform(1, 3))
    await asyncio.to_thread(ground.broker.control, limit, sound)


async def fill_disk(ground: Ground, dice: random.Random) -> str:
    """Of PostgreSQL, which may give up for it, or of Redis. The broker has its own alarm ahead of that."""
    name = dice.choice(("postgresql", "postgresql", "redis"))
    ground.disks[name].fill_disk()
    try:
        await asyncio.sleep(dice.uniform(0.5, 3))
    finally:
        ground.disks[name].heal()
    await asyncio.to_thread(ground.redis.recover if name == "redis" else ground.postgres.recover)
    return f"full disk of {name}"


async def slow_disk(ground: Ground, dice: random.Random) -> str:
    name, delay = dice.choice(KINDS), dice.uniform(0.05, 0.5)
    ground.disks[name].slow_disk(delay)
    try:
        await asyncio.sleep(dice.uniform(2, 5))
    finally:
        ground.disks[name].heal()
    return f"slow disk of {name}"


async def wipe_broker(ground: Ground, dice: random.Random) -> str:
    """It comes back with an empty disk: no queues, no messages, no bindings."""
    with suppress(Exception):  # what was not read by then, nobody will
        await ground.outside.listen()
    await asyncio.to_thread(ground.broker.wipe)
    await asyncio.sleep(dice.uniform(0, 1))
    await asyncio.to_thread(ground.broker.start)
    ground.outside.subscribe_anew()
    return "broker wiped"


async def wipe_and_kill_broker(ground: Ground, dice: random.Random) -> str:
    """Its disk is empty, and as soon as the services have made their queues anew it is killed, twice: a quorum queue
    that was declared a moment before may answer nobody afterwards."""
    await wipe_broker(ground, dice)
    node = ground.nodes()[0]
    for _ in range(2):
        with suppress(TimeoutError):
            async with asyncio.timeout(DECLARED_SECONDS):
                while not await _are_declared(node.url):  # noqa: ASYNC110 - no event tells of it
                    await asyncio.sleep(0.2)
        await asyncio.sleep(dice.uniform(0, 1))
        await _kill(node, dice)
    ground.outside.subscribe_again()
    return "broker wiped, then killed twice"


async def _are_declared(url: str) -> bool:
    try:
        async with await connect(url) as connection:
            return all([await exists(connection, resend_queue(service)) for service in ROLES])
    except (AMQPError, OSError):
        return False


def _server(ground: Ground, name: str) -> PrivateServer:
    store = (
        ground.postgres.primary if isinstance(ground.postgres, PostgresPair) else ground.postgres
    )
    return {"rabbitmq": ground.nodes()[0], "postgresql": store, "redis": ground.redis}[name]


def _send(family: list[psutil.Process], what: signal.Signals) -> None:
    for process in family:
        with suppress(ProcessLookupError):
            os.kill(process.pid, what)
