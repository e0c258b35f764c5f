"""The scenes of the operations on recipients and their messages."""

from collections.abc import Mapping

import httpx

from shared.kernel.access import Scope
from tests.access.scene import Circuit, Kind, PathFill, Place, Scene, fields

OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "GET /recipients": Scene(),
    "PUT /recipients/{recipient_id}": Scene(OBJECT, body=fields(language="zh-CN", email=None)),
    "GET /recipients/{recipient_id}/messages": Scene(OBJECT),
    "GET /recipients/{recipient_id}/stream": Scene(OBJECT),
    "POST /messages/{message_id}/read": Scene(OBJECT),
    "POST /recipients/{recipient_id}/read": Scene(OBJECT, body=fields(up_to=0)),
    "GET /messages/counts": Scene(),
}


def _message(place: Place, scope: Scope) -> str:
    return place["message_of_team" if scope is Scope.OWN_TEAM else "message_of_township"]


PATHS: Mapping[str, PathFill] = {"recipient_id": lambda p, s: p.post(s), "message_id": _message}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    async def first(recipient: str) -> str:
        listed = (await client.get(f"/api/notify/recipients/{recipient}/messages")).json()["items"]
        return str(listed[0]["id"])

    return {
        "message_of_township": await first(f"township.{circuit.township}"),
        "message_of_team": await first(f"team.{circuit.team}"),
    }
