"""The scenes of the residents' pages."""

from collections.abc import Mapping

from tests.access.scene import PathFill, Scene

SCENES: Mapping[str, Scene] = {
    "GET /public/townships": Scene(),
    "GET /public/townships/{township_code}": Scene(),
    "GET /public/townships/{township_code}/calendar": Scene(),
    "GET /public/stops.geojson": Scene(query=lambda p, s: {"township_code": p.township}),
    "GET /public/stops/{link}": Scene(),
}
PATHS: Mapping[str, PathFill] = {"townships/township_code": lambda p, s: p.township}
