"""What a message claims is compared with what the broker checked: a forged one has no effect and blocks nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aio_pika
import pytest
from structlog.testing import capture_logs

from shared.eventlog.envelope import Envelope, amqp_headers
from shared.eventlog.position import Position, ResendRequest
from shared.kernel.clock import utc_now
from shared.messaging.provenance import Users
from shared.messaging.rabbitmq import RabbitBroker
from shared.messaging.resizing import MARK
from shared.messaging.topology import EXCHANGE, POSITIONS, REPLAY, RESEND, resend_key
from tests.support.consumers import NOTIFY, RecordingConsumer, answers, hand_over
from tests.support.operators import operator_at
from tests.support.private import RabbitMQ
from tests.support.rolls import envelope_of
from tests.support.waiting import until

GENUINE = envelope_of("health", 1)
SHARED_USER = "guest"


@dataclass(frozen=True)
class Forgery:
    """A message that gets into notify's queue, and that its publisher would never send."""

    exchange: str
    routing_key: str
    envelope: Envelope = GENUINE


FORGERIES = {
    "another's event by one's own key": Forgery(
        EXCHANGE, f"requests.team_changed.v1.s{GENUINE.shard}", replace(GENUINE, aggregate_seq=2)
    ),
    "one's own source, another's type": Forgery(
        EXCHANGE, f"requests.x.v1.s{GENUINE.shard}", replace(GENUINE, publisher="requests")
    ),
    "another source, the type's own key": Forgery(
        EXCHANGE, GENUINE.routing_key, replace(GENUINE, publisher="requests")
    ),
    "a source that is no publisher": Forgery(
        EXCHANGE, GENUINE.routing_key, replace(GENUINE, publisher="")
    ),
    "another shard": Forgery(EXCHANGE, f"{GENUINE.type}.s{(GENUINE.shard + 1) % 16}"),
    "another type": Forgery(EXCHANGE, f"catalog.service_item_changed.v1.s{GENUINE.shard}"),
    "a replay of another's": Forgery(REPLAY, f"requests.notify.s{GENUINE.shard}"),
    "past every exchange": Forgery("", NOTIFY.queue_of(GENUINE.shard)),
    "as a position": Forgery(POSITIONS, f"catalog.log_position.v1.s{GENUINE.shard}"),
}


@asynccontextmanager
async def listening(
    url: str, **options: Any
) -> AsyncIterator[tuple[RabbitBroker, RecordingConsumer, list[Position]]]:
    broker, recording, positions = (
        RabbitBroker(url, name="notify", **options),
        RecordingConsumer(),
        list[Position](),
    )

    async def hear(envelope_of: Any) -> None:
        positions.extend(envelope_of)

    broker.expect(NOTIFY)
    async with broker.running():
        await broker.declared(within_seconds=60)
        async with broker.consuming(NOTIFY, recording, hear):
            await until(lambda: answers(broker))
            yield broker, recording, positions


async def send(
    url: str, forgery: Forgery, *, user_id: str | None = None, kind: str | None = None
) -> None:
    envelope = forgery.envelope
    message = aio_pika.Message(
        envelope.body,
        headers=dict(envelope.headers()),
        content_type="application/json",
        type=kind or envelope.type,
        user_id=user_id,
    )
    async with operator_at(url) as channel:
        exchange = await channel.get_exchange(forgery.exchange, ensure=False)
        await exchange.publish(message, forgery.routing_key)


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forged_event_has_no_effect_and_holds_nothing_back(
    rabbit_vhost: str, name: str
) -> None:
    with capture_logs() as logged:
        async with listening(rabbit_vhost) as (broker, recording, _):
            await send(rabbit_vhost, FORGERIES[name])
            await hand_over(broker, [GENUINE, envelope_of("health", 2)])
            await until(lambda: len(recording.ids) >= 2)
            await until(lambda: [line for line in logged if line["event"] == "message refused"])
    assert [
        (envelope.publisher, envelope.id) for envelope in dict.fromkeys(recording.received)
    ] == [
        ("catalog", "team:health/1"),
        ("catalog", "team:health/2"),
    ]


async def test_a_forged_position_is_not_believed(rabbit_vhost: str) -> None:
    async with listening(rabbit_vhost) as (broker, _, positions):
        false = Position(publisher="catalog", shard=3, sent_count=9_999, at=utc_now())
        async with operator_at(rabbit_vhost) as channel:
            exchange = await channel.get_exchange(POSITIONS, ensure=False)
            message = aio_pika.Message(
                false.model_dump_json().encode(),
                headers=dict(amqp_headers(false.attributes())),
                type=false.type,
            )
            await exchange.publish(message, "requests.log_position.v1.s3")
        await broker.publish_positions([false.model_copy(update={"sent_count": 7})])
        await until(lambda: positions)
    assert [position.sent_count for position in positions] == [7]


