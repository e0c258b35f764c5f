"""The scenes of the operations on what a township gets ready."""

from collections.abc import Mapping

from tests.access.scene import Kind, Scene, fields

SCENES: Mapping[str, Scene] = {
    "GET /stops/{stop_id}/preparation": Scene(Kind.OBJECT),
    "POST /stops/{stop_id}/preparation": Scene(Kind.OBJECT, body=fields(ready=[])),
}
