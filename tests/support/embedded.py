"""All four services as an embedded process has them, without a network between them and the client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services.catalog.bootstrap import build as build_catalog
from services.catalog.settings import CatalogSettings
from services.dispatch.bootstrap import build as build_dispatch
from services.dispatch.settings import DispatchSettings
from services.embedded import FILES
from services.notify.bootstrap import build as build_notify
from services.notify.settings import NotifySettings
from services.requests.bootstrap import build as build_requests
from services.requests.settings import RequestsSettings
from tests.support.house import House, running_house
from tests.support.passwords import quick_passwords


@asynccontextmanager
async def running_embedded(data: Path) -> AsyncIterator[House]:
    """On the data of such a process, or on none yet."""

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
        files_url=files,
    )
    requests = RequestsSettings(**common("requests"), files_url=files)
    dispatch = DispatchSettings(**common("dispatch"))
    notify = NotifySettings(**common("notify"))
    async with running_house(
        lambda b, c, t: build_catalog(
            catalog, broker=b, cache=c, clock=t, passwords=quick_passwords()
        ),
        lambda b, c, t: build_requests(requests, broker=b, cache=c, clock=t),
        lambda b, c, t: build_dispatch(dispatch, broker=b, cache=c, clock=t),
        lambda b, c, t: build_notify(notify, broker=b, cache=c, clock=t),
    ) as house:
        yield house
