"""The scenes of the operations on service items."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import NAMES, Circuit, PathFill, Place, Scene


def _item(place: Place, scope: Scope) -> dict[str, Any]:
    offered = {"category_code": place["category"], "teams": [place.team]}
    return NAMES | offered | {"volunteers_needed": 2, "minutes_per_resident": 5}


SCENES: Mapping[str, Scene] = {
    "PUT /items/{code}": Scene(body=_item),
    "GET /items": Scene(),
    "GET /items.xlsx": Scene(),
    "GET /items/{code}": Scene(),
}
PATHS: Mapping[str, PathFill] = {"items/code": lambda p, s: p["item"]}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    return {"item": (await client.get("/api/catalog/items")).json()["items"][0]["code"]}
