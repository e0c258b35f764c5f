"""SIGTERM under load: the process finishes what it has in hand and leaves; nothing is handled, sent or asked a second
time."""

import asyncio
import re
import signal
from collections.abc import Callable
from functools import partial

import httpx
import psycopg
import pytest
from sqlalchemy import func, select

from shared.contracts.catalog import TeamChanged
from shared.db.engine import Database
from shared.eventlog.outbox import Outbox
from shared.eventlog.tables import event_log
from shared.kernel.aggregate import Aggregate
from shared.messaging.broker import ConsumerQueues
from shared.messaging.rabbitmq import RabbitBroker
from shared.messaging.relay import outbox_depth
from tests.storm.outside import Outside
from tests.support.consumers import hand_over
from tests.support.deployment import Deployment
from tests.support.logs import append
from tests.support.rolls import envelope_of
from tests.support.waiting import until

CONSUMER, API = ("notify", "consumer"), ("notify", "api")
RELAY, DIRECTORY = ("catalog", "relay"), ("catalog", "api")
UNSENT = 3_000
"""Events; more than a relay sends in one round."""

AT_ONCE = 8
"""Requests; each holds a connection to the store, of which there are twenty."""

STREAMS = 200
BACKLOG = 2_000
STOPS = 3
PROMISED_SECONDS = 10.0
"""An orchestrator kills what has not left by then, so this is no measurement: it is what the process owes."""


@pytest.mark.long
async def test_a_consumer_that_is_told_to_stop_under_load_handles_nothing_twice(
    new_deployment: Callable[[str], Deployment], rabbit_vhost: str
) -> None:
    deployment = new_deployment(rabbit_vhost)
    for part in (CONSUMER, API):
        deployment.start(part)
    await deployment.ready(CONSUMER, API)
    broker = RabbitBroker(rabbit_vhost)
    broker.expect(ConsumerQueues("notify", ("catalog",)))
    enough = asyncio.Event()
    async with deployment.client() as http, broker.running():
        load = asyncio.create_task(_load(broker, http, enough))
        duplicates = 0.0
        for _ in range(STOPS):
            before = await _applied(http)
            await until(partial(_at_least, http, before + BACKLOG))
            duplicates += await _duplicates(deployment)
            leave = partial(deployment.terminate, CONSUMER, within_seconds=PROMISED_SECONDS)
            status = await asyncio.to_thread(leave)
            assert status == -signal.SIGTERM, deployment.log_of(
                CONSUMER
            )  # uvicorn stops in order, then passes it on
            deployment.start(CONSUMER)
            await deployment.ready(CONSUMER)
        enough.set()
        sent = await load
        await until(partial(_at_least, http, sent))
        assert await _applied(http) == sent
        assert duplicates + await _duplicates(deployment) == 0


async def _load(broker: RabbitBroker, http: httpx.AsyncClient, enough: asyncio.Event) -> int:
    """Keeps the consumer busy until there is enough; gives how many events that were."""
    number = 0
    while not enough.is_set():
        number += 1
        await hand_over(
            broker, [envelope_of(f"team-{stream}", number) for stream in range(STREAMS)]
        )
        await until(partial(_at_least, http, (number * STREAMS) - BACKLOG))
    return number * STREAMS


async def _applied(http: httpx.AsyncClient) -> int:
    """How many of catalog's events have their effects in notify's store."""
    applied: dict[str, int] = (await http.get("/api/notify/events/applied")).json()
    return applied.get("catalog", 0)


async def _at_least(http: httpx.AsyncClient, count: int) -> bool:
    return await _applied(http) >= count


async def _duplicates(deployment: Deployment) -> float:
    """How many events the running consumer was given though it, or the one before it, had stored their effects."""
    async with httpx.AsyncClient(trust_env=False) as http:
        metrics = (await http.get(f"http://127.0.0.1:{deployment.ports[CONSUMER]}/metrics")).text
    assert 'diancai_events_handled_total{fate="applied",service="notify"}' in metrics
    found = re.search(
        r'diancai_events_handled_total\{fate="duplicate",service="notify"\} (\S+)', metrics
    )
    return float(found[1]) if found else 0.0


class Team(Aggregate):
    """The publisher of one event after another."""

    kind = "team"

    def __init__(self, code: str) -> None:
        self.code, self.event_seq = code, 0

    @property
    def key(self) -> str:
        return self.code


