"""All four services as an embedded process has them, without a network between them and the client."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn

from services.catalog.bootstrap import build as build_catalog
from services.catalog.settings import CatalogSettings
from services.dispatch.bootstrap import build as build_dispatch
from services.dispatch.settings import DispatchSettings
from services.embedded import FILES
from services.notify.bootstrap import build as build_notify
from services.notify.settings import NotifySettings
from services.requests.bootstrap import build as build_requests
from services.requests.settings import RequestsSettings
from shared.cache.memory import MemoryCache
from shared.cache.port import Cache
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker
from shared.messaging.memory import MemoryBroker
from shared.process import application, server_config
from shared.service import Service
from tests.support.clock import StandingClock
from tests.support.house import House, running_house
from tests.support.passwords import quick_passwords


def makers(data: Path) -> list[Callable[[Broker, Cache, Clock], Service]]:
    """What builds the services on the data of such a process, or on none yet."""

    def common(name: str) -> dict[str, Any]:
        return {
            "database_url": f"sqlite:///{data}/{name}.db",
            "vault_keys_file": data / "secrets" / "vault_keys.json",
            "vault_keys_create": True,
        }

    files = (data / FILES).as_uri()
    keys = data / "secrets" / "signing_keys.json"
    catalog = CatalogSettings(
        **common("catalog"),
        signing_keys_file=keys,
        signing_keys_create=True,
        badge_keys_file=data / "secrets" / "badge_keys.json",
        badge_keys_create=True,
        public_url="http://house/api/catalog",
        files_url=files,
    )
    requests = RequestsSettings(**common("requests"), files_url=files)
    dispatch = DispatchSettings(**common("dispatch"))
    notify = NotifySettings(**common("notify"))
    return [
        lambda b, c, t: build_catalog(
            catalog, broker=b, cache=c, clock=t, passwords=quick_passwords()
        ),
        lambda b, c, t: build_requests(requests, broker=b, cache=c, clock=t),
        lambda b, c, t: build_dispatch(dispatch, broker=b, cache=c, clock=t),
        lambda b, c, t: build_notify(notify, broker=b, cache=c, clock=t),
    ]


@asynccontextmanager
async def running_embedded(data: Path) -> AsyncIterator[House]:
    """On the data of such a process, or on none yet."""
    async with running_house(*makers(data)) as house:
        yield house


def serve(data: str, port: int) -> None:
    """All four services in this process, at a port of this machine, for a test that kills it. Whose tokens they trust
    the environment of that test says."""
    broker, cache, clock = MemoryBroker(), MemoryCache(), StandingClock()
    services = [make(broker, cache, clock) for make in makers(Path(data))]
    app = application(services)
    config = server_config(app, host="127.0.0.1", port=port, seconds_to_stop=2)
    uvicorn.Server(config).run()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
