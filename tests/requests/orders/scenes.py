"""The scenes of the operations on orders."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import REASON, Circuit, Kind, PathFill, Place, Scene, fields


def _order(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "township_code": place.township,
        "edition_id": place["edition"],
        "campaign_id": "hongqiyue-2014",
        "place": "高楼镇西村桥头路口",
        "lines": [{"item_code": place["item"], "expected_attendance": 80}],
    }


def _new_order(place: Place, scope: Scope) -> dict[str, Any]:
    return _order(place, scope) | {"assisted": {"how": "phone"}}


def _amendment(place: Place, scope: Scope) -> dict[str, Any]:
    asked = {
        name: value for name, value in _order(place, scope).items() if name in ("place", "lines")
    }
    return asked | {"reason_code": "attendance"}


MAKE, OBJECT = Kind.MAKE, Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "POST /orders": Scene(MAKE, body=_new_order),
    "GET /orders": Scene(),
    "GET /orders/counts": Scene(),
    "GET /orders/counts/items": Scene(
        query=lambda p, s: {"edition_id": p["edition"], "item_code": p["item"]}
    ),
    "GET /orders.xlsx": Scene(),
    "GET /orders/{order_id}": Scene(OBJECT),
    "PUT /orders/{order_id}": Scene(MAKE, body=_order),
    "POST /orders/{order_id}/submit": Scene(OBJECT),
    "POST /orders/{order_id}/accept": Scene(OBJECT),
    "POST /orders/{order_id}/return": Scene(OBJECT, body=REASON),
    "POST /orders/{order_id}/cancel": Scene(OBJECT, body=REASON),
    "POST /orders/{order_id}/close": Scene(OBJECT),
    "POST /orders/{order_id}/priority": Scene(OBJECT, body=fields(priority=4)),
    "POST /orders/{order_id}/contact": Scene(OBJECT, body=fields(contact="林主任")),
    "GET /orders/allowance": Scene(
        MAKE, query=lambda p, s: {"campaign_id": "hongqiyue-2014", "township_code": p.township}
    ),
    "GET /orders/changes-for-team": Scene(),
    "GET /orders/{order_id}/amendments": Scene(OBJECT),
    "POST /orders/{order_id}/amendment": Scene(OBJECT, body=_amendment),
    "POST /orders/{order_id}/amendment/accept": Scene(OBJECT, body=fields(number=1)),
    "POST /orders/{order_id}/amendment/refuse": Scene(
        OBJECT, body=fields(number=1, reason_code="too_late")
    ),
    "POST /orders/{order_id}/amendment/withdraw": Scene(OBJECT, body=fields(number=1)),
    "POST /orders/{order_id}/phone": Scene(OBJECT, absent=True),
    "GET /orders/for-team": Scene(query=lambda p, s: {"stop_id": "none"}),
    "POST /orders/{order_id}/phone-for-team": Scene(OBJECT, absent=True),
}
PATHS: Mapping[str, PathFill] = {"order_id": lambda p, s: p["order"]}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    return {"order": circuit.order["id"], "line": circuit.assignment["line_id"]}
