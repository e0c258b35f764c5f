"""From "accept" to the notice in the township's inbox, on an idle system, over RabbitMQ and PostgreSQL.

python -m bench.latency [--quick] [--json]

Ours: POST /orders/{id}/accept -> event log -> relay -> RabbitMQ -> inbox and message -> SSE. Beside it
the plain way (bench.plain), which may lose or double events. Both are timed by one client from before the
request is sent until the notice is seen.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table

from bench.plain import running_plain
from bench.servers import Bed, bed
from cli.client import Client
from cli.demo import Demonstration
from cli.scenario import ruian_2014
from tests.support.deployment import Deployment

ROUNDS = 100
QUICK_ROUNDS = 30
PAUSE_SECONDS = 0.05
"""Between rounds, so that each finds an idle system."""

TOWNSHIP = "330381125000"
RECIPIENT = f"township.{TOWNSHIP}"


async def measure_ours(deployment: Deployment, rounds: int) -> list[float]:
    async with deployment.client() as http:
        story = Demonstration(Client(http))
        await story.prepare()
        order = {
            **story.order_body(next(t for t in ruian_2014().townships if t["code"] == TOWNSHIP)),
            "campaign": "bench",
        }
        ids = []
        for number in range(rounds):
            made = await http.post(
                "/api/requests/orders", json=order, headers={"Idempotency-Key": f"bench-{number:05}"}
            )
            ids.append(made.raise_for_status().json()["id"])
            (await http.post(f"/api/requests/orders/{ids[-1]}/submit")).raise_for_status()
        stream = f"/api/notify/recipients/{RECIPIENT}/stream"
        async with http.stream("GET", stream, timeout=None) as inbox:
            notices = _notices(inbox.aiter_lines())
            await anext(notices)  # the stream is open
            seconds = []
            for order_id in ids:
                await asyncio.sleep(PAUSE_SECONDS)
                began = time.perf_counter()
                request = asyncio.create_task(http.post(f"/api/requests/orders/{order_id}/accept"))
                while f"order:{order_id}" not in (await anext(notices)):
                    pass
                seconds.append(time.perf_counter() - began)
                (await request).raise_for_status()
        return seconds


async def _notices(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    async for line in lines:
        if line.startswith((":", "data:")):
            yield line


async def measure_plain(place: Bed, rounds: int) -> list[float]:
    async with (
        running_plain(place, ("api", "consumer")) as http,
        Redis.from_url(place.redis.url) as redis,
        redis.pubsub() as signals,
    ):
        await signals.subscribe("plain:" + TOWNSHIP)
        await signals.get_message(timeout=5)
        seconds = []
        for number in range(-3, rounds):  # the first ones warm up
            await asyncio.sleep(PAUSE_SECONDS)
            began = time.perf_counter()
            path = f"/orders/plain-{number}/accept"
            request = asyncio.create_task(http.post(path, params={"township": TOWNSHIP}))
            while not await signals.get_message(ignore_subscribe_messages=True, timeout=10):
                pass
            seconds.append(time.perf_counter() - began)
            (await request).raise_for_status()
        return seconds[3:]


def figures(seconds: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(1000 * value for value in seconds)
    return {
        "p50": round(statistics.median(ordered), 1),
        "p90": round(ordered[int(len(ordered) * 0.9)], 1),
        "max": round(ordered[-1], 1),
        "rounds": len(ordered),
    }


async def measure(rounds: int) -> dict[str, Any]:
    with bed() as place:
        deployment = place.deploy()
        try:
            await deployment.ready()
            ours = figures(await measure_ours(deployment, rounds))
        finally:
            deployment.stop()
        plain = figures(await measure_plain(place, rounds))
    return {
        "unit": "milliseconds from accept to notice",
        "ours": ours,
        "plain": plain,
        "ratio_p50": round(ours["p50"] / plain["p50"], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    result = asyncio.run(measure(QUICK_ROUNDS if arguments.quick else ROUNDS))
    if arguments.json:
        print(json.dumps(result))
        return
    table = Table("order accepted → notice in the inbox", "p50 ms", "p90 ms", "max ms", title="latency, idle system")
    for name, key in (("Diancai: outbox, inbox, SSE", "ours"), ("plain: publish after commit", "plain")):
        table.add_row(name, *(str(result[key][figure]) for figure in ("p50", "p90", "max")))
    Console().print(table)
    print(f"ratio of the medians: {result['ratio_p50']}")


if __name__ == "__main__":
    main()
