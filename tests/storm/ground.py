"""What a storm rages on: servers and processes of its own, wires between them, and a hand on disks and clocks."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from cli.client import Client
from tests.storm.options import Options
from tests.storm.outside import Outside
from tests.support import keys, tokens
from tests.support.cluster import RabbitCluster
from tests.support.deployment import ROLES, Deployment, Part
from tests.support.pair import PostgresPair
from tests.support.private import (
    NotInstalled,
    Playground,
    Postgres,
    RabbitMQ,
    RedisServer,
    create_database,
)
from tests.support.proxy import Wire, wired
from tests.support.shim import Control, Shim

MUTANT = ("-m", "tests.storm.mutants")


class StormPostgres(Postgres):
    fsync: ClassVar[str] = "on"  # a disk can be slow only for those who wait for it


class StormRedis(RedisServer):
    appendonly: ClassVar[str] = "yes"  # so that it has to do with a disk at all


@dataclass(frozen=True)
class Ground:
    """``disks`` by the kind of server, ``clocks`` by process; both are empty where there is no compiler."""

    playground: Playground
    broker: RabbitMQ | RabbitCluster
    postgres: Postgres | PostgresPair
    redis: RedisServer
    wires: dict[str, Wire]
    deployment: Deployment
    operator: Client
    outside: Outside
    disks: dict[str, Control]
    clocks: dict[Part, Control]

    def nodes(self) -> list[RabbitMQ]:
        return self.broker.nodes if isinstance(self.broker, RabbitCluster) else [self.broker]

    def leader_of(self, queue: str) -> RabbitMQ:
        return (
            self.broker.leader_of(queue) if isinstance(self.broker, RabbitCluster) else self.broker
        )

    def some_part(self, dice: random.Random) -> Part:
        return dice.choice(self.deployment.parts)


@asynccontextmanager
async def ground(options: Options) -> AsyncIterator[Ground]:
    """All of it, started and ready; ended and cleared away on leaving, however that comes.

    :raises NotInstalled: a server's programs are missing.
    """
    tokens.trust()
    keys.use()
    async with AsyncExitStack() as stack:
        playground = Playground()
        stack.callback(playground.close)
        shim = _shim(playground)
        disks = (
            {name: shim.control(name) for name in ("rabbitmq", "postgresql", "redis")}
            if shim
            else {}
        )
        clocks = (
            {
                (service, role): shim.control(f"{service}-{role}")
                for service in ROLES
                for role in ROLES[service]
            }
            if shim
            else {}
        )
        broker, postgres, redis = _servers(options, playground, disks)
        await asyncio.gather(
            *(asyncio.to_thread(server.start) for server in (broker, postgres, redis))
        )
        wires = {
            "rabbitmq": await stack.enter_async_context(wired(*_urls(broker))),
            "postgresql": await stack.enter_async_context(wired(postgres.url)),
            "redis": await stack.enter_async_context(wired(redis.url)),
        }
        for service in ROLES:
            create_database(postgres.url, service)
        launcher = (*MUTANT, options.without) if options.without else ("-m",)
        deployment = Deployment(
            playground, _settings(wires), _logs(options, playground), launcher, clocks
        )
        stack.callback(deployment.stop)
        await asyncio.to_thread(deployment.migrate)
        outside = Outside(lambda: broker.url)
        await outside.subscribe()
        for part in deployment.parts:
            deployment.start(part)
        await deployment.ready()
        http = await stack.enter_async_context(deployment.client())
        operator = Client(http, patience_seconds=5)
        yield Ground(
            playground,
            broker,
            postgres,
            redis,
            wires,
            deployment,
            operator,
            outside,
            disks=disks,
            clocks=clocks,
        )


def _shim(playground: Playground) -> Shim | None:
    try:
        return Shim(playground.folder)
    except NotInstalled:
        return None


def _servers(
    options: Options, playground: Playground, disks: dict[str, Control]
) -> tuple[RabbitMQ | RabbitCluster, Postgres | PostgresPair, RedisServer]:
    of = {name: control.environment for name, control in disks.items()}
    return (
        RabbitCluster(playground, disks.get("rabbitmq"))
        if options.cluster
        else RabbitMQ(playground, environment=of.get("rabbitmq")),
        PostgresPair(playground, disks.get("postgresql"), StormPostgres)
        if options.pair
        else StormPostgres(playground, environment=of.get("postgresql")),
        StormRedis(playground, environment=of.get("redis")),
    )


def _logs(options: Options, playground: Playground) -> Path:
    logs = (
        playground.folder / "logs"
        if options.logs is None
        else options.logs / f"seed-{options.seed}"
    )
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    return logs


def _urls(broker: RabbitMQ | RabbitCluster) -> list[str]:
    return broker.urls if isinstance(broker, RabbitCluster) else [broker.url]


def _settings(wires: dict[str, Wire]) -> dict[str, dict[str, str]]:
    """Every service with a database of its own, behind the wires."""
    return {
        service: {
            f"{service.upper()}_DATABASE_URL": wires["postgresql"].url.rsplit("/", 1)[0]
            + f"/{service}",
            f"{service.upper()}_BROKER_URL": wires["rabbitmq"].url,
            f"{service.upper()}_REDIS_URL": wires["redis"].url,
        }
        for service in ROLES
    }
