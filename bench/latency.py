"""From "accept" to the notice in the township's inbox, over RabbitMQ and PostgreSQL, at several rates.

python -m bench.latency [--quick] [--json]

Ours: POST /orders/{id}/accept -> event log -> relay -> RabbitMQ -> inbox and message -> SSE. Beside it
the plain way (bench.plain), which may lose or double events. One client accepts orders at a fixed rate, whether or
not earlier ones are done, and times each from the moment it was due until its notice is seen.
"""

import asyncio
import re
import statistics
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any

import httpx
from redis.asyncio import Redis

from bench.load import Connection, crowd
from bench.plain import running_plain
from bench.report import arguments, report
from bench.servers import Bed, bed
from cli.client import Client
from cli.demo import Demonstration
from cli.scenario import ruian_2014
from shared.contracts import PUBLISHERS
from tests.support.deployment import Deployment
from tests.support.tokens import EVERYTHING, bearer

RATES, SECONDS = (10, 50, 100, 200), 6.0
QUICK_RATES, QUICK_SECONDS = (10, 50), 3.0
PREPARERS = 8
CONNECTIONS = 32
PATIENCE_SECONDS = 60.0

TOWNSHIP = "330381125000"
RECIPIENT = f"township.{TOWNSHIP}"

Accept = Callable[[Connection, str], Awaitable[Any]]


async def paced(
    connections: Sequence[Connection], ids: Sequence[str], rate: int, accept: Accept, notices: AsyncIterator[str]
) -> list[float]:
    """Accepts ``ids`` at ``rate`` a second; gives the seconds from each one's turn to its notice."""
    due: dict[str, float] = {}
    seen: dict[str, float] = {}
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for connection in connections:
        free.put_nowait(connection)

    async def watch() -> None:
        async for order_id in notices:
            if order_id in due:
                seen.setdefault(order_id, time.perf_counter())
            if len(seen) == len(ids):
                return

    async def accept_one(order_id: str) -> None:
        connection = await free.get()
        try:
            await accept(connection, order_id)
        finally:
            free.put_nowait(connection)

    watching = asyncio.create_task(watch())
    began = time.perf_counter()
    requests = []
    for number, order_id in enumerate(ids):
        due[order_id] = began + number / rate
        await asyncio.sleep(max(0.0, due[order_id] - time.perf_counter()))
        requests.append(asyncio.create_task(accept_one(order_id)))
    await asyncio.gather(*requests)
    await asyncio.wait_for(watching, PATIENCE_SECONDS)
    return [seen[order_id] - due[order_id] for order_id in ids]


async def measure_ours(deployment: Deployment, rates: Sequence[int], seconds: float) -> dict[int, list[float]]:
    async with deployment.client() as http:
        story = Demonstration(Client(http))
        await story.prepare()
        township = next(t for t in ruian_2014().townships if t["code"] == TOWNSHIP)
        order = story.order_body(township) | {"campaign": "bench"}
        order["lines"] = order["lines"][:1]
        measured = {}
        for rate in rates:
            ids = await _submitted(http, order, f"bench-{rate}", int(rate * seconds))
            async with (
                crowd(CONNECTIONS, deployment.ports["requests", "api"], bearer(*EVERYTHING)) as connections,
                http.stream("GET", f"/api/notify/recipients/{RECIPIENT}/stream", timeout=None) as inbox,
                aclosing(_orders_in(inbox.aiter_lines())) as notices,
            ):
                await anext(notices)  # the stream is open
                measured[rate] = await paced(connections, ids, rate, _accept_ours, notices)
        return measured


def _accept_ours(connection: Connection, order_id: str) -> Awaitable[Any]:
    return connection.post(f"/api/requests/orders/{order_id}/accept")


def _accept_plain(connection: Connection, order_id: str) -> Awaitable[Any]:
    return connection.post(f"/orders/{order_id}/accept?township={TOWNSHIP}")


