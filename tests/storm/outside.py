"""A subscriber with nothing of Diancai in it: a durable queue of its own, bound to everything, read when all is over.

It has no inbox, so it may hear an event twice; but each for the first time in its place, and none not at all. When the
broker has lost its disk, the queue is gone with it: it binds a new one, and whatever fell in between it has to read
from the event feed, as any subscriber of another house would. So order is asked of every stretch between two losses,
and completeness only where nothing was lost. The same when its queue responds nobody after a restart, and is replaced.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

import aio_pika
from aio_pika.exceptions import AMQPError

from shared.kernel.tasks import end
from shared.messaging.resizing import delete, exists
from shared.messaging.supervisor import connect
from shared.messaging.topology import EXCHANGE
from shared.messaging.unresponsive import responds

QUEUE = "storm.outside"
PATIENCE_SECONDS = 60.0


class Heard(NamedTuple):
    """What the CloudEvents headers say."""

    source: str
    subject: str
    sequence: int


class Outside:
    """``url`` gives the address of a node that runs."""

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._subscribing: asyncio.Task[None] | None = None
        self.stretches: list[list[Heard]] = [[]]
        """What came, in its order; a new stretch after every loss of the broker's disk."""

    async def subscribe(self) -> None:
        """Once the services have declared what they publish to; before the first event is published."""
        async with (
            await connect(self._url()) as connection,
            connection.channel() as channel,
        ):
            await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, passive=True)
            queue = await channel.declare_queue(
                QUEUE, durable=True, arguments={"x-queue-type": "quorum"}
            )
            await queue.bind(EXCHANGE, "#")
            if await responds(connection, QUEUE):
                return
            # As a service does it with its own: a queue that responds nobody keeps every publisher waiting.
            async with asyncio.timeout(PATIENCE_SECONDS):
                if await exists(connection, QUEUE):
                    await delete(connection, QUEUE)
        self.stretches.append([])
        raise TimeoutError(f"{QUEUE} answered nobody")

    def subscribe_anew(self) -> None:
        """The broker lost all it knew: tries until the services have declared their exchange again."""
        self.stretches.append([])
        self.subscribe_again()

    def subscribe_again(self) -> None:
        """The broker was started again: looks whether the queue is there and responds, else binds a new one."""
        self._subscribing = asyncio.create_task(self._keep_subscribing(self._subscribing))

    async def listen(self) -> None:
        """Takes all that the queue holds, in its order."""
        if self._subscribing is not None:
            await self._subscribing
        async with (
            await connect(self._url()) as connection,
            connection.channel() as channel,
        ):
            queue = await channel.declare_queue(QUEUE, passive=True)
            while message := await queue.get(no_ack=True, fail=False):
                said = {name: str(value) for name, value in message.headers.items()}
                self.stretches[-1].append(
                    Heard(
                        said["cloudEvents_source"],
                        said["cloudEvents_subject"],
                        int(said["cloudEvents_sequence"]),
                    )
                )

    def disorder(self) -> list[str]:
        first, *others = self.stretches
        return disorder(first, begins=True) + [
            problem for heard in others for problem in disorder(heard)
        ]

    def unheard(self, published: dict[str, int]) -> list[str]:
        """The publishers of whose events not all were heard; ``published``: how many their logs hold."""
        if len(self.stretches) > 1:
            return []  # what fell in between is in the feed, which the books are made of
        came = Counter(event.source.rpartition("/")[2] for event in set(self.stretches[0]))
        return [
            f"{who}: {came[who]} of {count} events were heard"
            for who, count in published.items()
            if came[who] < count
        ]

    async def _keep_subscribing(self, before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await end(before)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with suppress(AMQPError, OSError, TimeoutError):
                    return await self.subscribe()
                await asyncio.sleep(0.1)


def disorder(heard: Sequence[Heard], *, begins: bool = False) -> list[str]:
    """The aggregates whose events did not come in the order of their numbers, without a gap from the first heard;
    ``begins``: which must be number one."""
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for event in dict.fromkeys(heard):
        numbers[event.source, event.subject].append(event.sequence)
    problems = []
    for (source, subject), came in numbers.items():
        first = 1 if begins else came[0]
        if came != list(range(first, first + len(came))):
            problems.append(f"{source} {subject}: heard in the order {came}")
    return problems
