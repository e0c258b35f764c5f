"""Orders taken in over HTTP: Diancai's API process beside a plain FastAPI endpoint with two inserts.

python -m bench.intake [--quick] [--json]

One process each, the same PostgreSQL, commits with fsync, sixteen clients at once. Ours checks a signed token, its
revocation, the role's scope and the rate limits, validates the order against the menu, checks the idempotency key,
and writes the audit log; the submission also writes the event. The plain one validates the same body by its types
and makes two inserts.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from bench.plain import running_plain
from bench.report import arguments, report
from bench.servers import bed
from cli.client import Client
from cli.demo import Demonstration
from cli.scenario import ruian_2014

SECONDS, QUICK_SECONDS = 10.0, 4.0
CLIENTS = 16
Post = Callable[[int], Awaitable[httpx.Response]]


async def rate_of(post: Post, seconds: float) -> tuple[float, list[httpx.Response]]:
    """Answers a second, and the answers; the first half second warms up."""
    numbers = itertools.count()
    answers: list[httpx.Response] = []

    async def client(until: float) -> None:
        while time.perf_counter() < until:
            answers.append((await post(next(numbers))).raise_for_status())

    for length in (0.5, seconds):
        answers.clear()
        began = time.perf_counter()
        await asyncio.gather(*(client(began + length) for _ in range(CLIENTS)))
    return len(answers) / (time.perf_counter() - began), answers


async def measure(seconds: float) -> dict[str, Any]:
    result: dict[str, Any] = {"clients": CLIENTS, "seconds": seconds}
    with bed() as place:
        async with running_plain(place, ("api",)) as http:
            body = {"township": "330381125000", "place": "湖岭镇文化广场", "lines": [{"item": "health", "people": 120}]}
            result["plain"], _ = await rate_of(lambda _: http.post("/orders", json=body), seconds)
        deployment = place.deploy()
        try:
            await deployment.ready()
            async with deployment.client() as http:
                story = Demonstration(Client(http))
                await story.prepare()
                order = story.order_body(ruian_2014().townships[0]) | {"campaign": "bench"}

                def draft(number: int) -> Awaitable[httpx.Response]:
                    key = {"Idempotency-Key": f"bench-{number:06}-{time.monotonic_ns()}"}
                    return http.post("/api/requests/orders", json=order, headers=key)

                result["ours_draft"], drafts = await rate_of(draft, seconds)
                ids = iter([answer.json()["id"] for answer in drafts])
                began = time.perf_counter()
                count = min(len(drafts), int(seconds * 60))
                await asyncio.gather(
                    *(_submit(http, [next(ids) for _ in range(count // CLIENTS)]) for _ in range(CLIENTS))
                )
                result["ours_submit"] = count / (time.perf_counter() - began)
        finally:
            deployment.stop()
    rates = {name: round(result[name], 1) for name in ("plain", "ours_draft", "ours_submit")}
    ratios = {f"{name}_to_plain": round(rates[name] / rates["plain"], 2) for name in ("ours_draft", "ours_submit")}
    return {**result, **rates, "ratios": ratios}


async def _submit(http: httpx.AsyncClient, ids: list[str]) -> None:
    for order_id in ids:
        (await http.post(f"/api/requests/orders/{order_id}/submit")).raise_for_status()


def main() -> None:
    given = arguments(__doc__, "intake")
    result = asyncio.run(measure(QUICK_SECONDS if given.quick else SECONDS))
    titles = {"ours_draft": "Diancai: draft", "ours_submit": "Diancai: submit", "plain": "plain FastAPI"}
    bars = {title: result[name] for name, title in titles.items()}
    report("intake", given, result, ["one process each", "requests/s"], [*map(list, bars.items())], bars, "requests/s")


if __name__ == "__main__":
    main()
