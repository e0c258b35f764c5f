"""The two ends of a broker as tests play them: who listens, and who hands over."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from shared.eventlog.envelope import Envelope
from shared.messaging.broker import Broker, BrokerUnavailable, ConsumerQueues
from tests.support.rolls import envelope_of, up_to

NOTIFY = ConsumerQueues("notify", ("catalog", "requests"))
DISPATCH = ConsumerQueues("dispatch", ("catalog",))


@dataclass
class RecordingConsumer:
    """A consumer that remembers its batches. While ``gate`` is closed, it keeps a batch in hand; it
    fails as often as ``failures`` says."""

    batches: list[list[Envelope]] = field(default_factory=list)
    failures: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    busy: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def __call__(self, batch: Sequence[Envelope]) -> None:
        self.busy.set()
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the store said no")
        self.batches.append(list(batch))

    @property
    def received(self) -> list[Envelope]:
        return [envelope for batch in self.batches for envelope in batch]

    @property
    def ids(self) -> list[str]:
        return [envelope.id for envelope in self.received]


def stream(code: str, count: int) -> list[Envelope]:
    return [envelope_of(code, number) for number in up_to(count)]


async def hand_over(broker: Broker, envelopes: Sequence[Envelope]) -> None:
    """As a relay does it: until all are safe with the broker."""
    async with asyncio.timeout(30):
        while True:
            with suppress(BrokerUnavailable):
                if all(await broker.publish(envelopes)):
                    return
            await asyncio.sleep(0.01)


async def answers(broker: Broker) -> bool:
    try:
        await broker.ping()
    except BrokerUnavailable:
        return False
    return True
