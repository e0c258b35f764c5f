"""The scenes of the operations on acknowledgements."""

from collections.abc import Mapping

from tests.access.scene import Kind, Scene, fields

SCENES: Mapping[str, Scene] = {
    "POST /messages/{message_id}/acknowledge": Scene(Kind.OBJECT, absent=True),
    "GET /acknowledgements": Scene(query=fields(about="stop:none")),
}
