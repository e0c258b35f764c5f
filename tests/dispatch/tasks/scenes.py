"""The scenes of the operations on what waits."""

from collections.abc import Mapping

from tests.access.scene import Scene, shared_tasks

SCENES: Mapping[str, Scene] = {
    "GET /tasks": Scene(),
    **shared_tasks("run_failed", "planning_run:none"),
}
