"""The scenes of the operations on demand."""

from collections.abc import Mapping

from tests.access.scene import Scene

SCENES: Mapping[str, Scene] = {"GET /demand": Scene()}
