"""The scenes of the operations on recurring orders."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import REASON, Circuit, Kind, PathFill, Place, Scene, fields

STARTS_ON = "2014-09-01"
"""Far enough ahead that no order is made: what the other scenes are about stays as it is."""


def _series(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "township_code": place.township,
        "place": "高楼镇西村桥头路口",
        "lines": [{"item_code": place["item"], "expected_attendance": 80}],
        "rrule": "FREQ=WEEKLY",
        "starts_on": STARTS_ON,
    }


MAKE, OBJECT = Kind.MAKE, Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "POST /recurring-orders": Scene(MAKE, body=_series),
    "POST /recurring-orders/preview": Scene(body=fields(rrule="FREQ=DAILY", starts_on=STARTS_ON)),
    "GET /recurring-orders": Scene(),
    "GET /recurring-orders.xlsx": Scene(),
    "GET /recurring-orders/{series_id}": Scene(OBJECT),
    "GET /recurring-orders/{series_id}/occurrences": Scene(OBJECT),
    "PUT /recurring-orders/{series_id}": Scene(MAKE, body=_series),
    "POST /recurring-orders/{series_id}/accept": Scene(),
    "POST /recurring-orders/{series_id}/return": Scene(body=REASON),
    "POST /recurring-orders/{series_id}/pause": Scene(OBJECT),
    "POST /recurring-orders/{series_id}/resume": Scene(OBJECT),
    "POST /recurring-orders/{series_id}/end": Scene(OBJECT, body=REASON),
    "POST /recurring-orders/{series_id}/leave-out": Scene(OBJECT, body=fields(on="2014-09-08")),
    "POST /recurring-orders/{series_id}/move": Scene(
        OBJECT, body=fields(on="2014-09-15", to="2014-09-16")
    ),
    "POST /recurring-orders/{series_id}/add-day": Scene(OBJECT, body=fields(on="2014-09-18")),
    "POST /recurring-orders/{series_id}/restore-day": Scene(OBJECT, body=fields(on="2014-09-08")),
    "POST /occurrences/{occurrence_id}/drop": Scene(absent=True),
}
PATHS: Mapping[str, PathFill] = {
    "series_id": lambda p, s: p["series"],
    "occurrence_id": lambda p, s: "none",
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """A recurring order of the township that the corps has still to accept; not of the clinic, which is proposed to be
    one in the scenes of regularisation."""
    item = next(
        line["item_code"] for line in circuit.order["lines"] if line["item_code"] != "health-clinic"
    )
    place = Place(circuit.township, circuit.team, circuit.volunteer, {"item": item})
    answer = await client.post("/api/requests/recurring-orders", json=_series(place, Scope.ANY))
    answer.raise_for_status()
    return {"series": str(answer.json()["id"])}
