"""The scenes of the operations on limits of ordering."""

from collections.abc import Mapping

import httpx

from tests.access.scene import Circuit, PathFill, Scene, fields

SCENES: Mapping[str, Scene] = {
    "GET /order-limits/{campaign_id}": Scene(),
    "PUT /order-limits/{campaign_id}": Scene(
        body=fields(orders_until=None, lines=100_000, townships=[]), headers={"If-Match": "*"}
    ),
}
PATHS: Mapping[str, PathFill] = {"order-limits/campaign_id": lambda p, s: "hongqiyue-2014"}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    return {}
