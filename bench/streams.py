"""How soon two thousand browsers see a message that all are told, how much memory they take, and what a broken
connection costs.

python -m bench.streams [--quick] [--json]

One notify process with PostgreSQL behind uvicorn; the browsers are connections of another process, each an account of
its own, spread over 40 townships. ``told``: one event that every township is told of; a browser's time is from its
publication to its arrival. ``again``: all connections break, three more events come meanwhile, and every browser
comes back with ``Last-Event-ID``; whether each got each message once is counted. Beside it stands ``plain``: the same
texts out of a list in memory, by sse-starlette alone, for nobody in particular.
"""

import asyncio
import os
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvicorn
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from bench.report import arguments, report
from services.notify.bootstrap import build
from services.notify.settings import NotifySettings
from shared.cache.memory import MemoryCache
from shared.contracts import Event
from shared.contracts.base import Point
from shared.contracts.catalog import EditionPublished, MenuItem, TownshipChanged
from shared.eventlog.envelope import Envelope
from shared.kernel.access import Role
from shared.kernel.clock import utc_now
from shared.messaging.memory import MemoryBroker
from shared.process import application, server_config
from tests.support.private import Playground, Postgres
from tests.support.tokens import bearer, trust
from tests.support.waiting import until

BROWSERS, QUICK_BROWSERS = 2000, 400
TURNS, QUICK_TURNS = 10, 3
TOWNSHIPS = [f"3303811{number:02}000" for number in range(40)]
MISSED = 3
AT_ONCE = 50
"""Connections that are being opened at the same time."""


def envelope_of(stream: str, seq: int, event: Event) -> Envelope:
    return Envelope(
        publisher=event.publisher,
        type=event.type,
        aggregate_id=stream,
        aggregate_seq=seq,
        occurred_at=utc_now(),
        body=event.model_dump_json().encode(),
        traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
        correlation_id="a" * 32,
        causation_id="bench",
    )


def edition(number: int) -> Envelope:
    item = MenuItem(
        item_code="health-clinic",
        name="医疗义诊",
        name_en="Health clinic",
        category_code="welfare",
        volunteers_needed=2,
    )
    published = EditionPublished(
        edition_id=f"summer-{number}",
        title="瑞安市2014年夏季菜单",
        effective_on=date(2014, 6, 1),
        retires_on=date(2014, 12, 31),
        items=(item,),
    )
    return envelope_of(f"edition:summer-{number}", 1, published)


