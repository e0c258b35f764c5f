"""The scenes of the operations on rosters."""

from collections.abc import Mapping

from tests.access.scene import Kind, Scene, fields

OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "GET /rosters": Scene(),
    "GET /assignments/{assignment_id}/roster": Scene(OBJECT),
    "POST /assignments/{assignment_id}/roster": Scene(OBJECT, body=fields(volunteers=[])),
    "POST /assignments/{assignment_id}/roster/replace": Scene(
        OBJECT, body=fields(volunteer_no="V-000001", by="V-000002")
    ),
    "POST /stops/{stop_id}/rosters/fill": Scene(OBJECT),
    "GET /duties": Scene(),
}
