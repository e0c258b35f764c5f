"""The circuit of 2014, played, and one volunteer entered: what scenes are about."""

import httpx

from cli.client import Client
from cli.demo import Demonstration
from tests.access.scene import Circuit, Place
from tests.access.scenes import find_objects
from tests.support.tree import SERVICES
from tests.support.waiting import until


async def tell(client: httpx.AsyncClient) -> Place:
    """Plays it through the HTTP operations; ``client`` may do everything there."""
    outcome = await Demonstration(Client(client)).play()
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
