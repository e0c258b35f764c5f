"""The interface to the broker. Two implementations ship: RabbitMQ, and one inside the process."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from shared.eventlog.envelope import SHARDS, Envelope
from shared.eventlog.position import (
    POSITION,
    Position,
    PositionHandler,
    ResendHandler,
    ResendRequest,
)

BATCH = 200
"""The most events that a consumer is given at once."""

STOP_SECONDS = 4.0
"""How long a consumer that must stop may take to finish its batch.

After that it is cancelled, and the batch is delivered again."""

Handler = Callable[[Sequence[Envelope]], Awaitable[None]]
"""Takes a batch in order. It returns once the effects of the whole batch are stored, and only then.
"""


class BrokerUnavailable(Exception):
    """The broker can't be reached, or does not accept messages now. Callers retry."""


@dataclass(frozen=True, slots=True)
class ConsumerQueues:
    """The queues in which a service receives events.

    ``partitions`` queues share the shards of the publishers that the service listens to. Each queue
    has a single active consumer, so that replicas share the work and every aggregate stays in
    order. Unless it ``is_settled``, queues of another partition count may still exist with events
    in them. Events of ``idle_types`` have no effect in the service and are only counted.
    """

    service: str
    publishers: tuple[str, ...]
    partitions: int = 2
    is_settled: bool = True
    idle_types: frozenset[str] = frozenset()

    def names(self) -> list[str]:
        """Returns the names of the queues, one a partition."""
        return self.possible_names()[: self.partitions]

    def possible_names(self) -> list[str]:
        """Returns the names for the highest partition count, which is the number of shards."""
        return [f"{self.service}.{number}" for number in range(SHARDS)]

    def queue_of(self, shard: int) -> str:
        """Returns the name of the queue that receives a shard."""
        return f"{self.service}.{shard % self.partitions}"

    def replay_bindings(self) -> list[tuple[str, str]]:
        """Returns (queue, key) pairs by which a replay of any publisher reaches this service alone."""
        return [
            (self.queue_of(shard), replay_key("*", self.service, shard)) for shard in range(SHARDS)
        ]

    def position_bindings(self) -> list[tuple[str, str]]:
        """Returns (queue, key) pairs for positions, which arrive behind the events of their shard."""
        return [
            (self.queue_of(shard), f"{publisher}.{POSITION}.s{shard}")
            for publisher in self.publishers
            for shard in range(SHARDS)
        ]

    def bindings(self) -> list[tuple[str, str]]:
        """Returns (queue, key) pairs for events; a key is ``publisher.*.version.shard``."""
        return [
            (self.queue_of(shard), f"{publisher}.*.*.s{shard}")
            for publisher in self.publishers
            for shard in range(SHARDS)
        ]


def replay_key(publisher: str, service: str, shard: int) -> str:
    """Returns the routing key of what ``publisher`` sends to ``service`` alone."""
    return f"{publisher}.{service}.s{shard}"


class PartitionState(Protocol):
    """Knows how many partitions a service's queues must have."""

    async def refresh(self) -> ConsumerQueues:
        """Reads the queues that are wanted now."""

    async def mark_settled(self, queues: ConsumerQueues) -> None:
        """Records that no queues of another partition count are left."""


class Broker(Protocol):
    """Delivers each event at least once to every service that listens to its publisher.

    The events of one publish call keep their order. Across calls and failures the inbox restores
    order and uniqueness.
    """

    def running(self) -> AbstractAsyncContextManager[None]:
        """Stays connected for the length of the block.

        Entering does not wait for the broker, so that services start without it.
        """

    def expect(self, queues: ConsumerQueues) -> None:
        """Registers queues that must exist.

        They are declared and bound at every connect, before the first event is published over that
        connection.
        """

    async def declared(self, *, within_seconds: float | None = None) -> None:
        """Returns when the broker is connected and the expected queues exist.

        ``within_seconds``: how long that may take (None: as long as a publisher waits).

        :raises BrokerUnavailable: it takes longer.
        """

    @property
    def connections(self) -> int:
        """How many connections were made.

        Whenever this grows, what was handed over before may be lost. It is 0 without a connection,
        and for a broker that stores nothing and so loses nothing.
        """

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> list[bool]:
        """Publishes events and returns, for each, whether it can no longer be lost.

        ``to`` sends them to one service only (a replay).

        :raises BrokerUnavailable: no event is known to have been handed over.
        """

    def consuming(
        self,
        queues: ConsumerQueues,
        handler: Handler,
        on_positions: PositionHandler | None = None,
        partitioning: PartitionState | None = None,
    ) -> AbstractAsyncContextManager[None]:
        """Delivers events to ``handler`` and positions to ``on_positions`` for the length of the
        block.

        Leaving the block waits for the batch in hand. Queues that are not settled are drained in
        every partition count that is left, and then marked as settled in ``partitioning``.
        """

    async def publish_positions(
        self, positions: Sequence[Position], *, to: str | None = None
    ) -> None:
        """Announces how much of each shard was sent, behind all that was published before.

        ``to`` sends the positions to one service only, behind what was sent to it.

        :raises BrokerUnavailable: some listeners may not receive them.
        """

    async def request_resend(self, publisher: str, request: ResendRequest) -> None:
        """Sends ``request`` to ``publisher``.

        :raises BrokerUnavailable: the publisher will not receive it.
        """

    def serve_resends(
        self, publisher: str, resend: ResendHandler
    ) -> AbstractAsyncContextManager[None]:
        """Delivers other services' resend requests for ``publisher`` to ``resend`` for the length
        of the block.
        """

    async def ping(self) -> None:
        """Checks that publishing and all expected consumers work.

        :raises BrokerUnavailable: one of them does not work now.
        """
