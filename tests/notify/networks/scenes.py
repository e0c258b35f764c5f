"""The scenes of the operations on allowed networks."""

from collections.abc import Mapping

import httpx

from tests.access.scene import Circuit, PathFill, Scene, fields

NETWORK = {"network": "10.9.0.0/16", "note": "政务外网网关"}
SCENES: Mapping[str, Scene] = {
    "GET /allowed-networks": Scene(),
    "POST /allowed-networks": Scene(body=fields(network="10.8.0.0/16", note="短信网关")),
    "POST /allowed-networks/{network_id}/withdraw": Scene(absent=True),
}
PATHS: Mapping[str, PathFill] = {"network_id": lambda place, scope: place["allowed_network"]}


async def find_objects(client: httpx.AsyncClient, _circuit: Circuit) -> dict[str, str]:
    made = await client.post("/api/notify/allowed-networks", json=NETWORK)
    return {"allowed_network": str(made.json()["id"])}
