"""The scenes of the operations on channels."""

from collections.abc import Mapping

from tests.access.scene import PathFill, Scene, fields

SCENES: Mapping[str, Scene] = {
    "GET /channels": Scene(),
    "GET /channels/failures": Scene(),
    "POST /channels/{channel}/test": Scene(body=fields(address="13800138000")),
}
PATHS: Mapping[str, PathFill] = {"channel": lambda place, scope: "sms"}
