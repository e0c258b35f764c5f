"""The scenes of the operations on incidents."""

from collections.abc import Mapping

from tests.access.scene import Kind, Scene, fields

OBJECT = Kind.OBJECT
PATHS = {"incident_id": lambda place, scope: "01a00000-0000-7000-8000-000000000000"}
SCENES: Mapping[str, Scene] = {
    "GET /stops/{stop_id}/incidents": Scene(OBJECT),
    "POST /stops/{stop_id}/incidents": Scene(
        OBJECT, body=fields(what="equipment", text="发电机坏了，换了一台")
    ),
    "POST /incidents/{incident_id}/close": Scene(OBJECT, body=fields(), absent=True),
}
