"""The servers of a measurement: private ones, durable: every commit and every confirm reaches the disk."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psutil

from tests.support.deployment import ROLES, Deployment
from tests.support.private import (
    NotInstalled,
    Playground,
    Postgres,
    RabbitMQ,
    RedisServer,
    create_database,
)


class DurablePostgres(Postgres):
    fsync: ClassVar[str] = "on"


@dataclass(frozen=True, slots=True)
class Bed:
    """Where a measurement takes place."""

    playground: Playground
    postgres: DurablePostgres
    broker: RabbitMQ
    redis: RedisServer
    logs: Path

    def new_database(self, name: str) -> str:
        """Its URL. Without TLS, as broker and cache are spoken to, and as docker-compose.yml has it."""
        create_database(self.postgres.url, name)
        return f"{self.postgres.url.rsplit('/', 1)[0]}/{name}?sslmode=disable"

    def deploy(self) -> Deployment:
        """The four services as separate processes, migrated and started."""
        deployment = self.migrated()
        for part in deployment.parts:
            deployment.start(part)
        return deployment

    def migrated(self, name: str = "city") -> Deployment:
        """The same, not yet started. With names of their own, more than one can be made."""
        self.broker.control("add_vhost", name)
        self.broker.control("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
        settings = {
            service: {
                f"{service.upper()}_DATABASE_URL": self.new_database(f"{name}_{service}"),
                f"{service.upper()}_BROKER_URL": self.broker.url_of(name),
                f"{service.upper()}_REDIS_URL": self.redis.url,
                f"{service.upper()}_PARTITIONS": "1",  # each has one consumer
            }
            for service in ROLES
        }
        deployment = Deployment(self.playground, settings, self.logs)
        deployment.migrate()
        return deployment


def cpu_seconds(pid: int) -> float:
    """Of a process and of all below it, those that ended included."""
    process = psutil.Process(pid)
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


@contextmanager
def bed() -> Iterator[Bed]:
    """:raises SystemExit: a server's programs are missing; it says which, and how to get them."""
    playground = Playground()
    try:
        made = Bed(
            playground,
            DurablePostgres(playground),
            RabbitMQ(playground),
            RedisServer(playground),
            playground.folder,
        )
        for server in (made.postgres, made.broker, made.redis):
            server.start()
        yield made
    except NotInstalled as error:
        sys.exit(f"there is no {error}; as root on Debian: python -m tests.support.servers install")
    finally:
        playground.close()
