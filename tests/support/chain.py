"""A whole chain on one broker: catalog's store and relay, notify's consumer and store. Both can be started and stopped
apart, as processes are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.kernel.clock import utc_now
from shared.messaging.broker import Broker
from shared.messaging.rabbitmq import CONFIRM_SECONDS, RabbitBroker
from shared.messaging.recovery.completeness import Completeness
from shared.messaging.recovery.resending import PositionPublisher, Resender
from shared.messaging.relay import Relay
from shared.messaging.shards import ShardLease
from tests.support.fixtures import NewUrl
from tests.support.rolls import Rolls, rolls_at, up_to
from tests.support.tasks import background


@dataclass
class Chain:
    """``rolls`` of catalog are changed; notify marks them too."""

    catalog: Rolls
    notify: Rolls
    url: str

    @asynccontextmanager
    async def publishing(
        self, *, confirm_seconds: float = CONFIRM_SECONDS
    ) -> AsyncIterator[RabbitBroker]:
        """The relay's process of catalog."""
        broker = RabbitBroker(
            self.url, name="catalog", stop_seconds=1, confirm_seconds=confirm_seconds
        )
        lease = ShardLease(self.catalog.database, review_seconds=0.02)
        positions = PositionPublisher(
            "catalog", self.catalog.database, broker, lease, utc_now, round_seconds=0.1
        )
        resender = Resender("catalog", self.catalog.database, broker, utc_now)
        relay = Relay(
            "catalog", self.catalog.database, broker, self.catalog.wakeup, lease, poll_seconds=0.1
        )
        async with (
            broker.running(),
            lease.holding(),
            broker.serve_resends("catalog", resender.resend),
            background(relay.run),
            background(positions.run),
        ):
            yield broker

    @asynccontextmanager
    async def consuming(self) -> AsyncIterator[Broker]:
        """A consumer's process of notify."""
        broker = RabbitBroker(self.url, name="notify", stop_seconds=1)
        consumer = self.notify.new_consumer()
        completeness = Completeness("notify", self.notify.database, broker)
        async with (
            broker.running(),
            broker.consuming(consumer.queues, consumer.handle, completeness.on_positions),
        ):
            yield broker

    async def has_all(self, changes: dict[str, int]) -> bool:
        """Whether every roll has its marks, once and in order."""
        return all(
            [await self.notify.marks(code) == up_to(count) for code, count in changes.items()]
        )


@asynccontextmanager
async def chain_on(url: str, new_store_url: NewUrl) -> AsyncIterator[Chain]:
    async with (
        rolls_at(new_store_url(), publisher="catalog") as catalog,
        rolls_at(new_store_url()) as notify,
    ):
        yield Chain(catalog, notify, url)
