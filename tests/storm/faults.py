"""What goes wrong: processes are killed, stopped, restarted; servers die; connections break; events come again."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cli.client import Client
from shared.contracts import PUBLISHERS
from tests.support.deployment import Deployment
from tests.support.private import PrivateServer, RabbitMQ
from tests.support.proxy import Wire


@dataclass
class Faults:
    """Each fault heals itself before the next begins. The order and the victims follow from the seed."""

    chance: random.Random
    deployment: Deployment
    servers: list[PrivateServer]
    wires: dict[str, Wire]
    operator: Client
    seen: Counter[str] = field(default_factory=Counter)

    async def one(self) -> None:
        self.seen["started again, for it had given up"] += self.deployment.revive()
        kinds: list[tuple[int, Callable[[], Awaitable[str]]]] = [
            (6, self._kill_process),
            (2, self._stop_process),
            (2, self._restart_process),
            (3, self._kill_server),
            (4, self._break_wire),
            (1, self._block_broker),
            (2, self._repeat_events),
        ]
        (fault,) = self.chance.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])
        self.seen[await fault()] += 1

    async def _kill_process(self) -> str:
        part = self.chance.choice(self.deployment.parts)
        self.deployment.kill9(part)
        await asyncio.sleep(self.chance.uniform(0, 1))
        self.deployment.start(part)
        return f"kill -9 {part[1]}"

    async def _restart_process(self) -> str:
        part = self.chance.choice(self.deployment.parts)
        await asyncio.to_thread(self.deployment.terminate, part)
        self.deployment.start(part)
        return f"SIGTERM {part[1]}"

    async def _stop_process(self) -> str:
        part = self.chance.choice(self.deployment.parts)
        pid = self.deployment.pid(part)
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(self.chance.uniform(1, 4))
        finally:
            os.kill(pid, signal.SIGCONT)
        return f"SIGSTOP {part[1]}"

    async def _kill_server(self) -> str:
        server = self.chance.choice(self.servers)
        await asyncio.to_thread(server.kill9)
        await asyncio.sleep(self.chance.uniform(0, 1))
        await asyncio.to_thread(server.start)
        return f"kill -9 {server.name}"

    async def _break_wire(self) -> str:
        name, wire = self.chance.choice(sorted(self.wires.items()))
        how = self.chance.choice(["drop", "cut", "stall"])
        seconds = self.chance.uniform(0.5, 3)
        if how == "drop":
            wire.drop()
        elif how == "cut":
            wire.cut()
            await asyncio.sleep(seconds)
            wire.mend()
        else:
            wire.stall()
            await asyncio.sleep(seconds)
            wire.flow()
        return f"{how} {name}"

    async def _block_broker(self) -> str:
        broker = next(server for server in self.servers if isinstance(server, RabbitMQ))
        await asyncio.to_thread(broker.control, "set_vm_memory_high_watermark", "0.0000001")
        await asyncio.sleep(self.chance.uniform(1, 3))
        await asyncio.to_thread(broker.control, "set_vm_memory_high_watermark", "0.6")
        return "memory alarm"

    async def _repeat_events(self) -> str:
        """Sends stretches of a log again, a later one before an earlier one."""
        publisher, to = self.chance.sample(sorted(PUBLISHERS), 2)
        last = sum((await self.operator.get(f"/api/{publisher}/events/counts")).values())
        for _ in range(3):
            after = self.chance.randrange(max(1, last))
            body = {"to": to, "after": after, "limit": 50}
            try:
                await self.operator.post(f"/api/{publisher}/events/replay", body, key=f"again-{after}")
            except Exception:
                continue
        return "events again"
