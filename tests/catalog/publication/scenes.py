"""The scenes of the operations that put an edition in force, or take it back."""

from collections.abc import Mapping

from tests.access.scene import Scene

SCENES: Mapping[str, Scene] = {
    "POST /editions/{code}/publish": Scene(),
    "POST /editions/{code}/withdraw": Scene(),
    "GET /editions/{code}/publication": Scene(),
}
