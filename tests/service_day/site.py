"""The embedded system in a process of its own, which can be killed, and whose time the test moves."""

import asyncio
import mmap
import multiprocessing
import os
import socket
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from services.embedded import build_all, embedded
from shared.identity.signing_keys import write_keys
from shared.process import server_config
from tests.support.tokens import EVERYTHING, KEY, bearer

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.support.warmed"])


class Moment:
    """A clock that goes on as real time does, and that is set forward for all processes that have its file."""

    def __init__(self, file: Path, begins: datetime | None = None) -> None:
        if begins is not None:
            file.write_bytes(struct.pack("d", (begins - datetime.now(UTC)).total_seconds()))
        with file.open("r+b") as opened:
            self._ahead = mmap.mmap(opened.fileno(), 8)

    def __call__(self) -> datetime:
        (ahead,) = struct.unpack("d", self._ahead[:])
        return datetime.now(UTC) + timedelta(seconds=ahead)

    def reach(self, moment: datetime) -> None:
        """Sets the clock forward, never back."""
        if moment > self():
            self._ahead[:] = struct.pack("d", (moment - datetime.now(UTC)).total_seconds())


class Site:
    """The system whose stores are in ``data``. It is reached at ``url``, however often it was killed."""

    def __init__(self, data: Path, begins: datetime) -> None:
        self.data = data
        self.clock = Moment(data / "moment", begins)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.issuer = f"{self.url}/api/catalog"
        self.kills = 0
        write_keys(data / "secrets" / "signing_keys.json", [dict(KEY.as_dict(private=True))])
        self._process = self._started()

    def _started(self) -> "multiprocessing.process.BaseProcess":
        process = _FORKS.Process(target=_serve, args=(self.data, self.url, self.port))
        process.start()
        return process

    async def answers(self) -> None:
        """Returns once the system is ready."""
        async with httpx.AsyncClient(trust_env=False) as http:
            while True:
                try:
                    ready = await http.get(f"{self.url}/health/ready")
                except httpx.TransportError:
                    assert self._process.is_alive(), "the system does not start"
                else:
                    if ready.is_success:
                        return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """As by the power that fails; and it is started again."""
        self._process.kill()
        await asyncio.to_thread(self._process.join)
        self.kills += 1
        self._process = self._started()

    def end(self) -> None:
        self._process.kill()
        self._process.join()


class Caller:
    """Whoever uses a site: what is sent is sent again until the system answers."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._http = httpx.AsyncClient(base_url=site.url, trust_env=False, timeout=30)
        self._corps = bearer(*EVERYTHING, iss=site.issuer)

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(
        self, method: str, path: str, body: Any = None, *, who: dict[str, str] | None = None
    ) -> Any:
        """Of dispatch, as the corps or as ``who``. The system may have died after it did what was asked."""
        answer = await self.sent(method, f"/api/dispatch{path}", who or self._corps, json=body)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json()

    async def sent(
        self, method: str, path: str, headers: dict[str, str], **more: Any
    ) -> httpx.Response:
        while True:
            try:
                answer = await self._http.request(method, path, headers=headers, **more)
            except httpx.TransportError:
                await self._site.answers()
            else:
                if answer.status_code < 500:
                    return answer
                await asyncio.sleep(0.05)


def _serve(data: Path, url: str, port: int) -> None:
    os.environ["DISPATCH_TRUSTED_PROXIES"] = "127.0.0.1"  # so that residents have their addresses

    async def run() -> None:
        services = build_all(data, url=url, clock=Moment(data / "moment"))
        for service in services:
            await service.migrate()
        config = server_config(embedded(services), host="127.0.0.1", port=port, seconds_to_stop=2)
        await uvicorn.Server(config).serve()

    asyncio.run(run())
