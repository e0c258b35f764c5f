"""Does memory stay flat? The resident size of every service process under a steady load, minute by minute.

python -m bench.memory --minutes 20 [--outage] [--json]

Five orders a second are drafted, handed in and accepted. With --outage the broker is dead all the time, while the
orders go on being taken; then it comes back, and what waited in the event logs must be delivered.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.report import RESULTS
from bench.servers import bed
from bench.today import order_of_today
from cli.client import Client, Json
from cli.demo import Demonstration
from cli.scenario import ruian_2014
from shared.contracts import PUBLISHERS
from tests.support.deployment import Deployment
from tests.support.private import RabbitMQ

ORDERS_A_SECOND = 5
WARM_UP = 0.25
"""The share of the time, at the beginning, in which a process may still fill its caches: it is not in the slope."""

SAMPLE_SECONDS = 60.0
PATIENCE_SECONDS = 3600.0

Sizes = dict[str, float]
"""MiB by process, "requests api" and so on."""


class Load:
    """A steady stream of orders, each due at its time whether or not those before it are done."""

    def __init__(self, client: Client, body: Json) -> None:
        self._client = client
        self._body = body
        self.taken = 0

    async def run(self, seconds: float) -> None:
        began = time.monotonic()
        async with asyncio.TaskGroup() as orders:
            for number in range(int(seconds * ORDERS_A_SECOND)):
                await asyncio.sleep(max(0.0, began + number / ORDERS_A_SECOND - time.monotonic()))
                orders.create_task(self._order(number))

    async def _order(self, number: int) -> None:
        order = await self._client.post("/api/requests/orders", self._body, key=f"memory-{number}")
        for step in ("submit", "accept"):
            await self._client.post(
                f"/api/requests/orders/{order['id']}/{step}", key=f"{order['id']}-{step}"
            )
        self.taken += 1


def sizes_of(deployment: Deployment) -> Sizes:
    return {
        " ".join(part): psutil.Process(deployment.pid(part)).memory_info().rss / 2**20
        for part in deployment.parts
    }


async def sample(deployment: Deployment, load: Load, samples: list[Sizes]) -> None:
    """Until cancelled."""
    while True:
        samples.append(sizes_of(deployment))
        Console(stderr=True).print(
            f"minute {len(samples) - 1}: {load.taken} orders taken, {sum(samples[-1].values()):.0f} MiB in all"
        )
        await asyncio.sleep(SAMPLE_SECONDS)


async def measure(minutes: float, *, outage: bool) -> dict[str, Any]:
    with bed() as place:
        deployment = place.deploy()
        try:
            await deployment.ready()
            async with deployment.client() as http:
                return await _observe(
                    deployment, place.broker, Client(http), minutes, outage=outage
                )
        finally:
            deployment.stop()


async def _observe(
    deployment: Deployment, broker: RabbitMQ, client: Client, minutes: float, *, outage: bool
) -> dict[str, Any]:
    order = await order_of_today(client, Demonstration(client), ruian_2014().townships[0])
    load, samples = Load(client, order), list[Sizes]()
    if outage:
        await asyncio.to_thread(broker.kill9)
    sampling = asyncio.create_task(sample(deployment, load, samples))
    await load.run(minutes * 60)
    sampling.cancel()
    samples.append(sizes_of(deployment))
    if outage:
        await asyncio.to_thread(broker.start)
    began = time.monotonic()
    waiting = await _backlog(client)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await _backlog(client):  # noqa: ASYNC110 - other processes' commits notify nobody here
            await asyncio.sleep(0.2)
    return {
        "minutes": minutes,
        "broker": "dead all the time" if outage else "there",
        "orders": load.taken,
        "orders_due": int(minutes * 60 * ORDERS_A_SECOND),
        "events_waiting_at_the_end": waiting,
        "seconds_until_all_is_delivered": round(time.monotonic() - began, 1),
        "samples_mib": samples,
        "mib_after_delivery": sizes_of(deployment),
        "mib_an_hour": {
            name: round(slope([one[name] for one in samples]), 2) for name in samples[0]
        },
    }


async def _backlog(client: Client) -> int:
    """How many effects are due, summed over the listeners."""
    published = {
        name: sum((await client.get(f"/api/{name}/events/counts")).values()) for name in PUBLISHERS
    }
    applied = [await client.get(f"/api/{name}/events/applied") for name in PUBLISHERS]
    return sum(published[of] - count for counts in applied for of, count in counts.items())


def slope(sizes: Sequence[float]) -> float:
    """MiB an hour, by least squares, without the beginning."""
    rest = sizes[int(len(sizes) * WARM_UP) :]
    if len(rest) < 2:
        return 0.0
    return statistics.linear_regression(range(len(rest)), rest).slope * 3600 / SAMPLE_SECONDS


def show(result: dict[str, Any]) -> None:
    samples: list[Sizes] = result["samples_mib"]
    middle = samples[int(len(samples) * WARM_UP)]
    table = Table("MiB", "at the start", "warm", "at the end", "after delivery", "MiB an hour")
    for name in samples[0]:
        figures = (
            samples[0][name],
            middle[name],
            samples[-1][name],
            result["mib_after_delivery"][name],
        )
        table.add_row(
            name, *(f"{figure:.1f}" for figure in figures), f"{result['mib_an_hour'][name]:+.1f}"
        )
    console = Console()
    console.print(table)
    told = (
        "minutes",
        "broker",
        "orders",
        "orders_due",
        "events_waiting_at_the_end",
        "seconds_until_all_is_delivered",
    )
    console.print({name: result[name] for name in told})


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.memory",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=20.0, help="how long the load goes on")
    parser.add_argument("--outage", action="store_true", help="without a broker, until the end")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object, with every figure"
    )
    given = parser.parse_args()
    result = asyncio.run(measure(given.minutes, outage=given.outage))
    RESULTS.mkdir(exist_ok=True)
    name = "memory-outage" if given.outage else "memory"
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    if given.json:
        print(json.dumps(result))
    else:
        show(result)


if __name__ == "__main__":
    main()
