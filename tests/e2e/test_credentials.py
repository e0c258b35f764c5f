"""What a service's credentials open, as deploy/ gives them out: its own, and nothing of its neighbours'."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import aio_pika
import psycopg
import pytest
from aiormq.exceptions import ChannelAccessRefused
from sqlalchemy.engine import make_url

from tests.support.private import Postgres, PrivateServer, RabbitMQ
from tests.support.tree import ROOT, SERVICES

Private = Callable[[type[PrivateServer]], PrivateServer]


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    subprocess.run([ROOT / "deploy" / "make-secrets", folder], check=True)
    return folder


def test_a_database_user_reaches_its_own_database_only(secrets: Path, private_server: Private) -> None:
    server = private_server(Postgres)
    assert isinstance(server, Postgres)
    url = make_url(server.url)
    script = (ROOT / "deploy" / "postgres" / "databases.sh").read_text("utf-8").replace("/run/secrets/", f"{secrets}/")
    settings = {"POSTGRES_USER": url.username or "", "PGHOST": url.host or "", "PGPORT": str(url.port)}
    settings |= {"PGPASSWORD": url.password or ""}
    subprocess.run(["bash", "-c", script], env=os.environ | settings, check=True, capture_output=True)

    def connect(service: str, database: str) -> None:
        psycopg.connect(
            host=url.host,
            port=url.port,
            user=service,
            password=(secrets / f"{service}_database_password").read_text(),
            dbname=database,
            connect_timeout=5,
        ).close()

    for service in SERVICES:
        connect(service, service)
        for other in {*SERVICES, "postgres", "template1"} - {service}:
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                connect(service, other)


async def test_a_broker_user_says_its_own_events_and_hears_its_own_queues_only(
    secrets: Path, private_server: Private
) -> None:
    server = private_server(RabbitMQ)
    assert isinstance(server, RabbitMQ)
    definitions = json.loads((secrets / "rabbitmq_definitions").read_text("utf-8"))
    assert {user["name"] for user in definitions["users"]} == set(SERVICES)
    server.control("add_vhost", "diancai")
    for service in SERVICES:
        server.control("add_user", service, (secrets / f"{service}_broker_password").read_text())
    for given in definitions["permissions"]:
        three = (given["configure"], given["write"], given["read"])
        server.control("set_permissions", "-p", given["vhost"], given["user"], *three)
    for given in definitions["topic_permissions"]:
        two = (given["write"], given["read"])
        server.control("set_topic_permissions", "-p", given["vhost"], given["user"], given["exchange"], *two)

    async def attempt(service: str, act: str, name: str) -> None:
        word = (secrets / f"{service}_broker_password").read_text()
        url = f"amqp://{service}:{word}@127.0.0.1:{server.port}/diancai"
        async with await aio_pika.connect(url) as connection, connection.channel() as channel:
            if act == "queue":
                await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
            else:
                exchange = await channel.declare_exchange("diancai.events", "topic", durable=True)
                await exchange.publish(aio_pika.Message(b"{}"), name, mandatory=False)

    for service in SERVICES:
        await attempt(service, "queue", f"{service}.0")
        await attempt(service, "event", f"{service}.something_happened.v1.s3")
        other = next(name for name in SERVICES if name != service)
        with pytest.raises(ChannelAccessRefused):
            await attempt(service, "queue", f"{other}.0")
        with pytest.raises(ChannelAccessRefused):
            await attempt(service, "event", f"{other}.something_happened.v1.s3")
