"""The scene of the operation that lists what waits."""

from collections.abc import Mapping

from tests.access.scene import Scene

SCENES: Mapping[str, Scene] = {"GET /tasks": Scene()}
