"""How notify's consumers scale: events that people are told of, applied by one process and by two at the same time.

python -m bench.notify [--quick] [--json]

Each process hands batches of its own streams to notify's consumer, as its queues would, without a broker between. The
store is one durable PostgreSQL. Half of the messages of ``circuit`` go to the coordinator, as in a city: an order is
announced to the coordinator, and its acceptance to the township. In ``townships`` nobody gets what the others get.
"""

import asyncio
import statistics
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any
from uuid import uuid4

from bench.report import arguments, report
from bench.servers import Bed, bed
from services.notify.bootstrap import build
from services.notify.settings import NotifySettings
from shared.cache.memory import MemoryCache
from shared.contracts import Event
from shared.contracts.requests import OrderAccepted, OrderLine, ServiceOrdered
from shared.eventlog.envelope import Envelope, shard_of
from shared.kernel.clock import utc_now
from shared.messaging.memory import MemoryBroker
from shared.service import Service

BATCH = 50
TOWNSHIPS = [f"3303811{number:02}000" for number in range(38)]
ORDERS, QUICK_ORDERS = 4_000, 1_000
TURNS, QUICK_TURNS = 5, 3
KINDS = ("circuit", "townships")
PROCESSES = (1, 2)


def service_at(url: str) -> Service:
    settings = NotifySettings(database_url=url, log_level="WARNING")
    return build(settings, broker=MemoryBroker(), cache=MemoryCache(), clock=utc_now)


@dataclass(frozen=True, slots=True)
class Share:
    """What one of several processes does."""

    kind: str
    number: int
    processes: int

    @property
    def township_codes(self) -> list[str]:
        return TOWNSHIPS[self.number :: self.processes] if self.kind == "townships" else TOWNSHIPS

    def new_order(self) -> str:
        """An id whose events come by this process's queue: no two processes get events of one shard."""
        while shard_of(f"order:{(order := str(uuid4()))}") % self.processes != self.number:
            pass
        return order


def story(share: Share, orders: int) -> list[Envelope]:
    """Two events for each order."""
    envelopes = []
    for number in range(orders):
        order, township = (
            share.new_order(),
            share.township_codes[number % len(share.township_codes)],
        )
        first: Event = ServiceOrdered(
            order_id=order,
            township_code=township,
            edition_id="2014",
            campaign_id="bench",
            line_count=1,
        )
        accepted = OrderAccepted(
            order_id=order,
            township_code=township,
            campaign_id="bench",
            place="文化广场",
            point=None,
            lines=(OrderLine(line_id="1", item_code="health-clinic", item_name="医疗义诊", item_name_en="Health clinic",
                             expected_attendance=120, volunteers_needed=3),),
            wished_on=(),
            ruled_out_on=(),
            priority=2,
        )  # fmt: skip
        events = [first if share.kind == "circuit" else accepted, accepted]
        envelopes += [envelope_of(order, seq, event) for seq, event in enumerate(events, 1)]
    return envelopes


def envelope_of(order: str, seq: int, event: Event) -> Envelope:
    return Envelope(
        publisher=event.publisher,
        type=event.type,
        aggregate_id=f"order:{order}",
        aggregate_seq=seq,
        occurred_at=utc_now(),
        body=event.model_dump_json().encode(),
        traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
        correlation_id="a" * 32,
        causation_id="bench",
    )


def consume(
    url: str, share: Share, orders: int, begin: Barrier, took: "Queue[tuple[float, float]]"
) -> None:
    """One process: puts into ``took`` when it began and when it was done."""
    asyncio.run(_consume(url, share, orders, begin, took))


async def _consume(
    url: str, share: Share, orders: int, begin: Barrier, took: "Queue[tuple[float, float]]"
) -> None:
    service = service_at(url)
    assert service.consumer is not None
    await service.consumer.handle(
        story(share, len(TOWNSHIPS))
    )  # makes connections, and the recipients
    envelopes = story(share, orders)
    begin.wait()
    since = time.time()
    for first in range(0, len(envelopes), BATCH):
        await service.consumer.handle(envelopes[first : first + BATCH])
    took.put((since, time.time()))
    await service.database.close()


def events_a_second(url: str, kind: str, orders: int, processes: int) -> float:
    context = get_context("spawn")
    begin = context.Barrier(processes)
    took: Queue[tuple[float, float]] = context.Queue()
    each = orders // processes
    workers = [
        context.Process(
            target=consume, args=(url, Share(kind, number, processes), each, begin, took)
        )
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    spans = [took.get(timeout=300) for _ in workers]
    for worker in workers:
        worker.join()
    return 2 * each * processes / (max(end for _, end in spans) - min(since for since, _ in spans))


async def migrate(url: str) -> None:
    service = service_at(url)
    await service.migrations.upgrade(service.database)
    await service.database.close()


def measure(place: Bed, orders: int, turns: int) -> dict[str, Any]:
    """Events a second by kind and number of processes; medians, and the ratios of two processes to one."""
    url = place.new_database("notify_scaling")
    asyncio.run(migrate(url))
    rates: dict[tuple[str, int], list[float]] = {
        (kind, count): [] for kind in KINDS for count in PROCESSES
    }
    for _ in range(turns):  # in turns, for what else the machine does changes
        for (kind, count), found in rates.items():
            found.append(events_a_second(url, kind, orders, count))
    medians = {key: statistics.median(found) for key, found in rates.items()}
    return {
        "events_per_second": {
            f"{kind}, {count} processes": round(rate) for (kind, count), rate in medians.items()
        },
        "ratios": {
            f"{kind}: two processes to one": round(medians[kind, 2] / medians[kind, 1], 2)
            for kind in KINDS
        },
    }


def main() -> None:
    given = arguments(__doc__, "notify")
    with bed() as place:
        result = measure(
            place, QUICK_ORDERS if given.quick else ORDERS, QUICK_TURNS if given.quick else TURNS
        )
    rates = result["events_per_second"]
    rows = [(kind, *(rates[f"{kind}, {count} processes"] for count in PROCESSES)) for kind in KINDS]
    heads = ("events/s", *(f"{count} processes" for count in PROCESSES))
    report("notify", given, result, heads, rows, rates, "events a second")


if __name__ == "__main__":
    main()
