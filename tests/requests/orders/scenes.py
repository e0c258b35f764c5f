"""The scenes of the operations on orders."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import REASON, Circuit, Kind, PathFill, Place, Scene, shared_tasks


def _order(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "township_code": place.township,
        "edition_id": place["edition"],
        "campaign_id": "hongqiyue-2014",
        "place": "高楼镇西村桥头路口",
        "lines": [{"item_code": place["item"], "expected_attendance": 80}],
    }


MAKE, OBJECT = Kind.MAKE, Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "POST /orders": Scene(MAKE, body=_order),
    "GET /orders": Scene(),
    "GET /orders/counts": Scene(),
    "GET /orders.xlsx": Scene(),
    "GET /tasks": Scene(),
    **shared_tasks("order_to_accept", "order:none"),
    "GET /orders/{order_id}": Scene(OBJECT),
    "PUT /orders/{order_id}": Scene(MAKE, body=_order),
    "POST /orders/{order_id}/submit": Scene(OBJECT),
    "POST /orders/{order_id}/accept": Scene(OBJECT),
    "POST /orders/{order_id}/return": Scene(OBJECT, body=REASON),
    "POST /orders/{order_id}/cancel": Scene(OBJECT, body=REASON),
    "POST /orders/{order_id}/close": Scene(OBJECT),
    "POST /orders/{order_id}/ratings": Scene(
        OBJECT, body=lambda p, s: {"line_id": p["line"], "score": 5}
    ),
}
PATHS: Mapping[str, PathFill] = {"order_id": lambda p, s: p["order"]}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    return {"order": circuit.order["id"], "line": circuit.assignment["line_id"]}
