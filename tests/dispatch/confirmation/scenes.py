"""The scenes of the operations by which both sides confirm a stop."""

from collections.abc import Mapping

import httpx

from tests.access.scene import REASON, Circuit, Kind, Scene

OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "POST /stops/{stop_id}/confirm": Scene(
        OBJECT, body=lambda p, s: {"on": p["stop_on"], "part": p["stop_part"]}
    ),
    "POST /stops/{stop_id}/another-day": Scene(OBJECT, body=REASON),
    "POST /stops/{stop_id}/keep-day": Scene(OBJECT, body=REASON),
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    return {"stop_on": circuit.stop["on"], "stop_part": circuit.stop["part"]}
