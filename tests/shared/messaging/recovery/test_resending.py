"""The publisher's side of recovery: when it publishes positions, what it sends again, and how soon that arrives."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import update

from shared.eventlog.envelope import SHARDS, shard_of
from shared.eventlog.position import ResendReply, ResendRequest
from shared.eventlog.tables import event_log
from shared.kernel.clock import utc_now
from shared.messaging.broker import BrokerUnavailable
from shared.messaging.recovery.completeness import Completeness
from shared.messaging.recovery.resending import (
    NEW_SECONDS,
    REST_SECONDS,
    ROUND_SECONDS,
    STRETCH,
    PositionPublisher,
    Resender,
)
from shared.messaging.relay import Relay
from shared.messaging.shards import ShardLease
from shared.messaging.tables import relay_cursor
from tests.support.brokers import PlayedBroker
from tests.support.fixtures import NewUrl
from tests.support.rolls import Rolls, change, rolls_at, up_to


def positions_of(
    publisher: Rolls, broker: PlayedBroker, *, held: frozenset[int] = frozenset(range(SHARDS))
) -> PositionPublisher:
    lease = ShardLease(publisher.database)
    lease.held = held
    return PositionPublisher("catalog", publisher.database, broker, lease, utc_now)


def relay_of(publisher: Rolls, broker: PlayedBroker) -> Relay:
    lease = ShardLease(publisher.database)
    lease.held = frozenset(range(SHARDS))
    return Relay("catalog", publisher.database, broker, publisher.wakeup, lease, poll_seconds=0.01)


@pytest.fixture
async def catalog(store_url: str) -> AsyncIterator[Rolls]:
    async with rolls_at(store_url, publisher="catalog") as publisher:
        yield publisher


async def test_positions_say_what_changed_and_after_a_connection_everything(catalog: Rolls) -> None:
    broker = PlayedBroker()
    positions, relay = positions_of(catalog, broker), relay_of(catalog, broker)
    await positions.publish_due(0.0)
    assert {position.shard for position in broker.told} == set(range(SHARDS))
    assert {position.sent_count for position in broker.told} == {0}
    broker.told.clear()
    await change(catalog.uow, "health")
    await positions.publish_due(0.5)
    assert broker.told == [], "logged, and not sent yet"
    await relay.publish_due()
    await positions.publish_due(1.0)
    assert [(said.shard, said.sent_count) for said in broker.told] == [(shard_of("roll:health"), 1)]
    broker.told.clear()
    pauses = []
    for second in range(2, 200):
        await positions.publish_due(second)
        if broker.told:
            assert len(broker.told) == SHARDS, (
                "what did not change too: a listener may have had no queue"
            )
            pauses.append(second)
            broker.told.clear()
    assert pauses == [*range(2, 61, 2), *range(80, 200, 20)]
    broker.connections += 1
    await positions.publish_due(200)
    assert len(broker.told) == SHARDS


async def test_positions_that_did_not_get_there_are_said_again(catalog: Rolls) -> None:
    broker = PlayedBroker()
    positions = positions_of(catalog, broker, held=frozenset({3}))
    broker.away = True
    with pytest.raises(BrokerUnavailable):
        await positions.publish_due(0.0)
    broker.away = False
    await positions.publish_due(0.1)
    assert [said.shard for said in broker.told] == [3], "others are said by whoever has the lease"


async def test_a_stretch_is_sent_in_order_with_what_to_ask_for_next_behind_it(
    catalog: Rolls,
) -> None:
    broker = PlayedBroker()
    events = STRETCH + 20
    async with catalog.database.writing() as session:
        await session.execute(
            event_log.insert(),
            [
                {
                    "id": number,
                    "txid": 1,
                    "shard": 7,
                    "type": "catalog.team_changed.v1",
                    "aggregate_id": "roll:health",
                    "aggregate_seq": number,
                    "occurred_at": utc_now(),
                    "headers": {"traceparent": "", "correlationid": "", "causationid": ""},
                    "body": b"{}",
                }
                for number in up_to(events)
            ],
        )
        await session.execute(update(relay_cursor).values(sent_count=events))
    resender = Resender("catalog", catalog.database, broker, utc_now)

    async def asked(**which: int) -> tuple[list[int], ResendReply | None]:
        broker.taken.clear()
        await resender.resend(
            ResendRequest.model_validate({"id": "a", "service": "notify", "shard": 7} | which)
        )
        return [envelope.aggregate_seq for envelope in broker.taken], broker.told[-1].answer

    assert await asked(last=3) == (
        [events - 2, events - 1, events],
        ResendReply(ask="a", first=events - 3, next_after=None),
    )
    assert await asked(last=12, before=events - 2) == (
        list(range(events - 14, events - 2)),
        ResendReply(ask="a", first=events - 15, next_after=None),
    )
    assert await asked(last=events) == (
        up_to(STRETCH),
        ResendReply(ask="a", first=0, next_after=STRETCH),
    )
    rest = list(range(STRETCH + 1, events + 1))
    assert await asked(last=events, after=STRETCH) == (
        rest,
        ResendReply(ask="a", first=STRETCH, next_after=None),
    )
    assert broker.told[-1].sent_count == events
    with pytest.raises(ValueError, match="one of catalog, dispatch, notify, requests does"):
        await resender.resend(ResendRequest(id="a", service="nobody", shard=7, last=1))
    broker.refuse = {f"roll:health/{events}"}
    with pytest.raises(BrokerUnavailable):
        await asked(last=3)


# Lost while every connection stands


@dataclass
class Shard:
    """catalog and notify on a broker to which all connections stand. A turn is a round of the relay, at a second that
    the test sets; what it sent is taken by notify then, or lost."""

    catalog: Rolls
    notify: Rolls
    now: float = 0.0
    broker: PlayedBroker = field(default_factory=PlayedBroker)

    def __post_init__(self) -> None:
        self._relay = relay_of(self.catalog, self.broker)
        self._positions = positions_of(self.catalog, self.broker)
        self._resender = Resender("catalog", self.catalog.database, self.broker, utc_now)
        self._completeness = Completeness(
            "notify", self.notify.database, self.broker, elapsed=lambda: self.now
        )

    async def turn(self, changed: str | None, *, loses: bool = False) -> list[int]:
        """Gives the shards of which notify asked for something. The answer is taken, or lost, in the next turn."""
        if changed:
            await change(self.catalog.uow, changed)
        await self._relay.publish_due()
        await self._positions.publish_due(self.now)
        events, said = list(self.broker.taken), list(self.broker.told)
        self.broker.taken.clear()
        self.broker.told.clear()
        if not loses:
            await self.notify.consumer.handle(events)
            await self._completeness.on_positions(said)
        asks = [ask for _, ask in self.broker.asked]
        self.broker.asked.clear()
        for ask in asks:
            await self._resender.resend(ask)
        self.now += ROUND_SECONDS
        return [ask.shard for ask in asks]

    async def seconds_until_asked(self, code: str, changed: str | None) -> float:
        began = self.now
        while shard_of(f"roll:{code}") not in await self.turn(changed):
            assert self.now - began <= 2 * NEW_SECONDS, "it never asks"
        return self.now - began


@pytest.mark.parametrize(
    ("traffic", "seconds"),
    [(None, REST_SECONDS), ("law", REST_SECONDS), ("health", ROUND_SECONDS)],
    ids=["idle", "in other shards", "in this shard"],
)
async def test_what_is_lost_while_every_connection_stands_comes_again_within_a_minute(
    new_store_url: NewUrl, traffic: str | None, seconds: float
) -> None:
    """A queue is emptied by hand, as soon as the last event and all positions behind it are in it; and again when what
    was asked for is in it."""
    assert shard_of("roll:law") != shard_of("roll:health")
    async with (
        rolls_at(new_store_url(), publisher="catalog") as catalog,
        rolls_at(new_store_url()) as notify,
    ):
        line = Shard(catalog, notify)
        while line.now <= NEW_SECONDS + REST_SECONDS:
            assert not await line.turn(traffic)
        for turns in range(
            round(REST_SECONDS / ROUND_SECONDS)
        ):  # whatever the time since all was said
            for _ in range(turns):
                assert not await line.turn(traffic)
            await line.turn("health", loses=True)
            lost_at = line.now
            assert await line.seconds_until_asked("health", traffic) <= seconds + ROUND_SECONDS
            await line.turn(traffic, loses=True)
            await line.seconds_until_asked("health", traffic)
            await line.turn(traffic)
            assert line.now - lost_at <= 60
            for code in ("health", "law"):
                assert await notify.marks(code) == await catalog.marks(code)
