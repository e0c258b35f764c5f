"""What goes wrong, in which order, by a seed. Each fault heals itself before the next begins, and what follows on it
goes on while the next is there."""

import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.storm import deliveries, processes, servers
from tests.storm.ground import Ground

MEASURED = 0.3
"""The share of faults after which the storm waits until all is well again, to say how long that takes."""


class Kind(NamedTuple):
    """``strike`` does it, heals it, and gives what was hit; ``needs`` names what not every storm has."""

    name: str
    weight: int
    strike: Callable[[Ground, random.Random], Awaitable[str]]
    needs: str = ""


KINDS = (
    Kind("kill -9 process", 6, processes.kill),
    Kind("SIGSTOP process", 2, processes.stop),
    Kind("SIGTERM process", 2, processes.restart),
    Kind("other release", 3, processes.change_release, "releases"),
    Kind("clock jump", 2, processes.shift_clock, "shim"),
    Kind("kill -9 server", 5, servers.kill),
    Kind("SIGSTOP server", 1, servers.stop),
    Kind("wire", 4, servers.break_wire),
    Kind("memory alarm", 1, servers.alarm_memory),
    Kind("disk alarm", 1, servers.alarm_disk),
    Kind("full disk", 2, servers.fill_disk, "shim"),
    Kind("slow disk", 2, servers.slow_disk, "shim"),
    Kind("broker wiped", 1, servers.wipe_broker, "wipe"),
    Kind("broker wiped, then killed twice", 1, servers.wipe_and_kill_broker, "wipe"),
    Kind("events again", 2, deliveries.repeat),
    Kind("events reversed", 2, deliveries.reverse),
)


class Fault(NamedTuple):
    """``dice`` decide all else about it, so that it is the same whatever happened before."""

    kind: Kind
    dice: random.Random


def sequence(seed: int) -> Iterator[Fault]:
    """The faults of a seed, without end."""
    number = 0
    while True:
        dice = random.Random(f"{seed}/{number}")
        (kind,) = dice.choices(KINDS, [kind.weight for kind in KINDS])
        yield Fault(kind, dice)
        number += 1


@dataclass
class Faults:
    """Lets them strike one after the other. What this storm lacks the means for is left out; the others stay."""

    ground: Ground
    faults: Iterator[Fault]
    means: set[str]
    seen: Counter[str] = field(default_factory=Counter)
    left_out: set[str] = field(default_factory=set)
    healed_at: float = 0.0
    """Of the last one, on the monotonic clock."""

    async def one(self) -> tuple[str, bool]:
        """Gives what was hit, and whether to measure how long all takes to be well again."""
        self.seen["started again, for it had given up"] += self.ground.deployment.revive()
        kind, dice = self._next()
        is_measured = dice.random() < MEASURED
        struck = await kind.strike(self.ground, dice)
        self.healed_at = time.monotonic()
        self.seen[struck] += 1
        return struck, is_measured

    def _next(self) -> Fault:
        for fault in self.faults:
            if not fault.kind.needs or fault.kind.needs in self.means:
                return fault
            self.left_out.add(fault.kind.name)
        raise AssertionError("a sequence has no end")