async def test_nobody_asks_in_anothers_name(rabbit_vhost: str) -> None:
    asked: list[str] = []

    async def resend(ask: ResendRequest) -> None:
        asked.append(ask.id)

    async with listening(rabbit_vhost) as (broker, _, _), broker.serve_resends("notify", resend):
        forged = ResendRequest(id="forged", service="catalog", shard=0, last=500)
        async with operator_at(rabbit_vhost) as channel:
            exchange = await channel.get_exchange(RESEND, ensure=False)
            await exchange.publish(
                aio_pika.Message(forged.model_dump_json().encode()),
                resend_key("dispatch", "notify"),
            )
        await broker.request_resend(
            "notify", ResendRequest(id="genuine", service="dispatch", shard=0, last=1)
        )
        await until(lambda: asked)
    assert asked == ["genuine"]


async def test_where_users_are_separate_the_broker_must_vouch_for_the_publisher(
    rabbit_vhost: str,
) -> None:
    """Every service's user is called guest here, so a message without ``user_id`` is what a stranger would send."""
    with capture_logs() as logged:
        async with listening(rabbit_vhost, user_pattern=SHARED_USER) as (
            broker,
            recording,
            positions,
        ):
            await send(rabbit_vhost, Forgery(EXCHANGE, GENUINE.routing_key))
            await hand_over(broker, [GENUINE])
            await broker.publish_positions(
                [Position(publisher="catalog", shard=GENUINE.shard, sent_count=1, at=utc_now())]
            )
            await until(lambda: positions)
            assert recording.ids == ["team:health/1"]
    (refused,) = [line for line in logged if line["event"] == "message refused"]
    assert refused["reason"] == "forged"
    assert "user_id" in refused["error"]


async def test_a_user_of_its_own_is_what_makes_users_separate(rabbit_vhost: str) -> None:
    assert Users.of_url("amqp://catalog:a@broker/diancai", "catalog").are_separate
    assert Users.of_url(
        "amqp://city-catalog:a@broker/diancai", "catalog", "city-{service}"
    ).are_separate
    assert not Users.of_url(rabbit_vhost, "catalog").are_separate
    assert Users.of_url(rabbit_vhost, "catalog").user_id() is None


async def test_an_end_of_a_queue_that_another_service_sends_is_none(rabbit_vhost: str) -> None:
    with capture_logs() as logged:
        async with listening(rabbit_vhost) as (broker, recording, _):
            forged = Forgery(REPLAY, f"requests.notify.s{GENUINE.shard}")
            await send(rabbit_vhost, forged, kind=MARK)
            await hand_over(broker, [GENUINE])
            await until(lambda: recording.ids)
    assert [line for line in logged if line["event"] == "message refused"]


async def test_what_was_refused_lies_with_the_dead_letters(
    private_server: Callable[[type[RabbitMQ]], RabbitMQ], rabbit_vhost: str
) -> None:
    server, vhost = private_server(RabbitMQ), rabbit_vhost.rsplit("/", 1)[-1]
    if str(server.port) not in rabbit_vhost:
        pytest.skip("the broker in use is not ours to configure")
    async with operator_at(rabbit_vhost) as channel:
        exchange = await channel.declare_exchange(
            "diancai.dead", aio_pika.ExchangeType.FANOUT, durable=True
        )
        dead = await channel.declare_queue(
            "diancai.dead", durable=True, arguments={"x-queue-type": "quorum"}
        )
        await dead.bind(exchange)
        policy = '{"dead-letter-exchange": "diancai.dead", "dead-letter-strategy": "at-least-once",'
        policy += ' "overflow": "reject-publish"}'
        words = ("-p", vhost, "queues", r"^notify\.[0-9]+$", policy, "--apply-to", "queues")
        await asyncio.to_thread(server.control, "set_policy", *words)
        async with listening(rabbit_vhost) as (broker, recording, _):
            forgeries = [
                replace(GENUINE, publisher="requests", aggregate_seq=number)
                for number in range(5, 9)
            ]
            for envelope in forgeries:
                await send(rabbit_vhost, Forgery(EXCHANGE, GENUINE.routing_key, envelope))
            await hand_over(broker, [GENUINE])
            await until(lambda: recording.ids)
            found: list[Any] = []
            while len(found) < len(forgeries):
                message = await until(lambda: dead.get(fail=False, no_ack=True))
                found.append(message)
    assert [message.headers["cloudEvents_sequence"] for message in found] == ["5", "6", "7", "8"]
