"""Events from a log to stored effects: Diancai beside FastStream, Celery and plain aio-pika.

python -m bench.messaging [--quick] [--json]

All on the same private servers: durable quorum queues, persistent messages, confirms, commits with fsync. First each
publishes the same events, then one process of each stores an effect for each event. Only ours keeps a log, numbers
its events, and stores each effect exactly once and in order; the others may lose, repeat or shuffle.
"""

import os
import subprocess
import sys
import time
from typing import Any, Final

import psycopg

from bench.events import prepare, value_of
from bench.pipeline import CONSUMERS, PUBLISHERS
from bench.report import arguments, report, require
from bench.servers import Bed, bed, cpu_seconds

EVENTS, QUICK_EVENTS = 20_000, 4_000
PATIENCE_SECONDS = 60.0
RATE: Final = """
    WITH first AS (SELECT xmin AS tx FROM effects ORDER BY id LIMIT 1)
    SELECT count(*) FILTER (WHERE effects.xmin <> tx)
         / extract(epoch FROM max(at) - max(at) FILTER (WHERE effects.xmin = tx))
    FROM effects, first
"""
"""Effects a second behind the first transaction, which does not count: when it began is not known."""

TITLES = {
    "ours": "Diancai",
    "plain": "plain aio-pika",
    "faststream": "FastStream",
    "celery": "Celery, acks_late",
}


def child(place: Bed, url: str, events: int, kind: str, name: str) -> "subprocess.Popen[str]":
    environment = os.environ | {
        "BENCH_DATABASE_URL": url,
        "BENCH_BROKER_URL": place.broker.url,
        "BENCH_EVENTS": str(events),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bench.pipeline", kind, name],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def publish(place: Bed, url: str, events: int, name: str) -> float:
    """Events a second."""
    process = child(place, url, events, "publisher", name)
    out, _ = process.communicate(timeout=PATIENCE_SECONDS)
    return events / float(out.strip().splitlines()[-1])


def consume(place: Bed, url: str, events: int, name: str) -> dict[str, float]:
    """Events a second, and the CPU that an event cost each process, the consumer's start included."""
    servers = {"broker": place.broker, "store": place.postgres}
    before = {which: cpu_seconds(server.pid) for which, server in servers.items()}
    process = child(place, url, events, "consumer", name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("TRUNCATE effects")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            count = int(value_of(connection, "SELECT count(*) FROM effects"))
            if count >= events:
                break
            # Commits of other processes notify nobody here; the store's clock does the timing.
            time.sleep(0.1)
        distinct = int(value_of(connection, "SELECT count(DISTINCT members) FROM effects"))
        rate = float(value_of(connection, RATE))
    spent = {"consumer": cpu_seconds(process.pid)}
    spent |= {which: cpu_seconds(server.pid) - before[which] for which, server in servers.items()}
    process.terminate()
    process.wait(20)
    if distinct != events:
        raise RuntimeError(f"{name}: {distinct} effects of {events} events")
    micros = {f"{which}_cpu_us": round(1e6 * value / events, 1) for which, value in spent.items()}
    return {"events_per_second": round(rate), **micros}


def measure(events: int) -> dict[str, Any]:
    with bed() as place:
        url = place.new_database("bench")
        prepare(url, events)
        published = {name: round(publish(place, url, events, name)) for name in PUBLISHERS}
        consumed = {name: consume(place, url, events, name) for name in CONSUMERS}
    rate = {name: figures["events_per_second"] for name, figures in consumed.items()}
    return {
        "events": events,
        "published_per_second": published,
        "consumed": consumed,
        "ratios": {
            "relay_to_plain_publisher": round(published["ours"] / published["plain"], 2),
            **{
                f"consumer_to_{name}": round(rate["ours"] / rate[name], 2)
                for name in rate
                if name != "ours"
            },
        },
    }


def rows(result: dict[str, Any]) -> list[list[object]]:
    return [
        [TITLES[name], result["published_per_second"][name], *result["consumed"][name].values()]
        for name in TITLES
    ]


def main() -> None:
    given = arguments(__doc__, "messaging")
    require("celery", "faststream")
    result = measure(QUICK_EVENTS if given.quick else EVENTS)
    heads = ["one process each", "published/s", "effects/s", "consumer µs", "broker µs", "store µs"]
    bars = {
        TITLES[name]: figures["events_per_second"] for name, figures in result["consumed"].items()
    }
    report("messaging", given, result, heads, rows(result), bars, "effects a second, one process")


if __name__ == "__main__":
    main()
