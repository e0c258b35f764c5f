"""The scenes of the operations on rosters."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.access import Scope
from tests.access.scene import Kind, Place, Scene, fields


def _own(place: Place, scope: Scope) -> dict[str, Any]:
    return {"volunteer_no": place.volunteer}


OBJECT = Kind.OBJECT
PATHS = {"substitution_id": lambda place, scope: "01a00000-0000-7000-8000-000000000000"}
SCENES: Mapping[str, Scene] = {
    "GET /rosters": Scene(),
    "GET /assignments/{assignment_id}/roster": Scene(OBJECT),
    "POST /assignments/{assignment_id}/roster": Scene(OBJECT, body=fields(volunteers=[])),
    "POST /assignments/{assignment_id}/roster/replace": Scene(
        OBJECT, body=fields(volunteer_no="V-000001", by="V-000002")
    ),
    "POST /stops/{stop_id}/rosters/fill": Scene(OBJECT),
    "GET /duties": Scene(),
    "POST /assignments/{assignment_id}/drop-out": Scene(OBJECT, body=_own),
    "GET /offers": Scene(),
    "POST /substitutions/{substitution_id}/accept": Scene(OBJECT, body=_own, absent=True),
    "POST /substitutions/{substitution_id}/decline": Scene(OBJECT, body=_own, absent=True),
}
