"""A subscriber with nothing of Diancai in it: a durable queue of its own, bound to everything, read when all is over.

It has no inbox, so it may hear an event twice; but each for the first time in its place, and none not at all.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import aio_pika

from shared.messaging.topology import EXCHANGE

QUEUE = "storm.outside"


class Heard(NamedTuple):
    """What the CloudEvents headers say."""

    source: str
    subject: str
    sequence: int


async def subscribe(url: str) -> None:
    """Before the first event is published."""
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind(EXCHANGE, "#")


async def listen(url: str) -> list[Heard]:
    """All that the queue holds, in its order."""
    heard = []
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.declare_queue(QUEUE, passive=True)
        while message := await queue.get(no_ack=True, fail=False):
            said = {name: str(value) for name, value in message.headers.items()}
            heard.append(
                Heard(said["cloudEvents_source"], said["cloudEvents_subject"], int(said["cloudEvents_sequence"]))
            )
    return heard


def disorder(heard: Sequence[Heard]) -> list[str]:
    """The aggregates whose events did not come in the order of their numbers."""
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for event in dict.fromkeys(heard):
        numbers[event.source, event.subject].append(event.sequence)
    return [
        f"{source} {subject}: heard in the order {came}"
        for (source, subject), came in numbers.items()
        if came != list(range(1, len(came) + 1))
    ]


def unheard(heard: Sequence[Heard], published: dict[str, int]) -> list[str]:
    """The publishers of whose events not all were heard; ``published``: how many their logs hold."""
    came = Counter(event.source.rpartition("/")[2] for event in set(heard))
    return [f"{who}: {came[who]} of {count} events were heard" for who, count in published.items() if came[who] < count]
