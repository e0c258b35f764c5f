"""The circuit of 2014, told once for all tests of a run in the embedded mode: whoever is about what follows begins with
a copy of what it left."""

import asyncio
import fcntl
import pickle
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from cli.client import Client
from cli.demo import Demonstration, Outcome
from services.embedded import build_all, embedded
from shared.identity.signing_keys import write_keys
from shared.kernel.clock import Clock, utc_now
from shared.process import server_config
from shared.service import Service
from tests.support.schema import bring_up
from tests.support.tokens import EVERYTHING, KEY, bearer


@asynccontextmanager
async def embedded_system(
    data: Path,
    *,
    smtp_url: str = "",
    clock: Clock = utc_now,
    prepare: Callable[[Sequence[Service]], Awaitable[None]] | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """The embedded process as ``diancai up`` runs it, on a port of its own; ``prepare`` is given its services before
    they start."""
    write_keys(data / "secrets" / "signing_keys.json", [dict(KEY.as_dict(private=True))])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        services = build_all(data, url=url, smtp_url=smtp_url, clock=clock)
        for service in services:
            await bring_up(service.migrations, service.database)
            await service.migrate()
        if prepare is not None:
            await prepare(services)
        config = server_config(embedded(services), host="127.0.0.1", port=0, seconds_to_stop=2)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
            assert not serving.done()
        headers = bearer(*EVERYTHING, iss=f"{url}/api/catalog")
        try:
            async with httpx.AsyncClient(
                base_url=url, trust_env=False, timeout=30, headers=headers
            ) as http:
                yield http
        finally:
            server.should_exit = True
            await serving


async def play(http: httpx.AsyncClient) -> Outcome:
    return await Demonstration(Client(http)).play()


async def notices_of(http: httpx.AsyncClient) -> dict[str, Any]:
    """How many notices each recipient got, of each kind."""
    kinds: dict[str, Any] = {}
    recipients = (await http.get("/api/notify/recipients", params={"limit": 500})).json()["items"]
    for recipient in recipients:
        path = f"/api/notify/recipients/{recipient['id']}/messages"
        messages = (await http.get(path, params={"limit": 500})).json()["items"]
        kinds[recipient["id"]] = sorted(message["code"] for message in messages)
    return kinds


@dataclass(frozen=True, slots=True)
class Told:
    """The story as it was told once, undisturbed, in the embedded mode; ``data`` is what it left."""

    data: Path
    outcome: Outcome
    notices: dict[str, Any]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Told:
    """Told once in a run of the tests: the first of its processes that needs it tells it to the others."""
    common = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        common = common.parent
    written = common / "told.pickle"
    with (common / "told.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not written.exists():
            (common / "told").mkdir()
            written.write_bytes(pickle.dumps(asyncio.run(_tell(common / "told"))))
    story: Told = pickle.loads(written.read_bytes())
    return story


async def _tell(data: Path) -> Told:
    async with embedded_system(data) as http:
        return Told(data, await play(http), await notices_of(http))
