"""One storm: servers and processes of its own, faults by a seed, clients that go on, and the sum at the end."""

import asyncio
import random
import shutil
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from cli.client import Client, Refused
from cli.demo import Demonstration
from cli.reconcile import Disagreement, Reconciler, by_rule
from cli.scenario import ruian_2014
from shared.contracts import PUBLISHERS
from tests.storm import outside
from tests.storm.faults import Faults
from tests.storm.ledger import Ledger
from tests.support import keys, tokens
from tests.support.deployment import ROLES, Deployment
from tests.support.private import Playground, Postgres, PrivateServer, RabbitMQ, RedisServer, create_database
from tests.support.proxy import Wire, wired

CLIENTS = 4
SETTLE_SECONDS = 60.0
CANCELLED = 0.3
"""The share of orders that are withdrawn again."""


@dataclass(frozen=True)
class Outcome:
    """What one storm came to; ``recovery_seconds`` from the last healing until every event had its effect."""

    seed: int
    seconds: float
    faults: Counter[str]
    orders: Counter[str]
    assignments: int
    events: int
    lost: list[str]
    doubled: list[str]
    out_of_order: list[str]
    disagreements: list[Disagreement]
    parked: int
    recovery_seconds: float

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order or self.disagreements or self.parked)

    def line(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "faults": self.faults.total(),
            "faults_by_kind": dict(sorted(self.faults.items())),
            "orders_acknowledged": self.orders.total(),
            "orders_by_state": dict(sorted(self.orders.items())),
            "assignments": self.assignments,
            "events": self.events,
            "lost": len(self.lost),
            "duplicated": len(self.doubled),
            "out_of_order": len(self.out_of_order),
            "disagreements": {rule: count for rule, count in by_rule(self.disagreements).items() if count},
            "parked": self.parked,
            "recovery_seconds": round(self.recovery_seconds, 1),
        }


async def storm(seed: int, minutes: float, without: str = "") -> Outcome:
    """``without`` is a safeguard to take out, see tests.storm.mutants."""
    chance = random.Random(seed)
    tokens.trust()
    keys.use()
    async with AsyncExitStack() as stack:
        playground = Playground()
        stack.callback(playground.close)
        servers: list[PrivateServer] = [kind(playground) for kind in (RabbitMQ, Postgres, RedisServer)]
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in servers))
        wires = {server.name: await stack.enter_async_context(wired(server.url)) for server in servers}
        deployment = _deploy(playground, servers, wires, stack, without)
        await asyncio.to_thread(deployment.migrate)
        rabbit = next(server for server in servers if isinstance(server, RabbitMQ))
        await outside.subscribe(rabbit.url)
        for part in deployment.parts:
            deployment.start(part)
        await deployment.ready()
        http = await stack.enter_async_context(deployment.client())
        began = time.monotonic()
        ledger, stop = Ledger(), asyncio.Event()
        demonstration = Demonstration(Client(http))
        await demonstration.prepare()
        # Each has dice of its own, so that the faults of a seed are the same however fast the answers come.
        crowd = [
            asyncio.create_task(_order(Client(http), demonstration, ledger, random.Random(f"{seed}-{number}"), stop))
            for number in range(CLIENTS)
        ]
        crowd.append(asyncio.create_task(_plan(Client(http), stop)))
        faults = Faults(chance, deployment, servers, wires, Client(http))
        while time.monotonic() - began < minutes * 60:
            await faults.one()
            await asyncio.sleep(chance.uniform(0.2, 1.5))
        healed = time.monotonic()
        stop.set()
        deployment.revive()
        await deployment.ready()
        await asyncio.gather(*crowd)
        client = Client(http)
        parked = await _come_to_rest(client)
        recovery = time.monotonic() - healed
        reconciler = Reconciler(client)
        disagreements = await reconciler.look(0)
        existing = {order["id"] for order in await client.all("/api/requests/orders")}
        books = reconciler.books
        heard = await outside.listen(rabbit.url)
        return Outcome(
            seed=seed,
            seconds=time.monotonic() - began,
            faults=+faults.seen,
            orders=Counter(ledger.states.values()),
            assignments=len(books.assignments),
            events=books.taken.total(),
            lost=ledger.lost(books, existing) + outside.unheard(heard, await _published(client)),
            doubled=ledger.doubled(books, existing),
            out_of_order=outside.disorder(heard),
            disagreements=disagreements,
            parked=parked,
            recovery_seconds=recovery,
        )


