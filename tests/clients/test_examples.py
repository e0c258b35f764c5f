"""The examples of docs/examples read our events from a real broker, as a user who may do nothing else there."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pika
import pytest

from shared.eventlog.envelope import HeaderStyle
from shared.messaging.rabbitmq import RabbitBroker
from shared.messaging.topology import EXCHANGE
from tests.support.consumers import hand_over
from tests.support.examples import command_of, environment
from tests.support.fixtures import NewUrl
from tests.support.private import RabbitMQ
from tests.support.rolls import envelope_of

USER, QUEUE = "records", "records.events"
PERMISSIONS = (r"^records\.", r"^records\.", r"^(records\..*|diancai\.events)$")
"""To configure, write and read, as docs/reference/contract.md tells operators."""
SECONDS = 60


@pytest.fixture
def broker_url(private_server: Callable[[type[RabbitMQ]], RabbitMQ], rabbit_url: NewUrl) -> str:
    """An empty virtual host, in which the user of the examples has what the guide says."""
    server, url = private_server(RabbitMQ), rabbit_url()
    if str(server.port) not in url:
        pytest.skip("the broker in use is not ours to make users at")
    name = url.rsplit("/", 1)[-1]
    if USER not in server.control("list_users"):
        server.control("add_user", USER, "secret")
    server.control("set_permissions", "-p", name, USER, *PERMISSIONS)
    return url


def as_user(url: str) -> str:
    return f"amqp://{USER}:secret@{url.partition('@')[2]}"


@pytest.mark.parametrize("style", ["cloudEvents_", "ce-", "both"])
@pytest.mark.parametrize("example", ["read_events.py", "read_events.cjs"])
async def test_an_example_reads_each_event_once(
    broker_url: str, example: str, style: HeaderStyle
) -> None:
    command = command_of(example)
    broker = RabbitBroker(broker_url, name="catalog", header_style=style)
    async with broker.running():
        await broker.declared(within_seconds=60)
        reader = await asyncio.create_subprocess_exec(
            *command,
            "catalog.team_changed.v1.*",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(AMQP_URL=as_user(broker_url), COUNT="2"),
        )
        try:
            async with asyncio.timeout(SECONDS):
                assert reader.stderr is not None
                assert await reader.stderr.readline() == f"reading {QUEUE}\n".encode()
                third, fourth = envelope_of("health", 3), envelope_of("health", 4)
                await hand_over(broker, [third, third, fourth])
                said, wrong = await reader.communicate()
        finally:
            if reader.returncode is None:
                reader.kill()
                await reader.wait()
    assert (reader.returncode, wrong.decode()) == (0, "")
    read: list[dict[str, Any]] = [json.loads(line) for line in said.decode().splitlines()]
    assert read == [
        {**sent.attributes(), "data": json.loads(sent.body)} for sent in (third, fourth)
    ]


async def test_the_user_of_the_examples_may_read_and_nothing_else(broker_url: str) -> None:
    broker = RabbitBroker(broker_url, name="catalog")
    async with broker.running():
        await broker.declared(within_seconds=60)
        refused: list[Callable[[Any], Any]] = [
            lambda channel: channel.basic_publish(EXCHANGE, "catalog.team_changed.v1.s8", b"{}"),
            lambda channel: channel.queue_declare("notify.1"),
            lambda channel: (
                channel.queue_declare("diancai.unrouted", passive=True)
                and channel.basic_get("diancai.unrouted")
            ),
            lambda channel: channel.queue_bind(QUEUE, "diancai.positions", "#"),
            lambda channel: channel.queue_delete("diancai.unrouted"),
        ]
        for attempt in refused:
            with pika.BlockingConnection(pika.URLParameters(as_user(broker_url))) as connection:
                channel = connection.channel()
                channel.confirm_delivery()
                channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
                with pytest.raises(pika.exceptions.ChannelClosedByBroker) as found:
                    attempt(channel)
                assert found.value.reply_code == 403
