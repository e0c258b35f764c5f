"""From an order to the notice that tells of it, over RabbitMQ and PostgreSQL, at several rates.

python -m bench.latency [--quick] [--json]

Two steps of an order, each timed: *ordered* (a township hands it in, and the corps' inbox tells of it: POST /orders)
and *accepted* (the corps takes it on, and the township's inbox tells of it: POST /orders/{id}/accept). Both go
event log -> relay -> RabbitMQ -> inbox and message -> SSE. Beside them the plain way (bench.plain), which may lose or
double events. One client acts at a fixed rate, whether or not earlier orders are done, and times each from the moment
it was due until its notice is seen.
"""

import asyncio
import os
import re
import statistics
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis

from bench.intake import LETTERS
from bench.load import Connection, crowd
from bench.plain import running_plain
from bench.report import arguments, print_table, report
from bench.servers import Bed, bed, cpu_seconds
from bench.today import order_of_today
from cli.client import Client
from cli.demo import Demonstration
from cli.scenario import ruian_2014
from services.notify.inbox.domain.recipient import COORDINATOR, of_township
from shared.contracts import PUBLISHERS
from shared.kernel.tasks import end
from tests.support.deployment import Deployment
from tests.support.tokens import EVERYTHING, bearer

RATES, SECONDS = (1, 10, 50, 100, 200), 6.0
QUICK_RATES, QUICK_SECONDS = (10, 50), 3.0
CONNECTIONS = 32
PATIENCE_SECONDS = 60.0

TOWNSHIP = "330381125000"
CORPS_INBOX, TOWNSHIP_INBOX = COORDINATOR, of_township(TOWNSHIP)

Act = Callable[[Connection, int], Awaitable[str]]
"""Does with the order of that number what is timed; gives its id."""


async def paced(
    connections: Sequence[Connection], count: int, rate: int, act: Act, notices: AsyncIterator[str]
) -> list[float]:
    """Acts ``count`` times at ``rate`` a second; gives the seconds from each one's turn to its notice."""
    seen: dict[str, float] = {}  # others' orders may be among them
    news = asyncio.Event()
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for connection in connections:
        free.put_nowait(connection)

    async def watch() -> None:
        async for order_id in notices:
            seen.setdefault(order_id, time.perf_counter())
            news.set()

    async def act_once(number: int) -> str:
        connection = await free.get()
        try:
            return await act(connection, number)
        finally:
            free.put_nowait(connection)

    watching = asyncio.create_task(watch())
    began = time.perf_counter()
    due = [began + number / rate for number in range(count)]
    acting = []
    for number, turn in enumerate(due):
        await asyncio.sleep(max(0.0, turn - time.perf_counter()))
        acting.append(asyncio.create_task(act_once(number)))
    try:
        ids = await asyncio.gather(*acting)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not seen.keys() >= set(ids):
                news.clear()
                await news.wait()
    finally:
        await end(watching)
    return [seen[order_id] - turn for order_id, turn in zip(ids, due, strict=True)]


@dataclass(frozen=True, slots=True)
class Measured:
    """By step and rate: the seconds of each order, and the CPU milliseconds that one cost each process."""

    seconds: dict[str, dict[int, list[float]]]
    cpu: dict[str, dict[int, dict[str, float]]]


async def measure_ours(
    place: Bed, deployment: Deployment, rates: Sequence[int], seconds: float
) -> Measured:
    measured = Measured({"ordered": {}, "accepted": {}}, {"ordered": {}, "accepted": {}})
    run = uuid4().hex
    async with deployment.client() as http:
        client = Client(http)
        township = next(t for t in ruian_2014().townships if t["code"] == TOWNSHIP)
        order = await order_of_today(client, Demonstration(client), township)
        order["lines"] = order["lines"][:1]
        for rate in rates:
            count = int(rate * seconds)
            ids: list[str] = []

            async def hand_in(
                connection: Connection, number: int, *, rate: int = rate, ids: list[str] = ids
            ) -> str:
                key = f"{run}-{rate}-{number:06}"
                body = order | {"place": key.translate(LETTERS), "submit": True}  # no two are alike
                made = await connection.post("/api/requests/orders", body, Idempotency_Key=key)
                ids.append(made["id"])
                return str(made["id"])

            async def accept(connection: Connection, number: int, *, ids: list[str] = ids) -> str:
                await connection.post(f"/api/requests/orders/{ids[number]}/accept")
                return ids[number]

            for step, act, inbox in (
                ("ordered", hand_in, CORPS_INBOX),
                ("accepted", accept, TOWNSHIP_INBOX),
            ):
                before = _cpu(place, deployment)
                async with (
                    crowd(
                        CONNECTIONS, deployment.ports["requests", "api"], bearer(*EVERYTHING)
                    ) as connections,
                    http.stream(
                        "GET", f"/api/notify/recipients/{inbox}/stream", timeout=None
                    ) as stream,
                    aclosing(_orders_in(stream.aiter_lines())) as notices,
                ):
                    await anext(notices)  # the stream is open
                    measured.seconds[step][rate] = await paced(
                        connections, count, rate, act, notices
                    )
                spent = {
                    name: value - before[name] for name, value in _cpu(place, deployment).items()
                }
                measured.cpu[step][rate] = {
                    name: round(1000 * value / count, 2) for name, value in spent.items()
                }
                await until_at_rest(Client(http))
    return measured


