"""The scenes of the operations on stops and assignments."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import Circuit, Kind, PathFill, Place, Scene, fields


def _reports(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "booths": [
            {"assignment_id": place["assignment"], "served": 1, "leaflets": 0, "follow_ups": 0}
        ]
    }


OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "GET /stops": Scene(),
    "GET /stops.xlsx": Scene(),
    "GET /stops/{stop_id}": Scene(OBJECT),
    "POST /stops/{stop_id}/link": Scene(OBJECT),
    "POST /stops/{stop_id}/start": Scene(OBJECT, body=fields(off_day_reason="补录")),
    "POST /stops/{stop_id}/reports": Scene(OBJECT, body=_reports),
    "GET /assignments": Scene(),
    "GET /assignments.xlsx": Scene(),
    "POST /assignments/{assignment_id}/accept": Scene(OBJECT),
    "POST /assignments/{assignment_id}/figures/accept": Scene(
        OBJECT, body=fields(served=1, leaflets=0, follow_ups=0)
    ),
}
PATHS: Mapping[str, PathFill] = {
    "stop_id": lambda p, s: p["stop"],
    "assignment_id": lambda p, s: p["assignment"],
    "link": lambda p, s: p["link"],
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    stop = circuit.stop["id"]
    link = (await client.post(f"/api/dispatch/stops/{stop}/link")).json()["path"].rsplit("/")[-1]
    return {"stop": stop, "assignment": circuit.assignment["id"], "link": link}
