"""The scenes of the operations on robots."""

from collections.abc import Mapping

import httpx

from tests.access.scene import Circuit, PathFill, Place, Scene

WEBHOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="


def _robot(place: Place | Circuit, key: str) -> dict[str, str]:
    return {
        "recipient_id": f"township.{place.township}",
        "vendor": "wecom",
        "name": "联络群",
        "address": f"{WEBHOOK}{key}",
    }


SCENES: Mapping[str, Scene] = {
    "GET /robots": Scene(),
    "POST /robots": Scene(body=lambda place, scope: _robot(place, "second")),
    "POST /robots/{robot_id}/test": Scene(absent=True),
    "POST /robots/{robot_id}/remove": Scene(absent=True),
}
PATHS: Mapping[str, PathFill] = {"robot_id": lambda place, scope: place["robot"]}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    made = await client.post("/api/notify/robots", json=_robot(circuit, "first"))
    return {"robot": str(made.json()["id"])}