def _cpu(place: Bed, deployment: Deployment) -> dict[str, float]:
    """The CPU seconds of every process so far, this one's too: it shares the cores."""
    services = {" ".join(part): cpu_seconds(deployment.pid(part)) for part in deployment.parts}
    servers = {"rabbitmq": place.broker, "postgresql": place.postgres, "redis": place.redis}
    times = os.times()
    return (
        services
        | {name: cpu_seconds(server.pid) for name, server in servers.items()}
        | {"client": times.user + times.system}
    )


async def until_at_rest(client: Client) -> None:
    """Until every service has applied every event of those it listens to."""

    async def published() -> dict[str, int]:
        return {
            name: sum((await client.get(f"/api/{name}/events/counts")).values())
            for name in PUBLISHERS
        }

    async def is_at_rest() -> bool:
        counts = await published()
        applied = [await client.get(f"/api/{name}/events/applied") for name in PUBLISHERS]
        whole = all(count == counts[name] for heard in applied for name, count in heard.items())
        return whole and counts == await published()

    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await is_at_rest():  # noqa: ASYNC110 - other processes' commits notify nobody here
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

            async def accept(connection: Connection, number: int, *, rate: int = rate) -> str:
                answer = await connection.post(
                    f"/orders/{rate}-{number}/accept?township={TOWNSHIP}"
                )
                return str(answer["id"])

            async with (
                crowd(CONNECTIONS, http.base_url.port or 0) as connections,
                aclosing(orders()) as notices,
            ):
                measured[rate] = await paced(
                    connections, int(rate * seconds), rate, accept, notices
                )
        return measured


def figures(seconds: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(1000 * value for value in seconds)
    at = {
        "p50": statistics.median(ordered),
        "p99": ordered[int(len(ordered) * 0.99)],
        "max": ordered[-1],
    }
    return {name: round(value, 1) for name, value in at.items()} | {"orders": len(ordered)}


async def measure(rates: Sequence[int], seconds: float) -> dict[str, Any]:
    with bed() as place:
        plain = await measure_plain(place, rates, seconds)
        deployment = place.deploy()
        try:
            await deployment.ready()
            ours = await measure_ours(place, deployment, rates, seconds)
        finally:
            deployment.stop()
    result: dict[str, Any] = {
        "unit": "milliseconds from a step of an order to its notice, by orders a second",
        **{
            step: {str(rate): figures(ours.seconds[step][rate]) for rate in rates}
            for step in ours.seconds
        },
        "plain": {str(rate): figures(plain[rate]) for rate in rates},
        "cpu_ms_per_order": {
            step: {str(rate): by for rate, by in of.items()} for step, of in ours.cpu.items()
        },
    }
    result["ratios"] = {
        f"{step}_p50_to_plain_at_{rate}": round(
            result[step][str(rate)]["p50"] / result["plain"][str(rate)]["p50"], 2
        )
        for step in ours.seconds
        for rate in rates
    }
    return result


def show_cpu(spent: dict[str, dict[str, dict[str, float]]]) -> None:
    columns = [(step, rate) for step, of in spent.items() for rate in of]
    print_table(
        "CPU ms an order costs each process",
        ["process", *(f"{step} {rate}/s" for step, rate in columns)],
        [
            [name, *(spent[step][rate][name] for step, rate in columns)]
            for name in spent["ordered"][columns[0][1]]
        ],
    )


def main() -> None:
    given = arguments(__doc__, "latency")
    rates, seconds = (QUICK_RATES, QUICK_SECONDS) if given.quick else (RATES, SECONDS)
    result = asyncio.run(measure(rates, seconds))
    rows = [
        [title, rate, *(measured[name] for name in ("p50", "p99", "max"))]
        for title, key in (
            ("Diancai, handed in: outbox, inbox, SSE", "ordered"),
            ("Diancai, accepted: the same", "accepted"),
            ("plain: publish after commit", "plain"),
        )
        for rate, measured in result[key].items()
    ]
    if not given.json:
        show_cpu(result["cpu_ms_per_order"])
    bars = {f"{row[0].partition(':')[0]}, {row[1]}/s": row[2] for row in rows}
    heads = ["order → notice", "orders/s", "p50 ms", "p99 ms", "max ms"]
    report("latency", given, result, heads, rows, bars, "median, ms")


if __name__ == "__main__":
    main()