def _deploy(
    playground: Playground,
    servers: list[PrivateServer],
    wires: dict[str, Wire],
    stack: AsyncExitStack,
    without: str,
) -> Deployment:
    """Every service with a database of its own, behind the wires."""
    postgres = next(server for server in servers if isinstance(server, Postgres))
    logs = Path(tempfile.mkdtemp(prefix="diancai-storm-"))
    stack.callback(shutil.rmtree, logs, ignore_errors=True)
    for service in ROLES:
        create_database(postgres.url, service)
    settings = {
        service: {
            f"{service.upper()}_DATABASE_URL": wires["postgresql"].url.rsplit("/", 1)[0] + f"/{service}",
            f"{service.upper()}_BROKER_URL": wires["rabbitmq"].url,
            f"{service.upper()}_REDIS_URL": wires["redis"].url,
        }
        for service in ROLES
    }
    launcher = ("-m", "tests.storm.mutants", without) if without else ("-m",)
    deployment = Deployment(playground, settings, logs, launcher)
    stack.callback(deployment.stop)
    return deployment


async def _order(
    client: Client, demonstration: Demonstration, ledger: Ledger, chance: random.Random, stop: asyncio.Event
) -> None:
    """A township after another orders; the corps accepts; some withdraw. Whatever is answered is written down."""
    townships = ruian_2014().townships
    while not stop.is_set():
        key = str(UUID(int=chance.getrandbits(128)))
        body = demonstration.order_body(chance.choice(townships))
        order = await client.post("/api/requests/orders", body, key=key)
        ledger.made(key, order["id"])
        steps = ["submit", "accept"] + (["cancel"] if chance.random() < CANCELLED else [])
        for step, state in zip(steps, ("submitted", "accepted", "cancelled"), strict=False):
            await _until_state(client, order["id"], step, state)
            ledger.states[order["id"]] = state
            await asyncio.sleep(chance.uniform(0, 0.3))


async def _until_state(client: Client, order_id: str, step: str, state: str) -> None:
    """Takes the step; a refusal because it is taken already (by an answer that was lost) is as good as an answer."""
    path = f"/api/requests/orders/{order_id}"
    body = {"reason": "风雨大作"} if step == "cancel" else None
    try:
        await client.post(f"{path}/{step}", body, key=f"{order_id}-{step}")
    except Refused:
        found = await client.get(path)
        if found["state"] != state and not (state == "accepted" and found["state"] == "scheduled"):
            raise


async def _plan(client: Client, stop: asyncio.Event) -> None:
    """The corps plans once there is demand, so that cancellations have something to release."""
    while not stop.is_set():
        demand = await client.get("/api/dispatch/demand", limit=20)
        if demand["items"]:
            first = demand["items"][0]
            body = {
                "campaign": first["campaign"],
                "starts_on": "2014-06-27",
                "ends_on": "2014-07-31",
                "start_township_code": first["township_code"],
            }
            plan = await client.post("/api/dispatch/plans", body, key="the-plan-of-the-storm")
            with suppress(
                Refused
            ):  # published already, or overtaken by a cancellation: the books say whether that is sound
                await client.post(f"/api/dispatch/plans/{plan['id']}/publish", key=f"publish-{plan['id']}")
            return
        await asyncio.sleep(0.5)


async def _come_to_rest(client: Client) -> int:
    """Until every service has applied every event of those it listens to, or does not get there: the books say then
    what is missing. Gives how many stay parked."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_SECONDS):
            while not await _at_rest(client):  # noqa: ASYNC110 - other processes ring no bell
                await asyncio.sleep(0.1)
    return sum([len(await client.get(f"/api/{name}/events/parked")) for name in PUBLISHERS])


async def _at_rest(client: Client) -> bool:
    published = await _published(client)
    applied = {name: await client.get(f"/api/{name}/events/applied") for name in PUBLISHERS}
    whole = all(count == published[publisher] for counts in applied.values() for publisher, count in counts.items())
    return whole and published == await _published(client)


async def _published(client: Client) -> dict[str, int]:
    return {name: sum((await client.get(f"/api/{name}/events/counts")).values()) for name in PUBLISHERS}
