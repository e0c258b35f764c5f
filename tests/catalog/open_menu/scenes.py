"""The scenes of the operations for those outside."""

from collections.abc import Mapping

from tests.access.scene import PathFill, Scene

SCENES: Mapping[str, Scene] = {
    "GET /open/menu": Scene(),
    "GET /hsds/services": Scene(),
    "GET /hsds/services/{service_id}": Scene(absent=True),
    "GET /editions/{code}/menu.pdf": Scene(),
    "GET /editions/{code}/menu.xlsx": Scene(),
    "GET /editions/{code}/order-form.pdf": Scene(),
}
PATHS: Mapping[str, PathFill] = {"service_id": lambda p, s: "6f1f2a3e-0000-5000-8000-000000000000"}
