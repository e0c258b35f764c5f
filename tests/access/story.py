"""The circuit of 2014 as it was told, and one volunteer entered: what scenes are about."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from cli.demo import Outcome
from tests.access.scene import Circuit, Place
from tests.access.scenes import find_objects
from tests.support.embedded import running_embedded
from tests.support.house import House
from tests.support.story import Told
from tests.support.tree import SERVICES
from tests.support.waiting import until


@asynccontextmanager
async def house_after(told: Told, data: Path) -> AsyncIterator[House]:
    """The four services on a copy of what the story left, without a network between them and the client."""
    shutil.copytree(told.data, data)
    async with running_embedded(data) as house:
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