async def _submitted(http: httpx.AsyncClient, order: dict[str, Any], key: str, count: int) -> list[str]:
    """Orders that wait for being accepted, once all that follows from handing them in is done."""
    numbers = iter(range(count))
    ids: list[str] = []

    async def prepare() -> None:
        for number in numbers:
            headers = {"Idempotency-Key": f"{key}-{number:06}"}
            made = await http.post("/api/requests/orders", json=order | {"submit": True}, headers=headers)
            ids.append(made.raise_for_status().json()["id"])

    await asyncio.gather(*(prepare() for _ in range(PREPARERS)))
    await until_at_rest(Client(http))
    return ids


async def until_at_rest(client: Client) -> None:
    """Until every service has applied every event of those it listens to."""

    async def published() -> dict[str, int]:
        return {name: sum((await client.get(f"/api/{name}/events/counts")).values()) for name in PUBLISHERS}

    async def is_at_rest() -> bool:
        counts = await published()
        applied = [await client.get(f"/api/{name}/events/applied") for name in PUBLISHERS]
        whole = all(count == counts[name] for heard in applied for name, count in heard.items())
        return whole and counts == await published()

    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await is_at_rest():  # noqa: ASYNC110 - other processes ring no bell
            await asyncio.sleep(0.1)


async def _orders_in(lines: AsyncIterator[str]) -> AsyncGenerator[str]:
    """The orders that the notices of a stream are about; "" for a sign of life."""
    async for line in lines:
        if line.startswith(":"):
            yield ""
        elif line.startswith("data:") and (found := re.search(r"order:([^\"]+)", line)):
            yield found[1]


async def measure_plain(place: Bed, rates: Sequence[int], seconds: float) -> dict[int, list[float]]:
    async with (
        running_plain(place, ("api", "consumer")) as http,
        Redis.from_url(place.redis.url) as redis,
        redis.pubsub() as signals,
    ):
        await signals.subscribe("plain:" + TOWNSHIP)

        async def orders() -> AsyncGenerator[str]:
            async for message in signals.listen():
                if message["type"] == "message":
                    yield message["data"].decode()

        measured = {}
        for rate in rates:
            ids = [f"{rate}-{number}" for number in range(int(rate * seconds))]
            async with crowd(CONNECTIONS, http.base_url.port or 0) as connections, aclosing(orders()) as notices:
                measured[rate] = await paced(connections, ids, rate, _accept_plain, notices)
        return measured


def figures(seconds: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(1000 * value for value in seconds)
    at = {"p50": statistics.median(ordered), "p99": ordered[int(len(ordered) * 0.99)], "max": ordered[-1]}
    return {name: round(value, 1) for name, value in at.items()} | {"orders": len(ordered)}


async def measure(rates: Sequence[int], seconds: float) -> dict[str, Any]:
    with bed() as place:
        plain = await measure_plain(place, rates, seconds)
        deployment = place.deploy()
        try:
            await deployment.ready()
            ours = await measure_ours(deployment, rates, seconds)
        finally:
            deployment.stop()
    result: dict[str, Any] = {
        "unit": "milliseconds from accept to notice, by orders a second",
        "ours": {str(rate): figures(ours[rate]) for rate in rates},
        "plain": {str(rate): figures(plain[rate]) for rate in rates},
    }
    result["ratios"] = {
        f"p50_to_plain_at_{rate}": round(result["ours"][str(rate)]["p50"] / result["plain"][str(rate)]["p50"], 2)
        for rate in rates
    }
    return result


def main() -> None:
    given = arguments(__doc__, "latency")
    rates, seconds = (QUICK_RATES, QUICK_SECONDS) if given.quick else (RATES, SECONDS)
    result = asyncio.run(measure(rates, seconds))
    rows = [
        [title, rate, *(measured[name] for name in ("p50", "p99", "max"))]
        for title, key in (("Diancai: outbox, inbox, SSE", "ours"), ("plain: publish after commit", "plain"))
        for rate, measured in result[key].items()
    ]
    bars = {f"{row[0].partition(':')[0]}, {row[1]}/s": row[2] for row in rows}
    heads = ["order accepted → notice", "orders/s", "p50 ms", "p99 ms", "max ms"]
    report("latency", given, result, heads, rows, bars, "median, ms")


if __name__ == "__main__":
    main()
