"""The four services as separate processes on real servers, as a cluster runs them, to be killed at will."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.support import keys, tokens
from tests.support.private import Playground, free_port
from tests.support.shim import Control
from tests.support.tokens import EVERYTHING, bearer

ROLES: dict[str, tuple[str, ...]] = {
    "catalog": ("api", "relay", "consumer"),
    "requests": ("api", "relay", "consumer"),
    "dispatch": ("api", "relay", "consumer"),
    "notify": ("api", "relay", "consumer"),
}
PATIENCE_SECONDS = 60.0
MIGRATION_TRIES = 3

Part = tuple[str, str]
"""(service, role)"""


class Deployment:
    """``settings`` are environment variables by service (DISPATCH_DATABASE_URL ...); ``launcher`` is what Python is
    given before the service's module; ``clocks`` are those of the processes that have one of their own."""

    def __init__(
        self,
        playground: Playground,
        settings: Mapping[str, Mapping[str, str]],
        logs: Path,
        launcher: Sequence[str] = ("-m",),
        clocks: Mapping[Part, Control] | None = None,
    ) -> None:
        self._launcher = launcher
        self.others: dict[Part, Sequence[str]] = {}
        """The launchers of those that run another release."""
        self._clocks = clocks or {}
        self._playground = playground
        self.settings = settings
        self._logs = logs
        self._processes: dict[Part, subprocess.Popen[bytes]] = {}
        self.ports: dict[Part, int] = {
            (service, role): free_port() for service, roles in ROLES.items() for role in roles
        }

    @property
    def parts(self) -> list[Part]:
        return list(self.ports)

    def migrate(self) -> None:
        """As the migration jobs do: all schemas and all queues, ahead of traffic."""
        jobs = {(service, "migrate"): self._spawn((service, "migrate")) for service in ROLES}
        for part, job in jobs.items():
            assert job.wait(PATIENCE_SECONDS) == 0, self.log_of(part)

    def start(self, part: Part) -> None:
        self._processes[part] = self._spawn(part, self.others.get(part), port=self.ports[part])

    async def replace(self, part: Part, launcher: Sequence[str] | None = None) -> None:
        """As a rolling update does: brings the store to another release (default: this one), starts a process of that
        beside the old one, and ends that by SIGTERM when the new one is ready."""
        await self._change_schema(part[0], launcher)
        if launcher is None:
            self.others.pop(part, None)
        else:
            self.others[part] = launcher
        port = free_port()
        new = self._spawn(part, launcher, port=port)
        await self._ready(part, new, port)
        old = self._processes[part]
        self._processes[part], self.ports[part] = new, port
        old.terminate()
        await asyncio.to_thread(old.wait, PATIENCE_SECONDS)

    async def _change_schema(self, service: str, launcher: Sequence[str] | None) -> None:
        """Tries again where a server is just away, as whoever runs the job does."""
        job = service, "migrate"
        for _ in range(MIGRATION_TRIES):
            if await asyncio.to_thread(self._spawn(job, launcher).wait, PATIENCE_SECONDS) == 0:
                return
        raise AssertionError(self.log_of(job))

    def pid(self, part: Part) -> int:
        return self._processes[part].pid

    def kill9(self, part: Part) -> None:
        self._processes[part].kill()
        self._processes[part].wait(PATIENCE_SECONDS)

    def revive(self) -> int:
        """Starts again what has ended by itself, as an orchestrator does; gives how many that were."""
        ended = [part for part, process in self._processes.items() if process.poll() is not None]
        for part in ended:
            self.start(part)
        return len(ended)

    def terminate(self, part: Part, *, within_seconds: float = PATIENCE_SECONDS) -> int:
        """SIGTERM; gives the exit status. :raises subprocess.TimeoutExpired: it does not leave."""
        self._processes[part].send_signal(signal.SIGTERM)
        return self._processes[part].wait(within_seconds)

    def stop(self) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def log_of(self, part: Part) -> str:
        return (self._logs / f"{part[0]}-{part[1]}.log").read_text(errors="replace")[-4000:]

    async def ready(self, *parts: Part) -> None:
        """Until the given processes (all of them by default) say that they are ready."""
        for part in parts or self.parts:
            await self._ready(part, self._processes[part], self.ports[part])

    async def _ready(self, part: Part, process: subprocess.Popen[bytes], port: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        async with httpx.AsyncClient(trust_env=False) as http:
            while (missing := await _missing(http, part[0], port)) is not None:
                assert process.poll() is None, self.log_of(part)
                assert time.monotonic() < deadline, (
                    f"{part} is not ready: {missing}\n{self.log_of(part)}"
                )
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client that finds each service's API process by the path, as the gateway does."""
        async with httpx.AsyncClient(
            transport=_Gateway(self.ports),
            base_url="http://gateway",
            timeout=30,
            headers={"Accept-Language": "en", **bearer(*EVERYTHING)},
        ) as http:
            yield http

    def _spawn(
        self, part: Part, launcher: Sequence[str] | None = None, *, port: int = 0
    ) -> subprocess.Popen[bytes]:
        service, what = part
        environment = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "",
            **tokens.ENVIRONMENT,
            **keys.ENVIRONMENT,
            **self.settings[service],
            **(self._clocks[part].environment if part in self._clocks else {}),
            f"{service.upper()}_PORT": str(port),
            f"{service.upper()}_LOG_LEVEL": "WARNING",
        }
        with (self._logs / f"{service}-{what}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *(launcher or self._launcher), f"services.{service}", what],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._playground.watch(process)
        return process


class _Gateway(httpx.AsyncBaseTransport):
    def __init__(self, ports: Mapping[Part, int]) -> None:
        self._ports = ports
        self._transport = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        service = request.url.path.split("/")[2]
        if (service, "api") not in self._ports:
            return httpx.Response(404)
        request.url = request.url.copy_with(host="127.0.0.1", port=self._ports[service, "api"])
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self._transport.aclose()


async def _missing(http: httpx.AsyncClient, service: str, port: int) -> str | None:
    """What keeps a process from being ready; None when nothing does."""
    try:
        answer = await http.get(f"http://127.0.0.1:{port}/api/{service}/health/ready", timeout=5)
    except httpx.TransportError as error:
        return repr(error)
    return None if answer.status_code == 200 else answer.text
