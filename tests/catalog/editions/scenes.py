"""The scenes of the operations on editions."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import Circuit, PathFill, Place, Scene


def _edition(place: Place, scope: Scope) -> dict[str, Any]:
    days = {"effective_on": "2014-06-01", "retires_on": "2014-12-31"}
    return {"title": "目录", "item_codes": [place["item"]]} | days


def _with_another(place: Place, scope: Scope) -> dict[str, Any]:
    return {"with": place["edition"]}


SCENES: Mapping[str, Scene] = {
    "PUT /editions/{code}": Scene(body=_edition),
    "GET /editions": Scene(),
    "GET /editions.xlsx": Scene(),
    "GET /editions/{code}": Scene(),
    "GET /editions/{code}/differences": Scene(query=_with_another),
}
PATHS: Mapping[str, PathFill] = {"editions/code": lambda p, s: p["edition"]}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    return {"edition": circuit.order["edition_id"]}
