"""What a long history costs: one event from its commit to the broker, behind a short log and behind a long one.

python -m bench.backlog [--quick] [--json]

The same relay on the same servers; the only difference is how many events were sent before. Plain publishing keeps no
history, so there is nothing to set beside it but the short log.
"""

import asyncio
import statistics
import time
from typing import Any
from uuid import uuid4

import psycopg

from bench.events import mark_sent, prepare
from bench.report import arguments, report
from bench.servers import Bed, bed
from shared.contracts.catalog import TeamChanged
from shared.db.engine import Database
from shared.eventlog.envelope import SHARDS
from shared.eventlog.outbox import Outbox
from shared.kernel.aggregate import Aggregate
from shared.messaging.broker import ConsumerQueues
from shared.messaging.rabbitmq import RabbitBroker
from shared.messaging.relay import Relay, outbox_depth
from shared.messaging.relay_wakeup import RelayWakeup
from shared.messaging.shards import ShardLease
from tests.support.logs import append

SHORT, LONG, QUICK_LONG = 1_000, 1_000_000, 200_000
ROUNDS, QUICK_ROUNDS = 400, 150


class Team(Aggregate):
    """The publisher of one event after another."""

    kind = "bench"

    def __init__(self, code: str) -> None:
        self.code, self.event_seq = code, 0

    @property
    def key(self) -> str:
        return self.code


def with_history(place: Bed, name: str, events: int) -> str:
    """The URL of a store whose log holds so many events, all sent."""
    url = place.new_database(name)
    prepare(url, events)
    with psycopg.connect(url, autocommit=True) as connection:
        mark_sent(connection)
        connection.execute("VACUUM ANALYZE")
    return url


async def measure_one(place: Bed, url: str, rounds: int) -> dict[str, float]:
    """Milliseconds from the write to the confirm, and for counting what waits."""
    database = Database(url)
    broker = RabbitBroker(place.broker.url)
    broker.expect(ConsumerQueues("bench", ("catalog",)))
    lease = ShardLease(database)
    lease.held = frozenset(range(SHARDS))
    relay = Relay("catalog", database, broker, RelayWakeup(database), lease)
    outbox, seconds, counting = Outbox("catalog"), [], []
    event = TeamChanged(
        code="t",
        name="医疗卫生志愿服务队",
        name_en="Health",
        agency_code="a",
        agency_name="瑞安市卫生局",
        members=1,
    )
    async with broker.running():
        await broker.declared()
        team = Team(uuid4().hex)  # a stream of this run alone
        for number in range(-20, rounds):  # the first ones warm up
            began = time.perf_counter()
            async with database.writing() as session:
                await append(session, outbox, [outbox.number(team, event)])
            while not await relay.publish_due():
                pass
            if number >= 0:
                seconds.append(time.perf_counter() - began)
        for _ in range(rounds // 4):
            began = time.perf_counter()
            await outbox_depth(database)
            counting.append(time.perf_counter() - began)
    await database.close()
    return {
        "to_broker_p50": round(1000 * statistics.median(seconds), 2),
        "to_broker_p99": round(1000 * sorted(seconds)[int(0.99 * len(seconds))], 2),
        "depth_p50": round(1000 * statistics.median(counting), 2),
    }


def measure(long: int, rounds: int) -> dict[str, Any]:
    with bed() as place:
        urls = {
            "short": with_history(place, "short", SHORT),
            "long": with_history(place, "long", long),
        }
        # Twice, in turns, and the better of each: a small machine has moods.
        runs = [
            {name: asyncio.run(measure_one(place, url, rounds)) for name, url in urls.items()}
            for _ in range(2)
        ]
    best = {
        name: {figure: min(run[name][figure] for run in runs) for figure in runs[0][name]}
        for name in ("short", "long")
    }
    ratios = {
        figure: round(best["long"][figure] / best["short"][figure], 2) for figure in best["short"]
    }
    return {"events": {"short": SHORT, "long": long}, "milliseconds": best, "ratios": ratios}


def main() -> None:
    given = arguments(__doc__, "backlog")
    result = measure(QUICK_LONG, QUICK_ROUNDS) if given.quick else measure(LONG, ROUNDS)
    rows = [
        [f"{result['events'][name]:,}", *figures.values()]
        for name, figures in result["milliseconds"].items()
    ]
    heads = ["events sent before", "to broker p50 ms", "p99 ms", "count what waits, ms"]
    bars = {f"{row[0]} events before": float(row[1]) for row in rows}
    report("backlog", given, result, heads, rows, bars, "median from write to confirm, ms")


if __name__ == "__main__":
    main()
