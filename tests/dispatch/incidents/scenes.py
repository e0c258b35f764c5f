"""The scenes of the operations on incidents."""

from collections.abc import Mapping

from tests.access.scene import Kind, Scene, fields

OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "GET /stops/{stop_id}/incidents": Scene(OBJECT),
    "POST /stops/{stop_id}/incidents": Scene(
        OBJECT, body=fields(what="equipment", text="发电机坏了，换了一台")
    ),
    "POST /incidents/{incident_id}/close": Scene(OBJECT, body=fields(), absent=True),
}
