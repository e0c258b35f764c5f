"""The scenes of calendars."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.access import Scope
from tests.access.scene import Kind, PathFill, Place, Scene


def _own(place: Place, scope: Scope) -> dict[str, Any]:
    if scope is Scope.SELF:
        return {"party": "volunteer", "party_code": place.volunteer}
    if scope is Scope.OWN_TEAM:
        return {"party": "team", "party_code": place.team}
    return {"party": "township", "party_code": place.township}


SCENES: Mapping[str, Scene] = {
    "GET /calendars": Scene(),
    "POST /calendars": Scene(Kind.MAKE, body=_own),
    "GET /public/calendars/{secret}/diancai.ics": Scene(absent=True),
}
PATHS: Mapping[str, PathFill] = {"secret": lambda p, s: "none"}
