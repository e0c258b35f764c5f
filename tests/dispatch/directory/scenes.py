"""The scenes of the directory's operations."""

from collections.abc import Mapping

from tests.access.scene import Scene

SCENES: Mapping[str, Scene] = {
    "GET /townships": Scene(),
    "GET /teams": Scene(),
    "GET /items": Scene(),
}
