"""The circuit of 2014 as it was told, and one volunteer entered: what scenes are about."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from cli.demo import Outcome
from services.catalog.bootstrap import build as build_catalog
from services.catalog.settings import CatalogSettings
from services.dispatch.bootstrap import build as build_dispatch
from services.dispatch.settings import DispatchSettings
from services.embedded import FILES
from services.notify.bootstrap import build as build_notify
from services.notify.settings import NotifySettings
from services.requests.bootstrap import build as build_requests
from services.requests.settings import RequestsSettings
from tests.access.scene import Circuit, Place
from tests.access.scenes import find_objects
from tests.support.house import House, running_house
from tests.support.passwords import quick_passwords
from tests.support.story import Told
from tests.support.tree import SERVICES
from tests.support.waiting import until


@asynccontextmanager
async def house_after(told: Told, data: Path) -> AsyncIterator[House]:
    """The four services on a copy of what the story left, without a network between them and the client."""
    shutil.copytree(told.data, data)

    def common(name: str) -> dict[str, Any]:
        return {
            "database_url": f"sqlite:///{data}/{name}.db",
            "vault_keys_file": data / "secrets" / "vault_keys.json",
        }

    files = (data / FILES).as_uri()
    keys = data / "secrets" / "signing_keys.json"
    catalog = CatalogSettings(**common("catalog"), signing_keys_file=keys, files_url=files)
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


async def place_of(outcome: Outcome, client: httpx.AsyncClient) -> Place:
    """Finds it through the HTTP operations; ``client`` may do everything there."""
    stop = outcome.plan["stops"][0]
    assignment = stop["assignments"][0]
    circuit = Circuit(
        plan=outcome.plan,
        stop=stop,
        assignment=assignment,
        order=next(order for order in outcome.orders if order["id"] == assignment["order_id"]),
        volunteer=await _enter_volunteer(client, assignment["team_code"]),
    )
    objects = await find_objects(client, circuit)
    return Place(circuit.township, circuit.team, circuit.volunteer, objects)


async def _enter_volunteer(client: httpx.AsyncClient, team: str) -> str:
    """A volunteer of the team, whose export every service has collected; returns the number."""
    entered = {
        "team_code": team,
        "name": "陈志愿",
        "phone": "13900139000",
        "consent_at": "2014-06-01T08:00:00+08:00",
        "consent_version": "v1",
    }
    no = str((await client.post("/api/catalog/volunteers", json=entered)).json()["no"])
    assert (await client.post(f"/api/catalog/volunteers/{no}/export")).is_success

    async def collected() -> bool:
        parts = [await client.get(f"/api/{name}/people/{no}/export") for name in SERVICES]
        return all(part.status_code == 200 for part in parts)

    await until(collected)
    return no
