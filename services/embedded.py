"""All four services in one process: SQLite files, the in-process broker. For a small city, a
demonstration, or a developer; the code below the bootstraps is the same as on a cluster."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Mount

from services.catalog.bootstrap import build as build_catalog
from services.catalog.settings import CatalogSettings
from services.dispatch.bootstrap import build as build_dispatch
from services.dispatch.settings import DispatchSettings
from services.notify.bootstrap import build as build_notify
from services.notify.settings import NotifySettings
from services.requests.bootstrap import build as build_requests
from services.requests.settings import RequestsSettings
from shared.cache.memory import MemoryCache
from shared.db.engine import sqlite_url
from shared.http.console_files import ConsoleFiles
from shared.http.root_app import RootApp
from shared.kernel.clock import Clock, utc_now
from shared.messaging.memory import MemoryBroker
from shared.process import application
from shared.service import Service

RESIDENTS_PAGE = "/api/dispatch/public/townships"
WEB = Path(__file__).parent.parent / "web" / "dist"

FILES = "files"
"""The folder, in the data folder, of what people attach, and of pictures; each in a folder of its own."""


def build_all(
    data: Path,
    *,
    url: str = "http://127.0.0.1:8000",
    smtp_url: str = "",
    clock: Clock = utc_now,
    demonstration: Mapping[str, str] | None = None,
    also_at: Sequence[str] = (),
) -> list[Service]:
    """The services, with their stores in the folder ``data`` and their secrets in ``data/secrets``; they share
    one broker. ``url`` is where they will be reached. ``demonstration`` names the accounts, by role, that whoever
    sits at this machine may sign in to without a password. ``also_at`` are further origins of the same system."""
    secrets = data / "secrets"
    signing_keys = secrets / "signing_keys.json"
    broker, cache = MemoryBroker(), MemoryCache()

    def common(name: str) -> dict[str, Any]:
        return {
            "database_url": sqlite_url(data / f"{name}.db"),
            "vault_keys_file": secrets / "vault_keys.json",
            "vault_keys_create": True,
            "oidc_issuer": f"{url}/api/catalog",
            "oidc_jwks_url": signing_keys.absolute().as_uri(),
        }

    return [
        build_catalog(
            CatalogSettings(
                **common("catalog"),
                signing_keys_file=signing_keys,
                signing_keys_create=True,
                badge_keys_file=secrets / "badge_keys.json",
                badge_keys_create=True,
                files_url=(data / FILES).absolute().as_uri(),
                public_url=f"{url}/api/catalog",
            ),
            broker=broker,
            cache=cache,
            clock=clock,
            demonstration=demonstration,
            also_at=also_at,
            residents_page=RESIDENTS_PAGE,
        ),
        build_requests(
            RequestsSettings(
                **common("requests"),
                public_url=f"{url}/api/requests",
                files_url=(data / FILES).absolute().as_uri(),
            ),
            broker=broker,
            cache=cache,
            clock=clock,
        ),
        build_dispatch(
            DispatchSettings(**common("dispatch"), public_url=f"{url}/api/dispatch"),
            broker=broker,
            cache=cache,
            clock=clock,
        ),
        build_notify(
            NotifySettings(**common("notify"), smtp_url=smtp_url),
            broker=broker,
            cache=cache,
            clock=clock,
            reaches_itself=demonstration is not None,
        ),
    ]


def embedded(services: Sequence[Service], extra_routes: Sequence[BaseRoute] = ()) -> RootApp:
    """The application: the services' operations, ``extra_routes``, and the console as
    ``make web`` built it."""
    console = Mount("/", GZipMiddleware(ConsoleFiles(directory=WEB)))
    pages = [console] if WEB.is_dir() else []
    return application(services, extra_routes=[*extra_routes, *pages], is_public=True)
