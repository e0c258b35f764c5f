"""A broker that a test plays: it keeps what it is given, and refuses, fails or waits when told to."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from shared.eventlog.envelope import Envelope
from shared.eventlog.position import Position, PositionHandler, ResendHandler, ResendRequest
from shared.messaging.broker import BrokerUnavailable, ConsumerQueues, Handler, PartitionState


class PlayedBroker:
    """See :class:`shared.messaging.broker.Broker`.

    ``taken`` is what it took over, in order, ``told`` and ``asked`` what else it heard. ``refuse`` names
    event ids that it does not take, and ``away`` makes it unreachable. While ``gate`` is closed, events are taken, but
    their publisher is kept waiting for the confirmation.
    """

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.told: list[Position] = []
        self.asked: list[tuple[str, ResendRequest]] = []
        self.connections = 1
        self.refuse: set[str] = set()
        self.away = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.waiting = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    def expect(self, queues: ConsumerQueues) -> None: ...

    async def declared(self, *, within_seconds: float | None = None) -> None: ...

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> list[bool]:
        if self.away:
            raise BrokerUnavailable("away")
        outcome = [envelope.id not in self.refuse for envelope in envelopes]
        self.taken += [
            envelope for envelope, taken in zip(envelopes, outcome, strict=True) if taken
        ]
        self.waiting.set()
        await self.gate.wait()
        return outcome

    async def publish_positions(
        self, positions: Sequence[Position], *, to: str | None = None
    ) -> None:
        if self.away:
            raise BrokerUnavailable("away")
        self.told += positions

    async def request_resend(self, publisher: str, ask: ResendRequest) -> None:
        if self.away:
            raise BrokerUnavailable("away")
        self.asked.append((publisher, ask))

    @asynccontextmanager
    async def serve_resends(self, publisher: str, resend: ResendHandler) -> AsyncIterator[None]:
        yield

    @asynccontextmanager
    async def consuming(
        self,
        queues: ConsumerQueues,
        handler: Handler,
        on_positions: PositionHandler | None = None,
        partitioning: PartitionState | None = None,
    ) -> AsyncIterator[None]:
        yield

    async def ping(self) -> None: ...