@pytest.mark.long
async def test_a_relay_that_is_told_to_stop_under_load_sends_nothing_twice(
    new_deployment: Callable[[str], Deployment], rabbit_vhost: str
) -> None:
    deployment = new_deployment(rabbit_vhost)
    outside = Outside(lambda: rabbit_vhost)
    await outside.subscribe()
    database = Database(deployment.settings["catalog"]["CATALOG_DATABASE_URL"])
    async with database.reading() as session:  # what a new store begins with
        begun = int(await session.scalar(select(func.count()).select_from(event_log)) or 0)
    enough = asyncio.Event()
    load = asyncio.create_task(_fill(database, enough))
    await until(partial(_waits, database, UNSENT))
    deployment.start(RELAY)
    await until(partial(_is_sending, database), seconds=60)
    leave = partial(deployment.terminate, RELAY, within_seconds=PROMISED_SECONDS)
    status = await asyncio.to_thread(leave)
    assert status == -signal.SIGTERM, deployment.log_of(RELAY)
    enough.set()
    written = await load
    deployment.start(RELAY)
    await until(partial(_all_sent, database), seconds=60)
    await outside.listen()
    await database.close()
    (heard_in_order,) = outside.stretches
    assert len(heard_in_order) == len(set(heard_in_order)) == begun + written
    assert outside.disorder() == []


async def _fill(database: Database, enough: asyncio.Event) -> int:
    """Keeps the relay busy until there is enough; gives how many events that were."""
    outbox, teams = Outbox("catalog"), [Team(f"team-{number}") for number in range(STREAMS)]
    written = 0
    while not enough.is_set():
        if await outbox_depth(database) > UNSENT:
            await asyncio.sleep(0.01)
            continue
        async with database.writing() as session:
            await append(
                session, outbox, [outbox.number(team, _changed(team.code)) for team in teams]
            )
        written += STREAMS
    return written


def _changed(code: str) -> TeamChanged:
    return TeamChanged(
        code=code,
        name="医疗卫生志愿服务队",
        name_en="Health",
        agency_code="a",
        agency_name="瑞安市卫生局",
        members=1,
    )


async def _waits(database: Database, count: int) -> bool:
    return await outbox_depth(database) >= count


async def _all_sent(database: Database) -> bool:
    return await outbox_depth(database) == 0


async def _is_sending(database: Database) -> bool:
    """Whether the log is shorter at the second look: only a relay makes what waits less."""
    before = await outbox_depth(database)
    await asyncio.sleep(0.02)
    return await outbox_depth(database) < before


@pytest.mark.long
async def test_a_replica_that_is_told_to_stop_answers_what_it_was_asked(
    new_deployment: Callable[[str], Deployment], rabbit_vhost: str
) -> None:
    deployment = new_deployment(rabbit_vhost)
    deployment.start(DIRECTORY)
    await deployment.ready(DIRECTORY)
    store = await psycopg.AsyncConnection.connect(
        deployment.settings["catalog"]["CATALOG_DATABASE_URL"]
    )
    async with store, deployment.client() as http:
        await store.execute(
            "LOCK TABLE township"
        )  # so that every request is under way when the signal comes
        asking = [asyncio.create_task(_enter(http, number)) for number in range(AT_ONCE)]
        await until(partial(_are_held, store, AT_ONCE))
        leaving = asyncio.create_task(
            asyncio.to_thread(
                partial(deployment.terminate, DIRECTORY, within_seconds=PROMISED_SECONDS)
            )
        )
        await until(partial(_is_closed, deployment.ports[DIRECTORY]))
        await store.rollback()
        assert [answer.status_code for answer in await asyncio.gather(*asking)] == [200] * AT_ONCE
        assert await leaving == -signal.SIGTERM, deployment.log_of(DIRECTORY)
        told = await store.execute(
            "SELECT count(*) FROM event_log WHERE type = 'catalog.township_changed.v1'"
        )
        assert await told.fetchone() == (AT_ONCE,)


async def _enter(http: httpx.AsyncClient, number: int) -> httpx.Response:
    body = {"name": "塘下镇", "name_en": "Tangxia", "lat": 27.9, "lon": 120.7}
    return await http.put(f"/api/catalog/townships/{330381000000 + number}", json=body)


async def _are_held(store: "psycopg.AsyncConnection[tuple[object, ...]]", count: int) -> bool:
    waiting = await store.execute(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'township'::regclass"
    )
    return await waiting.fetchone() == (count,)


async def _is_closed(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False
