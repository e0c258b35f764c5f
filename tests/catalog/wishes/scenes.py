"""The scenes of the operations on what townships wished for."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.access import Scope
from tests.access.scene import Kind, PathFill, Place, Scene


def _offer(place: Place, scope: Scope) -> dict[str, Any]:
    return {"team_code": place.team, "can_offer": True}


SCENES: Mapping[str, Scene] = {
    "GET /editions/{code}/wished-items": Scene(),
    "POST /wished-items/{wished_id}/offers": Scene(Kind.MAKE, body=_offer, absent=True),
    "POST /wished-items/{wished_id}/item": Scene(
        body=lambda p, s: {"item_code": p["item"]}, absent=True
    ),
}
PATHS: Mapping[str, PathFill] = {"wished_id": lambda p, s: "none"}
