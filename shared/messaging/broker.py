"""What carries events between services. Two real ones ship: RabbitMQ, and one inside the process."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from shared.eventlog.envelope import SHARDS, Envelope
from shared.eventlog.position import POSITION, Ask, Hear, Position, Resend

BATCH = 200
"""The most events that a consumer is given at once."""

STOP_SECONDS = 4.0
"""How long a consumer that must stop may take to finish the batch in hand; then it is cancelled, and
the batch comes again."""

Handler = Callable[[Sequence[Envelope]], Awaitable[None]]
"""Takes a batch in order; returns when the effects of all of it are stored, and only then."""


class BrokerUnavailable(Exception):
    """The broker can't be reached, or does not take messages now. Worth a retry."""


@dataclass(frozen=True, slots=True)
class Inlet:
    """Where a service's events come in: ``partitions`` queues that share the shards of the
    publishers it listens to. The queues are single-active-consumer, so that replicas share the work
    and every aggregate stays in order. Unless it ``is_settled``, queues of another size may be left, with
    events in them. ``idle_types``: events that have no effect there and are only counted."""

    service: str
    publishers: tuple[str, ...]
    partitions: int = 2
    is_settled: bool = True
    idle_types: frozenset[str] = frozenset()

    def queues(self) -> list[str]:
        return self.possible_queues()[: self.partitions]

    def possible_queues(self) -> list[str]:
        """Of any size; more than there are shards would be of no use."""
        return [f"{self.service}.{number}" for number in range(SHARDS)]

    def queue_of(self, shard: int) -> str:
        return f"{self.service}.{shard % self.partitions}"

    def replay_bindings(self) -> list[tuple[str, str]]:
        """(queue, key) pairs by which a replay, of any publisher, reaches this service and no other."""
        return [(self.queue_of(shard), replay_key("*", self.service, shard)) for shard in range(SHARDS)]

    def position_bindings(self) -> list[tuple[str, str]]:
        """(queue, key) pairs by which this service hears how far each shard was sent, behind the events of it."""
        return [
            (self.queue_of(shard), f"{publisher}.{POSITION}.s{shard}")
            for publisher in self.publishers
            for shard in range(SHARDS)
        ]

    def bindings(self) -> list[tuple[str, str]]:
        """(queue, binding key) pairs; a key is ``publisher.*.version.shard``."""
        return [
            (self.queue_of(shard), f"{publisher}.*.*.s{shard}")
            for publisher in self.publishers
            for shard in range(SHARDS)
        ]


def replay_key(publisher: str, service: str, shard: int) -> str:
    """The routing key of what ``publisher`` sends to ``service`` alone."""
    return f"{publisher}.{service}.s{shard}"


class Tidying(Protocol):
    """Who knows what size an inlet has to have."""

    async def look(self) -> Inlet:
        """What is wanted now."""

    async def settle(self, inlet: Inlet) -> None:
        """Nothing is left of other sizes than this one's."""


class Broker(Protocol):
    """Delivers each event at least once to every inlet that listens to its publisher, in the order
    of one publish call; across calls and failures the inbox restores order and uniqueness."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Connects for the length of the block, and keeps the connection up. Entering does not wait
        for the broker: services start without it."""

    def expect(self, inlet: Inlet) -> None:
        """Says which queues there must be: they are made and bound at every connect, before the first
        event is published over that connection."""

    async def declared(self) -> None:
        """Returns when the broker is connected and the expected queues are there.

        :raises BrokerUnavailable: it takes too long.
        """

    @property
    def connections(self) -> int:
        """How often a connection was made: whenever that grows, what was handed over before may be lost. 0: it has no
        connection, or is one that keeps nothing and so loses nothing."""

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> list[bool]:
        """Hands events over; for each: True when it can no longer be lost. ``to`` sends them to one
        service only (a replay).

        :raises BrokerUnavailable: nothing is known to have been handed over.
        """

    def consuming(
        self, inlet: Inlet, handler: Handler, hear: Hear | None = None, tidying: Tidying | None = None
    ) -> AbstractAsyncContextManager[None]:
        """Feeds ``handler`` for the length of the block, and ``hear`` with positions; on leaving waits for the batch in
        hand. Of an inlet that is not settled also what is left of other sizes, and settles it."""

    async def tell(self, positions: Sequence[Position], *, to: str | None = None) -> None:
        """Says to whoever listens how far shards were sent, behind all that was published before. ``to``: to one
        service only, behind what was sent to it.

        :raises BrokerUnavailable: not everybody may hear it.
        """

    async def ask(self, publisher: str, ask: Ask) -> None:
        """:raises BrokerUnavailable: the publisher will not get it."""

    def answering(self, publisher: str, resend: Resend) -> AbstractAsyncContextManager[None]:
        """Feeds ``resend`` with what other services ask of this publisher, for the length of the block."""

    async def ping(self) -> None:
        """:raises BrokerUnavailable: publishing or an expected consumer does not work now."""
