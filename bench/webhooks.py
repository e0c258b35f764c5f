"""How webhooks reach a thousand subscribers: how many deliveries a second, and how late they are.

python -m bench.webhooks [--quick] [--json]

notify runs on SQLite in this process, with its archive, its lanes and its signatures; the subscribers' server is
another process. Each event is granted to every hundredth subscriber. ``backlog``: events that are archived already are
delivered as fast as it goes. ``steady``: events come at an even rate, and each delivery's lag is the time from its
publication to its arrival. Beside it stands ``plain``: a loop that posts the same bodies with httpx, one after the
other, signed by nobody and noted nowhere, as a script would.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from bench.report import arguments, report
from services.notify.archive.use_cases import ARCHIVE_TOPIC
from services.notify.bootstrap import build
from services.notify.settings import NotifySettings
from services.notify.subscribers.use_cases.subscriptions import (
    Wanted,
    approve_subscription,
    request_subscription,
)
from shared.cache.memory import MemoryCache
from shared.contracts.requests import OrderCancelled
from shared.eventlog.envelope import Envelope
from shared.kernel.access import Actor, Role
from shared.kernel.clock import utc_now
from shared.messaging.memory import MemoryBroker
from shared.service import Service

SUBSCRIBERS, TOLD = 1000, 10
"""How many there are, and how many of them are told of each event."""
EVENTS, QUICK_EVENTS = 2000, 300
RATE, SECONDS, QUICK_SECONDS = 20, 60, 10
"""Events a second of the steady load, and for how long."""
BATCH = 50


def township(number: int) -> str:
    return f"33038{number % (SUBSCRIBERS // TOLD):04}000"


def serve(pipe: Connection) -> None:
    """The subscribers' server: notes when each body came, until the pipe is asked."""
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    arrived: list[tuple[float, bytes]] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
                arrived.append((time.time(), await reader.readexactly(length)))
                writer.write(b"HTTP/1.1 204 X\r\ncontent-length: 0\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    while (asked := await asyncio.to_thread(pipe.recv)) is not None:
        if asked == "count":
            pipe.send(len(arrived))
        else:
            pipe.send(arrived)
            arrived = []


@asynccontextmanager
async def notify_at(folder: Path, port: int) -> AsyncIterator[Service]:
    settings = NotifySettings(
        database_url=f"sqlite:///{folder}/notify.db",
        vault_keys_file=folder / "keys.json",
        vault_keys_create=True,
        log_level="WARNING",
    )
    service = build(
        settings, broker=MemoryBroker(), cache=MemoryCache(), clock=utc_now, reaches_itself=True
    )
    await service.migrate()
    async with service.running():
        for number in range(SUBSCRIBERS):
            owner = Actor(f"partner-{number // 40}", frozenset({Role.SUBSCRIBER}))
            operator = Actor("operator", frozenset({Role.OPERATOR}))
            wanted = Wanted(
                name=f"partner {number}",
                channel="webhook",
                url=f"http://127.0.0.1:{port}/{number}",
                types=[OrderCancelled.type],
                person_numbers=False,
            )
            key, _ = await request_subscription(service.uow.acting(owner), wanted, plain_http=True)
            await approve_subscription(
                service.uow.acting(operator),
                service.cache,
                key,
                townships=[township(number)],
                person_numbers=False,
            )
        yield service


def event(number: int) -> Envelope:
    said = OrderCancelled(
        order_id=str(number), township_code=township(number), reason_code="weather"
    )
    return Envelope(
        publisher="requests",
        type=said.type,
        aggregate_id=f"order:{number}",
        aggregate_seq=1,
        occurred_at=utc_now(),
        body=said.model_dump_json().encode(),
        traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
        correlation_id="a" * 32,
        causation_id="bench",
    )


async def all_arrived(pipe: Connection, wanted: int) -> list[tuple[float, bytes]]:
    while True:
        pipe.send("count")
        if (await asyncio.to_thread(pipe.recv)) >= wanted:
            pipe.send("all")
            found: list[tuple[float, bytes]] = await asyncio.to_thread(pipe.recv)
            return found
        await asyncio.sleep(0.05)


async def measure(folder: Path, pipe: Connection, *, quick: bool) -> list[dict[str, Any]]:
    port = pipe.recv()
    events, seconds = (QUICK_EVENTS, QUICK_SECONDS) if quick else (EVENTS, SECONDS)
    rows = []
    async with notify_at(folder, port) as service:
        consumer = service.consumer
        if consumer is None:
            raise RuntimeError("notify listens to nobody")
        begun = time.perf_counter()
        for first in range(0, events, BATCH):
            await consumer.handle([event(n) for n in range(first, min(first + BATCH, events))])
        arrived = await all_arrived(pipe, events * TOLD)
        took = time.perf_counter() - begun
        rows.append(
            {"what": "backlog", "deliveries": len(arrived), "per_second": len(arrived) / took}
        )
        sent: dict[bytes, float] = {}
        start = time.perf_counter()
        for turn in range(seconds * RATE):
            await asyncio.sleep(max(0.0, start + turn / RATE - time.perf_counter()))
            one = event(events + turn)
            sent[f'"id":"{one.id}"'.encode()] = time.time()
            await consumer.handle([one])
            service.cache.signal(ARCHIVE_TOPIC)
        arrived = await all_arrived(pipe, seconds * RATE * TOLD)
        lags = sorted(moment - sent[body.split(b",")[1]] for moment, body in arrived)
        rows.append(
            {
                "what": "steady",
                "deliveries": len(arrived),
                "per_second": RATE * TOLD,
                "lag_p50_ms": statistics.median(lags) * 1000,
                "lag_p99_ms": lags[int(len(lags) * 0.99)] * 1000,
            }
        )
    begun = time.perf_counter()
    posts = min(events * TOLD, 3000)
    async with httpx.AsyncClient() as client:
        for number in range(posts):
            await client.post(f"http://127.0.0.1:{port}/{number}", content=arrived[0][1])
    rows.append(
        {"what": "plain", "deliveries": posts, "per_second": posts / (time.perf_counter() - begun)}
    )
    pipe.send(None)
    return rows


def main() -> None:
    asked = arguments(__doc__, "webhooks")
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    with TemporaryDirectory() as folder:
        rows = asyncio.run(measure(Path(folder), ours, quick=asked.quick))
    process.join()
    plain, ours_per_second = rows[-1]["per_second"], rows[0]["per_second"]
    heads = ("what", "deliveries", "per_second", "lag_p50_ms", "lag_p99_ms")
    table = [
        [round(each.get(head, 0)) if head != "what" else each[head] for head in heads]
        for each in rows
    ]
    report(
        "webhooks",
        asked,
        {"rows": rows, "ratios": {"backlog to plain": round(ours_per_second / plain, 2)}},
        heads,
        table,
        {each["what"]: each["per_second"] for each in rows},
        "deliveries a second",
    )


if __name__ == "__main__":
    main()
