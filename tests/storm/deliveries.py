"""Faults of delivery: events that come again, and events that come ahead of those before them."""

import asyncio
import os
import random
import signal
from contextlib import suppress

from cli.client import Client, Refused, Unreachable
from shared.contracts import PUBLISHERS
from tests.storm.ground import Ground

REPEATED, REVERSED = 50, 8
"""How many events: of a stretch that comes again, and of one that comes in reverse."""

LONGEST_SECONDS = 10.0
PAGE = 1000


async def repeat(ground: Ground, dice: random.Random) -> str:
    """Sends stretches of a log again, a later one before an earlier one."""
    publisher, to = dice.sample(sorted(PUBLISHERS), 2)
    places = [dice.random() for _ in range(3)]
    with suppress(Refused, Unreachable, TimeoutError):
        async with asyncio.timeout(LONGEST_SECONDS):
            last = await _end_of_log(ground.operator, publisher)
            for place in places:
                await _replay(ground.operator, publisher, to, int(place * last), REPEATED)
    return "events again"


async def reverse(ground: Ground, dice: random.Random) -> str:
    """While a relay stands still, the newest events of its log are sent to one service, the last one first: so each
    comes before the one it follows on, and all of them a second time when the relay goes on."""
    publisher = dice.choice(("requests", "dispatch"))
    to = dice.choice([name for name in ("requests", "dispatch", "notify") if name != publisher])
    wait = dice.uniform(0.3, 1)
    relay = ground.deployment.pid((publisher, "relay"))
    with suppress(Refused, Unreachable, TimeoutError, ProcessLookupError):
        async with asyncio.timeout(LONGEST_SECONDS):
            begin = await _end_of_log(ground.operator, publisher)
            os.kill(relay, signal.SIGSTOP)
            await asyncio.sleep(wait)
            events = await ground.operator.get(
                f"/api/{publisher}/events", after=begin, limit=REVERSED
            )
            for event in reversed(events):
                await _replay(ground.operator, publisher, to, event["position"] - 1, 1)
    with suppress(ProcessLookupError):
        os.kill(relay, signal.SIGCONT)
    return "events reversed"


async def _end_of_log(client: Client, publisher: str) -> int:
    """The position of the last event."""
    position = 0
    while True:
        page = await client.get(f"/api/{publisher}/events", after=position, limit=PAGE)
        if page:
            position = page[-1]["position"]
        if len(page) < PAGE:
            return position


async def _replay(client: Client, publisher: str, to: str, after: int, limit: int) -> None:
    body = {"to": to, "after": after, "limit": limit}
    await client.post(
        f"/api/{publisher}/events/replay", body, key=f"again-{publisher}-{to}-{after}-{limit}"
    )
