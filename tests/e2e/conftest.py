"""The whole system: embedded in one process, and as separate processes on real servers."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from services.embedded import build_all, embedded
from tests.support.deployment import ROLES, Deployment
from tests.support.fixtures import NewUrl
from tests.support.private import Playground


@asynccontextmanager
async def embedded_system(data: Path, *, smtp_url: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """The embedded process as ``diancai up`` runs it, on a port of its own."""
    services = build_all(data, smtp_url=smtp_url)
    for service in services:
        await service.migrations.upgrade(service.database)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(embedded(services), log_config=None, access_log=False, timeout_graceful_shutdown=2)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
            assert not serving.done()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
                yield http
        finally:
            server.should_exit = True
            await serving


@pytest.fixture
def playground() -> Iterator[Playground]:
    playground = Playground()
    yield playground
    playground.close()


@pytest.fixture
def new_deployment(
    playground: Playground, postgres_url: NewUrl, redis_url: str, tmp_path: Path
) -> Iterator[Callable[[str], Deployment]]:
    """Gives a deployment on a broker, with a new database for each service; migrated, not started."""
    made: list[Deployment] = []

    def new(broker_url: str) -> Deployment:
        settings = {
            service: {
                f"{service.upper()}_DATABASE_URL": postgres_url(),
                f"{service.upper()}_BROKER_URL": broker_url,
                f"{service.upper()}_REDIS_URL": redis_url,
            }
            for service in ROLES
        }
        deployment = Deployment(playground, settings, tmp_path)
        deployment.migrate()
        made.append(deployment)
        return deployment

    yield new
    for deployment in made:
        deployment.stop()
