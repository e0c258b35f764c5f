"""``diancai`` imported, and used once: what FastAPI, Pydantic and SQLAlchemy make at first use, every process that is
forked from the one that imports this has."""

import asyncio
import gc
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from fastapi.routing import APIRoute

import cli.main
import cli.up  # noqa: F401 - what ``diancai up`` needs
from services.embedded import build_all, embedded
from shared.identity.signing_keys import write_keys
from shared.telemetry.logs import configure_logs
from tests.support.tokens import EVERYTHING, KEY, bearer

URL = "http://127.0.0.1"


async def _use(data: Path) -> None:
    """Asks for whatever an empty system can be asked for; what it answers is for tests to say."""
    write_keys(data / "secrets" / "signing_keys.json", [dict(KEY.as_dict(private=True))])
    services = build_all(data, url=URL)
    for service in services:
        await service.migrate()
    app = embedded(services)
    async with app.router.lifespan_context(app):
        headers = bearer(*EVERYTHING, iss=f"{URL}/api/catalog")
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers) as client:
            for service in services:
                for path in _lists(service.api.routes):
                    await client.get(f"/api/{service.name}{path}")


def _lists(routes: Iterable[Any]) -> Iterator[str]:
    """The paths of what is read without naming anything."""
    for route in routes:
        if (included := getattr(route, "original_router", None)) is not None:
            yield from _lists(included.routes)
        elif (
            isinstance(route, APIRoute) and "GET" in (route.methods or ()) and "{" not in route.path
        ):
            yield route.path


configure_logs("ERROR")
with TemporaryDirectory() as _folder:
    asyncio.run(_use(Path(_folder)))
gc.freeze()
