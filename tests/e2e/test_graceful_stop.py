"""SIGTERM under load: the process finishes what it has in hand and leaves; nothing is handled a second time."""

import asyncio
import re
import signal
from collections.abc import Callable
from functools import partial

import httpx

from shared.messaging.broker import Inlet
from shared.messaging.rabbitmq import RabbitBroker
from tests.support.deployment import Deployment
from tests.support.ears import hand_over
from tests.support.rolls import heard
from tests.support.waiting import until

CONSUMER, API = ("notify", "consumer"), ("notify", "api")
STREAMS = 200
BACKLOG = 2_000
STOPS = 3
PROMISED_SECONDS = 10.0
"""An orchestrator kills what has not left by then, so this is no measurement: it is what the process owes."""


async def test_a_consumer_that_is_told_to_stop_under_load_handles_nothing_twice(
    new_deployment: Callable[[str], Deployment], rabbit_vhost: str
) -> None:
    deployment = new_deployment(rabbit_vhost)
    for part in (CONSUMER, API):
        deployment.start(part)
    await deployment.ready(CONSUMER, API)
    broker = RabbitBroker(rabbit_vhost)
    broker.expect(Inlet("notify", ("catalog",)))
    enough = asyncio.Event()
    async with deployment.client() as http, broker.running():
        load = asyncio.create_task(_load(broker, http, enough))
        duplicates = 0.0
        for _ in range(STOPS):
            before = await _applied(http)
            await until(partial(_at_least, http, before + BACKLOG))
            duplicates += await _duplicates(deployment)
            leave = partial(deployment.terminate, CONSUMER, within_seconds=PROMISED_SECONDS)
            status = await asyncio.to_thread(leave)
            assert status == -signal.SIGTERM, deployment.log_of(CONSUMER)  # uvicorn stops in order, then passes it on
            deployment.start(CONSUMER)
            await deployment.ready(CONSUMER)
        enough.set()
        sent = await load
        await until(partial(_at_least, http, sent))
        assert await _applied(http) == sent
        assert duplicates + await _duplicates(deployment) == 0


async def _load(broker: RabbitBroker, http: httpx.AsyncClient, enough: asyncio.Event) -> int:
    """Keeps the consumer busy until there is enough; gives how many events that were."""
    number = 0
    while not enough.is_set():
        number += 1
        await hand_over(broker, [heard(f"team-{stream}", number) for stream in range(STREAMS)])
        await until(partial(_at_least, http, (number * STREAMS) - BACKLOG))
    return number * STREAMS


async def _applied(http: httpx.AsyncClient) -> int:
    """How many of catalog's events have their effects in notify's store."""
    applied: dict[str, int] = (await http.get("/api/notify/events/applied")).json()
    return applied.get("catalog", 0)


async def _at_least(http: httpx.AsyncClient, count: int) -> bool:
    return await _applied(http) >= count


async def _duplicates(deployment: Deployment) -> float:
    """How many events the running consumer was given though it, or the one before it, had stored their effects."""
    async with httpx.AsyncClient(trust_env=False) as http:
        metrics = (await http.get(f"http://127.0.0.1:{deployment.ports[CONSUMER]}/metrics")).text
    assert 'diancai_events_handled_total{fate="applied",service="notify"}' in metrics
    found = re.search(r'diancai_events_handled_total\{fate="duplicate",service="notify"\} (\S+)', metrics)
    return float(found[1]) if found else 0.0
