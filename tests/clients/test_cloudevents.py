"""A client from elsewhere, pika with the CloudEvents SDK, reads our events from a real broker."""

import json
from collections.abc import Callable
from typing import Any

import pika
import pytest
from cloudevents.core.bindings import amqp, rabbitmq
from cloudevents.core.v1.event import CloudEvent

from shared.eventlog.envelope import AMQP_PREFIX, RABBITMQ_PREFIX, Envelope, HeaderStyle
from shared.messaging.rabbitmq import RabbitBroker
from shared.messaging.topology import EXCHANGE
from tests.support.consumers import NOTIFY, RecordingConsumer, hand_over
from tests.support.rolls import envelope_of
from tests.support.waiting import until

SENT = envelope_of("health", 3)


def by_rabbitmq_binding(properties: Any, body: bytes) -> CloudEvent:
    message = rabbitmq.RabbitMQMessage(properties.headers, properties.content_type, body)
    return rabbitmq.from_rabbitmq_event(message)


def by_amqp_binding(properties: Any, body: bytes) -> CloudEvent:
    message = amqp.AMQPMessage({"content-type": properties.content_type}, properties.headers, body)
    return amqp.from_amqp_event(message)


@pytest.mark.parametrize(
    ("style", "read"),
    [
        (RABBITMQ_PREFIX, by_rabbitmq_binding),
        (AMQP_PREFIX, by_amqp_binding),
        ("both", by_rabbitmq_binding),
        ("both", by_amqp_binding),
    ],
)
async def test_pika_and_the_sdk_get_a_valid_event(
    rabbit_vhost: str, style: HeaderStyle, read: Callable[[Any, bytes], CloudEvent]
) -> None:
    with pika.BlockingConnection(pika.URLParameters(rabbit_vhost)) as connection:
        channel = connection.channel()
        broker = RabbitBroker(rabbit_vhost, name="catalog", header_style=style)
        async with broker.running():
            await broker.declared(within_seconds=60)
            channel.queue_declare("elsewhere", exclusive=True)
            channel.queue_bind("elsewhere", EXCHANGE, "catalog.#")
            await hand_over(broker, [SENT])
        _, properties, body = channel.basic_get("elsewhere", auto_ack=True)
    event = read(properties, body)
    assert event.get_specversion() == "1.0"
    assert event.get_id() == "team:health/3"
    assert event.get_source() == "/diancai/catalog"
    assert event.get_type() == "catalog.team_changed.v1"
    assert event.get_subject() == event.get_extension("partitionkey") == "team:health"
    assert event.get_time() == SENT.occurred_at
    assert event.get_datacontenttype() == "application/json"
    assert event.get_extension("sequence") == "3"
    assert event.get_extension("traceparent") == SENT.traceparent
    assert event.get_data() == json.loads(SENT.body)


@pytest.mark.parametrize("style", [RABBITMQ_PREFIX, AMQP_PREFIX, "both"])
async def test_our_own_consumers_read_every_style(rabbit_vhost: str, style: HeaderStyle) -> None:
    broker, recording = (
        RabbitBroker(rabbit_vhost, name="catalog", header_style=style),
        RecordingConsumer(),
    )
    broker.expect(NOTIFY)
    async with broker.running(), broker.consuming(NOTIFY, recording):
        await hand_over(broker, [SENT])
        await until(lambda: recording.received)
    assert recording.received[0] == SENT


def test_headers_that_say_two_things_are_refused() -> None:
    headers = SENT.headers("both") | {"ce-subject": "team:law"}
    with pytest.raises(ValueError, match="two values of the CloudEvents attribute 'subject'"):
        Envelope.from_headers(headers, SENT.body)
