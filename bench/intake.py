"""Orders taken in over HTTP: Diancai's API process beside a plain FastAPI endpoint with two inserts.

python -m bench.intake [--quick] [--json]

One process each and nothing beside it, the same PostgreSQL, commits with fsync, sixteen clients at once, an order of
one line. Ours checks a signed token, its revocation, the role's scope and the rate limits, validates the order against
the menu, checks the idempotency key, and writes the audit log; an order that is handed in also writes its event. The
plain one validates the same body by its types and makes two inserts. Measured in turns, so that both see the same
machine. The relays and consumers that would go on with our events are not running; with all of them on the same cores,
see bench.latency.
"""

import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx

from bench.load import Connection, crowd
from bench.plain import running_plain
from bench.report import arguments, report
from bench.servers import bed
from bench.today import order_of_today
from cli.client import Client
from cli.demo import Demonstration
from cli.scenario import ruian_2014
from tests.support.tokens import EVERYTHING, bearer

SECONDS, QUICK_SECONDS = 10.0, 4.0
ROUNDS = 4
CLIENTS = 16
SUBMITTED = 640
LETTERS = str.maketrans("0123456789", "abcdefghij")
"""A place is not called by a long number, which would be looked at as if it were somebody's."""

Post = Callable[[Connection, int], Awaitable[Any]]


async def rate_of(connections: Sequence[Connection], post: Post, seconds: float) -> float:
    """Answers a second, once half a second has warmed things up."""
    numbers = itertools.count()

    async def client(connection: Connection, until: float) -> int:
        count = 0
        while time.perf_counter() < until:
            await post(connection, next(numbers))
            count += 1
        return count

    rate = 0.0
    for length in (0.5, seconds):
        began = time.perf_counter()
        counts = await asyncio.gather(
            *(client(connection, began + length) for connection in connections)
        )
        rate = sum(counts) / (time.perf_counter() - began)
    return rate


def plain_post(connection: Connection, _number: int) -> Awaitable[Any]:
    body = {
        "township": "330381125000",
        "place": "湖岭镇文化广场",
        "lines": [{"item": "health", "people": 120}],
    }
    return connection.post("/orders", body)


def our_post(order: dict[str, Any], **more: bool) -> Post:
    def post(connection: Connection, number: int) -> Awaitable[Any]:
        key = f"bench-{number:06}-{time.monotonic_ns()}"
        body = (
            order | {"place": key.translate(LETTERS)} | more
        )  # no two are alike, or they would be asked about
        return connection.post("/api/requests/orders", body, Idempotency_Key=key)

    return post


async def measure(seconds: float) -> dict[str, Any]:
    with bed() as place:
        deployment = place.deploy()
        try:
            await deployment.ready()
            async with deployment.client() as http:
                order = await _prepared(http)
            for part in deployment.parts:
                if part != ("requests", "api"):
                    deployment.terminate(part)
            port = deployment.ports["requests", "api"]
            async with running_plain(place, ("api",)) as plain:
                sides: dict[str, tuple[int, Mapping[str, str], Post]] = {
                    "plain": (plain.base_url.port or 0, {}, plain_post),
                    "ours_draft": (port, bearer(*EVERYTHING), our_post(order)),
                    "ours_handed_in": (port, bearer(*EVERYTHING), our_post(order, submit=True)),
                }
                rates: dict[str, list[float]] = {name: [] for name in sides}
                for _ in range(ROUNDS):
                    for name, (at, headers, post) in sides.items():
                        async with crowd(CLIENTS, at, headers) as connections:
                            rates[name].append(await rate_of(connections, post, seconds / ROUNDS))
                async with crowd(CLIENTS, port, bearer(*EVERYTHING)) as connections:
                    submitted = await _submit_rate(connections, our_post(order))
        finally:
            deployment.stop()
    found = {name: round(statistics.median(values), 1) for name, values in rates.items()}
    found["ours_submit"] = round(submitted, 1)
    ratios = {
        f"{name}_to_plain": round(rate / found["plain"], 2)
        for name, rate in found.items()
        if name != "plain"
    }
    return {
        "clients": CLIENTS,
        "seconds": seconds,
        "unit": "requests a second",
        **found,
        "ratios": ratios,
    }


async def _prepared(http: httpx.AsyncClient) -> dict[str, Any]:
    """The body of an order of one line, once the menu has reached the service."""
    client = Client(http)
    order = await order_of_today(client, Demonstration(client), ruian_2014().townships[0])
    return order | {"lines": order["lines"][:1]}


async def _submit_rate(connections: Sequence[Connection], draft: Post) -> float:
    """Handing in drafts that are there already."""
    drafts = [(await draft(connections[0], number))["id"] for number in range(SUBMITTED)]

    async def submit(connection: Connection, ids: Sequence[str]) -> None:
        for order_id in ids:
            await connection.post(f"/api/requests/orders/{order_id}/submit")

    began = time.perf_counter()
    await asyncio.gather(
        *(submit(one, drafts[number::CLIENTS]) for number, one in enumerate(connections))
    )
    return SUBMITTED / (time.perf_counter() - began)


def main() -> None:
    given = arguments(__doc__, "intake")
    result = asyncio.run(measure(QUICK_SECONDS if given.quick else SECONDS))
    titles = {
        "ours_handed_in": "Diancai: order, handed in",
        "ours_draft": "Diancai: draft",
        "ours_submit": "Diancai: hand in a draft",
        "plain": "plain FastAPI, two inserts",
    }
    bars = {title: result[name] for name, title in titles.items()}
    report(
        "intake",
        given,
        result,
        ["one process each", "requests/s"],
        [*map(list, bars.items())],
        bars,
        "requests/s",
    )


if __name__ == "__main__":
    main()
