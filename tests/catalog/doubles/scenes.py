"""The scenes of operations on entries that are likely to be one."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.access import Scope
from tests.access.scene import PathFill, Place, Scene


def _pair(place: Place, scope: Scope) -> dict[str, Any]:
    return {"kind": "team", "code": place.team, "other_code": place.team}


SCENES: Mapping[str, Scene] = {
    "GET /doubles": Scene(),
    # They are no pair: whoever may say so is told that something has changed.
    "POST /doubles/dismiss": Scene(body=lambda p, s: _pair(p, s) | {"basis": "not-what-is-there"}),
    "POST /doubles/restore": Scene(body=_pair),
}
PATHS: Mapping[str, PathFill] = {}
