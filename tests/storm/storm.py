"""One storm: servers and processes of its own, faults by a seed, clients that go on, and the sum at the end."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cli.client import Client
from cli.demo import Demonstration
from cli.reconcile import Disagreement, Reconciler, by_rule
from shared.contracts import PUBLISHERS
from shared.messaging.supervisor import connect
from tests.storm.crowd import CLIENTS, Customer, plan
from tests.storm.faults import Faults, sequence
from tests.storm.ground import Ground, ground
from tests.storm.ledger import Ledger
from tests.storm.options import Options

Tell = Callable[[str], None]

STUCK_SECONDS = 60.0
"""So long nothing moves before the storm waits no more: late is not lost."""

PARTITIONS = 2
"""Queues of a service, as it is set by default."""

CLOCKS_WRONG_SECONDS = 7200.0
"""What a clock that was ahead has dated into the future is held to account too."""


@dataclass(frozen=True)
class Outcome:
    """What one storm came to. ``recovery_seconds``: the longest that it took, from a healing until what was published
    by then had its effects everywhere; for the last fault, until all had."""

    options: Options
    seconds: float
    faults: Counter[str]
    left_out: list[str]
    orders: Counter[str]
    assignments: int
    events: int
    lost: list[str]
    doubled: list[str]
    out_of_order: list[str]
    disagreements: list[Disagreement]
    deaf: list[str]
    parked: int
    recovery_seconds: float

    @property
    def is_clean(self) -> bool:
        return not (self.problems or self.parked)

    @property
    def problems(self) -> list[str]:
        return [
            *self.lost,
            *self.doubled,
            *self.out_of_order,
            *map(str, self.disagreements),
            *self.deaf,
        ]

    def line(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "seed": self.options.seed,
            "servers": self.options.servers,
            "seconds": round(self.seconds, 1),
            "faults": self.faults.total(),
            "faults_by_kind": dict(sorted(self.faults.items())),
            "left_out": self.left_out,
            "accepted": self.orders.total(),
            "accepted_by_state": dict(sorted(self.orders.items())),
            "assignments": self.assignments,
            "events": self.events,
            "lost": len(self.lost),
            "duplicated": len(self.doubled),
            "out_of_order": len(self.out_of_order),
            "disagreements": {
                rule: count for rule, count in by_rule(self.disagreements).items() if count
            },
            "queues_without_consumer": len(self.deaf),
            "parked": self.parked,
            "recovery_seconds": round(self.recovery_seconds, 1),
        }


async def storm(options: Options, tell: Tell = lambda text: None) -> Outcome:
    """``tell`` hears of every fault. :raises NotInstalled: a server's programs are missing."""
    async with ground(options) as place:
        return await _rage(options, place, tell)


async def _rage(options: Options, place: Ground, tell: Tell) -> Outcome:
    async with place.deployment.client() as http:
        began = time.monotonic()
        ledger, stop = Ledger(), asyncio.Event()
        demonstration = Demonstration(Client(http))
        await demonstration.prepare()
        dice = [random.Random(f"{options.seed}-{number}") for number in range(CLIENTS + 1)]
        *customers, watcher = [Customer(Client(http), demonstration, ledger, one) for one in dice]
        crowd = [asyncio.create_task(customer.go_on(stop)) for customer in customers]
        crowd.append(asyncio.create_task(plan(Client(http), stop)))
        faults = Faults(place, sequence(options.seed), _means(options, place))
        pauses, recoveries = random.Random(f"{options.seed} pauses"), [0.0]
        raging = time.monotonic()  # to prepare takes its time where the machine is busy
        while time.monotonic() - raging < options.minutes * 60:
            struck, is_measured = await faults.one()
            tell(f"{faults.healed_at - began:6.1f} s  {struck}")
            if is_measured:
                await watcher.order(plain=True)
                ordered = time.monotonic() - faults.healed_at
                last = await _come_to_rest(Client(http), whole=False)
                recoveries.append(time.monotonic() - faults.healed_at)
                tell(
                    f"          takes orders after {ordered:.1f} s, well again after {recoveries[-1]:.1f} s{last}"
                )
            await asyncio.sleep(pauses.uniform(0.2, 1.5))
        stop.set()
        place.deployment.revive()
        await place.deployment.ready()
        await asyncio.gather(*crowd)
        client = Client(http)
        last = await _come_to_rest(client, whole=True)
        recoveries.append(time.monotonic() - faults.healed_at)
        tell(f"          at rest after {recoveries[-1]:.1f} s{last}")
        return await _sum_up(
            options, place, client, ledger, faults, time.monotonic() - began, max(recoveries)
        )


def _means(options: Options, place: Ground) -> set[str]:
    has = {"shim": bool(place.disks), "wipe": options.wipe, "releases": not options.without}
    return {name for name, there in has.items() if there}


async def _sum_up(
    options: Options,
    place: Ground,
    client: Client,
    ledger: Ledger,
    faults: Faults,
    seconds: float,
    recovery_seconds: float,
) -> Outcome:
    reconciler = Reconciler(client)
    disagreements = await reconciler.look(-CLOCKS_WRONG_SECONDS)
    books = reconciler.books
    orders = {order["id"]: order for order in await client.all("/api/requests/orders")}
    demand = await client.all("/api/dispatch/demand")
    await place.outside.listen()
    published = await _published(client)
    return Outcome(
        options=options,
        seconds=seconds,
        faults=+faults.seen,
        left_out=sorted(faults.left_out),
        orders=Counter(ledger.states.values()),
        assignments=len(books.assignments),
        events=books.taken.total(),
        lost=ledger.lost(books, orders)
        + ledger.without_one_fate(books, demand)
        + place.outside.unheard(published),
        doubled=ledger.doubled(books, orders),
        out_of_order=place.outside.disorder(),
        disagreements=disagreements,
        deaf=await _deaf(place),
        parked=sum([len(await client.get(f"/api/{name}/events/parked")) for name in PUBLISHERS]),
        recovery_seconds=recovery_seconds,
    )


async def _come_to_rest(client: Client, *, whole: bool) -> str:
    """Until every service has applied what is published now of those it listens to; ``whole``: all that is published.
    Or none gets on any more: the books say then what is missing. Gives who was the last."""
    last, moved_at = "", time.monotonic()
    published = await _published(client)
    while (
        behind := await _behind(client, published)
    ) and time.monotonic() - moved_at < STUCK_SECONDS:
        if (now := f"; last: {', '.join(behind)}") != last:
            last, moved_at = now, time.monotonic()
        await asyncio.sleep(0.1)
        if whole:
            published = await _published(client)
    return last


async def _behind(client: Client, published: dict[str, int]) -> list[str]:
    return [
        f"{listener} lacks {published[publisher] - count} of {publisher}"
        for listener in PUBLISHERS
        for publisher, count in (await client.get(f"/api/{listener}/events/applied")).items()
        if count < published[publisher]
    ]


async def _published(client: Client) -> dict[str, int]:
    return {
        name: sum((await client.get(f"/api/{name}/events/counts")).values()) for name in PUBLISHERS
    }


async def _deaf(place: Ground) -> list[str]:
    """The services' queues that nobody listens to, or that still hold something."""
    async with (
        await connect(place.broker.url) as connection,
        connection.channel() as channel,
    ):
        found = []
        for service in PUBLISHERS:
            for number in range(PARTITIONS):
                queue = await channel.declare_queue(f"{service}.{number}", passive=True)
                if not (count := queue.declaration_result).consumer_count or count.message_count:
                    found.append(
                        f"{queue.name}: {count.consumer_count} consumers, {count.message_count} messages"
                    )
        return found
