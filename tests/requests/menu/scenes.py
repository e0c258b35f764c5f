"""The scenes of the menu's operations."""

from collections.abc import Mapping

from tests.access.scene import PathFill, Scene

SCENES: Mapping[str, Scene] = {
    "GET /editions": Scene(),
    "GET /editions/{edition_id}": Scene(),
    "GET /campaigns": Scene(),
    "GET /townships": Scene(),
}
PATHS: Mapping[str, PathFill] = {"edition_id": lambda p, s: p["edition"]}
