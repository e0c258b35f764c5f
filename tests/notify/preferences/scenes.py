"""The scenes of the operations on preferences."""

from collections.abc import Mapping

from tests.access.scene import Kind, Scene, fields

SCENES: Mapping[str, Scene] = {
    "GET /recipients/{recipient_id}/preferences": Scene(Kind.OBJECT),
    "PUT /recipients/{recipient_id}/preferences": Scene(
        Kind.OBJECT, body=fields(language="zh-CN", kinds=[])
    ),
}
