"""What a long history costs whoever waits: from an order to its notice, in a new city and behind a million events.

python -m bench.history [--quick] [--json]

Two deployments on the same servers, in turns, measured as bench.latency does. In the old one requests' log holds a
million events that were sent and heard long ago, each listener's inbox their quarter of a million orders, and the
corps' own inbox as many notices.
"""

import asyncio
import json
from collections import Counter
from typing import Any

import psycopg

from bench.events import EVENTS_A_STREAM, append, mark_sent
from bench.latency import TOWNSHIP, figures, measure_ours
from bench.report import arguments, report
from bench.servers import Bed, bed
from services.notify.inbox.domain.recipient import COORDINATOR
from shared.contracts import PUBLISHERS
from shared.contracts.requests import ServiceOrdered
from shared.eventlog.envelope import shard_of
from tests.support.deployment import Deployment

EVENTS, QUICK_EVENTS = 1_000_000, 200_000
RATE, SECONDS, QUICK_SECONDS = 20, 10.0, 3.0
TURNS, QUICK_TURNS = 3, 1

STEPS = ("ordered", "accepted")


def with_history(place: Bed, events: int) -> Deployment:
    """A city whose townships have ordered for years."""
    city = place.migrated("old")
    ids = [f"{number:08}" for number in range(events // EVENTS_A_STREAM)]
    streams = [f"order:{one}" for one in ids]
    body = ServiceOrdered(
        order_id=ids[0],
        township_code=TOWNSHIP,
        edition_id="2014",
        campaign_id="bench",
        line_count=1,
    )
    with psycopg.connect(
        city.settings["requests"]["REQUESTS_DATABASE_URL"], autocommit=True
    ) as log:
        with log.transaction():
            append(
                log,
                ServiceOrdered.type,
                streams,
                (body.model_dump_json().encode() for _ in range(events)),
            )
        mark_sent(log)
        log.execute("VACUUM ANALYZE")
    shards = Counter(shard_of(stream) for stream in streams)
    for service in PUBLISHERS:
        with psycopg.connect(
            city.settings[service][f"{service.upper()}_DATABASE_URL"], autocommit=True
        ) as store:
            with store.cursor().copy(
                "COPY inbox (publisher, aggregate_id, last_seq) FROM STDIN"
            ) as copy:
                for stream in streams:
                    copy.write_row(("requests", stream, EVENTS_A_STREAM))
            for shard, count in shards.items():
                received = "INSERT INTO inbox_count (publisher, shard, received) VALUES ('requests', %s, %s)"
                store.execute(received, (shard, count * EVENTS_A_STREAM))
            if service == "notify":
                _fill_inbox(store, ids)
            store.execute("VACUUM ANALYZE")
    return city


def _fill_inbox(notify: "psycopg.Connection[Any]", ids: list[str]) -> None:
    """A notice of each order, read long ago."""
    notify.execute(
        "INSERT INTO recipient (id, name, name_en, language, messages, unread, mails, event_seq, version)"
        " VALUES (%s, '总队', 'Corps', 'zh-CN', %s, 0, 0, 0, 1)",
        (COORDINATOR, len(ids)),
    )
    columns = "id, recipient_id, code, params, about, created_at, read_at, event_seq, version"
    params = json.dumps(
        {"order": "old", "township_code": TOWNSHIP, "campaign_id": "bench", "lines_ordered": 1}
    )
    with notify.cursor().copy(f"COPY message ({columns}) FROM STDIN") as copy:
        for one in ids:
            copy.write_row(
                (
                    one,
                    COORDINATOR,
                    "message.service_ordered",
                    params,
                    f"order:{one}",
                    "now",
                    "now",
                    1,
                    1,
                )
            )


async def measure(events: int, seconds: float, turns: int) -> dict[str, Any]:
    """Milliseconds by step and city; the ratios are the old city's to the new one's."""
    with bed() as place:
        cities = {"new": place.migrated("new"), "old": with_history(place, events)}
        place.postgres.ask(
            "CHECKPOINT"
        )  # or the writing of what was filled in slows the first turn down
        waits: dict[tuple[str, str], list[float]] = {
            (step, name): [] for step in STEPS for name in cities
        }
        for _ in range(turns):  # a small machine has moods
            for name, city in cities.items():
                for step, taken in (await _measure_one(place, city, seconds)).items():
                    waits[step, name] += taken
    found = {step: {name: figures(waits[step, name]) for name in cities} for step in STEPS}
    ratios = {
        f"{step}_{figure}": round(of["old"][figure] / of["new"][figure], 2)
        for step, of in found.items()
        for figure in ("p50", "p99")
    }
    return {"events": events, "orders_a_second": RATE, "milliseconds": found, "ratios": ratios}


async def _measure_one(place: Bed, city: Deployment, seconds: float) -> dict[str, list[float]]:
    for part in city.parts:
        city.start(part)
    try:
        await city.ready()
        measured = await measure_ours(place, city, [RATE], seconds)
    finally:
        city.stop()
    return {step: measured.seconds[step][RATE] for step in STEPS}


def main() -> None:
    given = arguments(__doc__, "history")
    how = (QUICK_EVENTS, QUICK_SECONDS, QUICK_TURNS) if given.quick else (EVENTS, SECONDS, TURNS)
    result = asyncio.run(measure(*how))
    behind = {"new": "none", "old": f"{result['events']:,} events"}
    rows = [
        [step, behind[name], *(of[name][figure] for figure in ("p50", "p99", "max"))]
        for step, of in result["milliseconds"].items()
        for name in of
    ]
    heads = ["order → notice", "behind it", "p50 ms", "p99 ms", "max ms"]
    bars = {f"{row[0]}, {row[1]}": row[2] for row in rows}
    report("history", given, result, heads, rows, bars, f"median at {RATE} orders a second, ms")


if __name__ == "__main__":
    main()