def memory_mb() -> float:
    """The resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def serve(what: str, url: str, pipe: Connection) -> None:
    """A server process. Its pipe gives its port, then answers: ``tell`` with when the event was published, ``memory``
    with megabytes."""
    asyncio.run(_serve_notify(url, pipe) if what == "notify" else _serve_plain(pipe))


async def _serve_notify(url: str, pipe: Connection) -> None:
    settings = NotifySettings(
        database_url=url,
        log_level="WARNING",
        limit_streams_process=2 * BROWSERS,
        limit_address=1_000_000,
    )
    service = build(settings, broker=MemoryBroker(), cache=MemoryCache(), clock=utc_now)
    await service.migrate()
    app = application([service])
    config = server_config(app, host="127.0.0.1", port=0, seconds_to_stop=5)
    config.backlog = 2 * BROWSERS
    number = 0
    async with _listening(uvicorn.Server(config)) as port:
        consumer = service.consumer
        if consumer is None:
            raise RuntimeError("notify listens to nobody")
        for code in TOWNSHIPS:
            named = TownshipChanged(
                code=code, name="高楼镇", name_en="Gaolou", centre=Point(lat=27.8, lon=120.3)
            )
            await consumer.handle([envelope_of(f"township:{code}", 1, named)])
        pipe.send(port)
        while (asked := await asyncio.to_thread(pipe.recv)) is not None:
            if asked == "memory":
                pipe.send(memory_mb())
                continue
            number += 1
            published = time.time()
            await consumer.handle([edition(number)])
            pipe.send(published)


async def _serve_plain(pipe: Connection) -> None:
    told: list[str] = []
    news = asyncio.Condition()

    async def stream(_request: Request) -> EventSourceResponse:
        async def events() -> AsyncIterator[ServerSentEvent]:
            seen = len(told)
            yield ServerSentEvent(comment="open")
            while True:
                async with news:
                    while len(told) == seen:
                        await news.wait()
                while seen < len(told):
                    seen += 1
                    yield ServerSentEvent(event="message", id=str(seen), data=told[seen - 1])

        return EventSourceResponse(events())

    config = uvicorn.Config(
        Starlette(routes=[Route("/{path:path}", stream)]),
        host="127.0.0.1",
        port=0,
        log_config=None,
        backlog=2 * BROWSERS,
    )
    async with _listening(uvicorn.Server(config)) as port:
        pipe.send(port)
        while (asked := await asyncio.to_thread(pipe.recv)) is not None:
            if asked == "memory":
                pipe.send(memory_mb())
                continue
            published = time.time()
            async with news:
                told.append("新版服务目录：瑞安市2014年夏季菜单" * 4)
                news.notify_all()
            pipe.send(published)


@asynccontextmanager
async def _listening(server: uvicorn.Server) -> AsyncIterator[int]:
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


@dataclass
class Browser:
    """One reader: its last position, and when each message came."""

    path: str
    headers: Mapping[str, str]
    last: str = ""
    arrived: dict[str, float] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)
    writer: asyncio.StreamWriter | None = None
    reading: asyncio.Task[None] | None = None

    async def connect(self, port: int, gate: asyncio.Semaphore) -> None:
        """Returns when the stream is open."""
        said = {"Host": "bench", **self.headers} | (
            {"Last-Event-ID": self.last} if self.last else {}
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        async with gate:
            reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
            self.writer.write(f"GET {self.path} HTTP/1.1\r\n{head}\r\n".encode())
            status = await reader.readline()
            if b" 200 " not in status:
                raise RuntimeError(f"refused: {status!r}")
            while b": open" not in await reader.readline():
                pass
        self.reading = asyncio.create_task(self._read(reader))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if line.startswith(b"id: "):
                self.last = line[4:].strip().decode()
                self.arrived[self.last] = time.time()
                self.times[self.last] += 1

    async def leave(self) -> None:
        if self.writer is not None and self.reading is not None:
            self.writer.close()
            self.reading.cancel()
            await asyncio.gather(self.reading, return_exceptions=True)


async def have(browsers: list[Browser], count: int) -> None:
    await until(lambda: all(len(browser.times) >= count for browser in browsers), seconds=120)


async def measure(what: str, pipe: Connection, *, quick: bool) -> dict[str, Any]:
    port = await asyncio.to_thread(pipe.recv)
    number, turns = (QUICK_BROWSERS, QUICK_TURNS) if quick else (BROWSERS, TURNS)
    browsers = [browser_of(one) for one in range(number)]

    async def ask(what: str) -> float:
        pipe.send(what)
        found: float = await asyncio.to_thread(pipe.recv)
        return found

    empty = await ask("memory")
    gate = asyncio.Semaphore(AT_ONCE)
    begun = time.perf_counter()
    await asyncio.gather(*(browser.connect(port, gate) for browser in browsers))
    opened = time.perf_counter() - begun
    full = await ask("memory")
    lags: list[float] = []
    last: list[float] = []
    for turn in range(1, turns + 1):
        published = await ask("tell")
        await have(browsers, turn)
        mine = [browser.arrived[browser.last] - published for browser in browsers]
        lags += mine
        last.append(max(mine))
    row = {
        "what": what,
        "browsers": number,
        "open_s": opened,
        "mb_empty": empty,
        "mb_full": full,
        "kb_each": (full - empty) * 1000 / number,
        "lag_p50_ms": statistics.median(lags) * 1000,
        "lag_p99_ms": sorted(lags)[int(len(lags) * 0.99)] * 1000,
        "last_ms": statistics.median(last) * 1000,
        "again_s": 0.0,
        "lost": 0,
        "twice": 0,
    }
    if what == "notify":
        await asyncio.gather(*(browser.leave() for browser in browsers))
        for _ in range(MISSED):
            await ask("tell")
        begun = time.perf_counter()
        await asyncio.gather(*(browser.connect(port, gate) for browser in browsers))
        await have(browsers, turns + MISSED)
        row["again_s"] = time.perf_counter() - begun
        row["lost"] = sum(turns + MISSED - len(browser.times) for browser in browsers)
        row["twice"] = sum(1 for browser in browsers if max(browser.times.values()) > 1)
    await asyncio.gather(*(browser.leave() for browser in browsers))
    pipe.send(None)
    return row


def browser_of(number: int) -> Browser:
    code = TOWNSHIPS[number % len(TOWNSHIPS)]
    headers = bearer(Role.OFFICER, sub=f"officer-{number}", township_code=code)
    return Browser(f"/api/notify/recipients/township.{code}/stream", headers)


def run(what: str, url: str, *, quick: bool) -> dict[str, Any]:
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=serve, args=(what, url, theirs))
    process.start()
    try:
        return asyncio.run(measure(what, ours, quick=quick))
    finally:
        process.join(20)
        process.kill()


def main() -> None:
    asked = arguments(__doc__, "streams")
    trust()
    playground = Playground()
    try:
        store = Postgres(playground)
        store.start()
        rows = [run(what, store.url, quick=asked.quick) for what in ("notify", "plain")]
    finally:
        playground.close()
    heads = tuple(rows[0])
    table = [
        [row[head] if head == "what" else round(row[head], 1) for head in heads] for row in rows
    ]
    ratio = rows[1]["last_ms"] / rows[0]["last_ms"]
    report(
        "streams",
        asked,
        {"rows": rows, "ratios": {"plain to notify, until the last has it": round(ratio, 2)}},
        heads,
        table,
        {row["what"]: row["last_ms"] for row in rows},
        "milliseconds until the last browser has it",
    )


if __name__ == "__main__":
    main()
