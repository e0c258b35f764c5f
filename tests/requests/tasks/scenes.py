"""The scenes of the operations on tasks."""

from collections.abc import Mapping

from tests.access.scene import Scene, shared_tasks

SCENES: Mapping[str, Scene] = {
    "GET /tasks": Scene(),
    **shared_tasks("order_to_accept", "order:none"),
}
