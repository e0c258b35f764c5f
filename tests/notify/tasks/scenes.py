"""The scenes of the operations on what waits."""

from collections.abc import Mapping

from tests.access.scene import Scene

SCENES: Mapping[str, Scene] = {"GET /tasks": Scene()}
