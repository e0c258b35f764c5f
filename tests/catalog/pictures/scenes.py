"""The scenes of the operations on pictures."""

from collections.abc import Mapping

from tests.access.scene import PathFill, Scene
from tests.requests.attachments.files import jpeg

SCENES: Mapping[str, Scene] = {
    "POST /items/{code}/picture": Scene(file=jpeg(640, 480)),
    "DELETE /items/{code}/picture": Scene(),
    "GET /open/pictures/{picture_id}": Scene(absent=True),
    "GET /public/pictures/{picture_id}": Scene(absent=True),
}
PATHS: Mapping[str, PathFill] = {"picture_id": lambda p, s: "none"}
